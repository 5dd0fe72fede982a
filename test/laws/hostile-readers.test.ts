import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { inFolder } from '../helpers.ts';
import { lyingLog } from '../hostile/lying-log.ts';
import { mutationsOf } from '../hostile/mutations.ts';
import { readers, runReader } from '../hostile/readers.ts';
import { fixtureLogs, fixtures, seeds } from '../hostile/seeds.ts';

/** Milliseconds that a test may look for something; BINFLASH_HOSTILE_SECONDS are for a search by hand. */
const budget = (milliseconds: number): number =>
  1000 * Number(process.env.BINFLASH_HOSTILE_SECONDS ?? 0) || milliseconds;

/** As many runs as there is time for; fast-check tells the seed of one that fails. */
const within = (milliseconds: number): { numRuns: number; interruptAfterTimeLimit: number } => ({
  numRuns: 1_000_000,
  interruptAfterTimeLimit: budget(milliseconds),
});

/** However much there is to do for a small file, it is done in a second, or on a busy machine in some more. */
const NEVER = 20_000;

const WHERE = [
  undefined,
  ['@1 = 5 OR @2 LIKE "%a%"'],
  ['changed(@1) AND NOT (before.@2 <=> after.@2)'],
  ["@1 IN (1, 'x', NULL, 2.5) XOR @2 > '2020-01-01'"],
];

/** Runs readers one after the other, all of them when `only` is not given. */
async function readAll(file: Buffer, choice: number, only?: readonly string[]): Promise<string[]> {
  return inFolder(async (folder) => {
    const input = join(folder, 'bin.000001');
    await writeFile(input, file);
    const codes: string[] = [];
    for (const name of only ?? Object.keys(readers)) {
      const where = WHERE[choice % WHERE.length];
      const run = { inputs: [input], output: join(folder, 'output'), window: 512, maxUnpackedSize: 2 ** 20 };
      const begin = performance.now();
      codes.push(await runReader(name, { ...run, select: where && { where } }, folder));
      expect([name, performance.now() - begin < NEVER]).toEqual([name, true]);
      expect((await readFile(input)).equals(file)).toBe(true);
    }
    return codes;
  });
}

describe('hostile input, every reader', () => {
  const log = fc.record({
    seed: fc.nat(),
    honesty: fc.constantFrom(20, 100, 500, 5000),
    choice: fc.nat({ max: 3 }),
  });

  it('ends well or with a documented code, whichever fields lie', { timeout: 120_000 }, async () => {
    const codes = new Set<string>();
    const check = fc.asyncProperty(log, async ({ seed, honesty, choice }) => {
      for (const code of await readAll(lyingLog(seed, honesty), choice)) codes.add(code);
    });
    await fc.assert(check, within(5000));
    // Some lies are found out, and some logs are read to their end.
    for (const code of ['done', 'DAMAGED']) expect(codes).toContain(code);
  });

  it.each(['mysql', 'mariadb'])(
    'ends well or with a documented code, whatever byte of a real log of %s was changed',
    { timeout: 120_000 },
    async (flavour) => {
      const groups = await Promise.all(
        fixtureLogs()
          .filter((path) => path.startsWith(flavour))
          .map(async (path) => readEvents(await readFile(join(fixtures, path))).slice(1)),
      );
      const names = Object.keys(readers);
      const place = fc.record({ file: fc.nat({ max: groups.length - 1 }), event: fc.nat(), byte: fc.nat() });
      const check = fc.asyncProperty(
        place,
        fc.nat(),
        fc.nat(),
        async ({ file, event, byte }, value, choice) => {
          const events = groups[file]!;
          // The events around it, for rows need their TABLE_MAP and transactions their begin.
          const from = Math.max(0, (event % events.length) - 12);
          const some = events.slice(from, from + 16).map(({ type, flags, body }) => ({ type, flags, body }));
          const changed = Buffer.from(some.at(Math.min(12, event % events.length) % some.length)!.body);
          if (changed.length > 0) changed[byte % changed.length]! ^= 1 + (value % 255);
          some[Math.min(12, event % events.length) % some.length]!.body = changed;
          const built = new Binlog(flavour === 'mysql' ? mysql97 : mariadb118);
          built.add(...some);
          await readAll(built.bytes(), choice, [names[choice % names.length]!, names[value % names.length]!]);
        },
      );
      await fc.assert(check, within(2500));
    },
  );

  it.each(['json', 'metadata', 'statement', 'schema', 'options', 'packed'])(
    'changed inputs of the decoders: %s',
    { timeout: 60_000 },
    async (target) => {
      const { fuzz } = (await import(`../hostile/targets/${target}.ts`)) as { fuzz(data: Buffer): unknown };
      const check = fc.asyncProperty(
        mutationsOf([...seeds(target)]),
        async (bytes) => void (await fuzz(bytes)),
      );
      await fc.assert(check, within(800));
    },
  );
});
