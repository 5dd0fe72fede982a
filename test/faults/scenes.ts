/** Runs of all commands that write: what they read, what they leave, and how they are asked for. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RewriteOptions, report, rewrite, type SqlOptions, sql } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { blob, int, varchar } from '../builder/columns.ts';
import type { Event } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { packTransactions } from '../builder/repack.ts';
import { columnNames, rows, type Table, table, tableMap } from '../builder/rows.ts';
import { plainPlan } from '../builder/zstd.ts';

const names = { optional: columnNames('c0', 'c1') };
const tables: Table[] = ['shop.t', 'shop.u'].map((name) => ({
  ...table(name, [int, varchar(300)]),
  ...names,
}));
const large: Table = { ...table('shop.large', [int, blob(4)]), ...names };

function inserts(of: Table, id: number, count: number, width: number): Event[] {
  const images = Array.from({ length: count }, (_, i) => [[u32(id + i), prefixed(2, 'x'.repeat(width))]]);
  return [tableMap(of, 9), rows('insert', of, 9, images)];
}

/** Two files of a few transactions, on two tables in turn. */
export function smallLogs(transactions = 2): Buffer[] {
  return [0, 1].map((file) => {
    const log = new Binlog(mysql97, { time: 1_795_230_000 + file * 1000 });
    for (let i = 0; i < transactions; i++) log.transaction(inserts(tables[i % 2]!, i * 100, 20, 200));
    return log.bytes();
  });
}

/** One file of transactions of different sizes, of which the index keeps some bytes each. */
export function unevenLog(transactions: number): Buffer {
  const log = new Binlog(mysql97);
  for (let i = 0; i < transactions; i++) log.transaction(inserts(tables[0]!, i * 100, 1 + ((i * 7) % 13), 9));
  return log.bytes();
}

/** One file whose undo is about as large as `mib` says. */
export function largeLog(mib: number): Buffer {
  const log = new Binlog(mysql97);
  const value = prefixed(4, Buffer.alloc(256 * 1024, 'v'));
  for (let i = 0; i < mib; i++) {
    const images = Array.from({ length: 4 }, (_, row) => [[u32(i * 4 + row), value]]);
    log.transaction(images.flatMap((image) => [tableMap(large, 9), rows('insert', large, 9, [image])]));
  }
  return log.bytes();
}

/** The same in one compressed transaction, which is unpacked into a temporary file when it has more than 8 MiB. */
export function packedLog(mib: number): Buffer {
  const log = new Binlog(mysql97);
  const value = prefixed(4, Buffer.alloc(256 * 1024, 'v'));
  const images = Array.from({ length: mib * 4 }, (_, row) => [[u32(row), value]]);
  log.transaction(images.flatMap((image) => [tableMap(large, 9), rows('insert', large, 9, [image])]));
  return packTransactions(log.bytes(), () => ({
    how: 'zstd',
    plan: { ...plainPlan, blocks: [128 * 1024], blocksPerFrame: 3000, rle: true },
    level: 0,
    announced: true,
  }));
}

/** Where a run tells what there is to mind. */
export interface Told {
  readonly plan?: { readonly warnings: readonly string[] };
  readonly warnings?: readonly string[];
}

type Options = Partial<RewriteOptions & SqlOptions>;
type Run = (inputs: string[], output: string, options?: Options) => Promise<Told>;

export interface Scene {
  readonly name: string;
  readonly files: readonly Buffer[];
  readonly run: Run;
  /** The same for the program, without inputs and output. */
  readonly args: readonly string[];
}

const WINDOW = 4096;

function undo(options: Options = {}): Run {
  return (inputs, output, more) => rewrite({ window: WINDOW, ...options, ...more, inputs, output });
}

function text(options: Options = {}): Run {
  return (inputs, output, more) =>
    sql({ window: WINDOW, flashback: true, ...options, ...more, inputs, output });
}

const small = smallLogs();
const SPLIT = 6_000;
const FLASHBACK = ['sql', '--flashback'];

export const scenes: readonly Scene[] = [
  { name: 'rewrite', files: small, run: undo(), args: ['rewrite'] },
  {
    name: 'rewrite in parts',
    files: small,
    run: undo({ maxFileSize: SPLIT }),
    args: ['rewrite', '--max-file-size', String(SPLIT)],
  },
  { name: 'sql', files: small, run: text(), args: FLASHBACK },
  {
    name: 'sql by table',
    files: small,
    run: text({ splitBy: 'table' }),
    args: [...FLASHBACK, '--split-by', 'table'],
  },
  {
    name: 'sql by transaction',
    files: small,
    run: text({ splitBy: 'transaction' }),
    args: [...FLASHBACK, '--split-by', 'transaction'],
  },
  {
    name: 'report',
    files: small,
    run: (inputs, output, options) => report({ ...options, inputs, output }),
    args: ['report'],
  },
];

/** In memory, where a flush costs nothing, if there is such a folder. */
export const scratch: string = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export const inputName = (number: number): string => `bin.00000${number + 1}`;
export const OUTPUT = 'out';

/** Everything in a folder, by name. */
export async function contents(folder: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

/** Puts the inputs into a folder, beside `old` files, and nothing else. */
export async function arrange(
  folder: string,
  files: readonly Buffer[],
  old: ReadonlyMap<string, Buffer> = new Map(),
): Promise<string[]> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  for (const [name, bytes] of old) await writeFile(join(folder, name), bytes);
  const paths = files.map((_, number) => join(folder, inputName(number)));
  await Promise.all(paths.map((path, number) => writeFile(path, files[number]!)));
  return paths;
}

/** How what is there differs from what should be; empty when it does not. A page tells when it was made. */
export function differences(there: Map<string, Buffer>, expected: Map<string, Buffer>): string[] {
  const found: string[] = [];
  for (const name of new Set([...there.keys(), ...expected.keys()])) {
    const [now, then] = [there.get(name), expected.get(name)];
    if (now === undefined) found.push(`${name} is missing`);
    else if (then === undefined) found.push(`${name} is left`);
    else if (!now.equals(then) && !(isPage(now) && isPage(then))) found.push(`${name} is other`);
  }
  return found;
}

const isPage = (bytes: Buffer): boolean =>
  bytes.subarray(0, 15).toString() === '<!doctype html>' && bytes.subarray(-8).toString() === '</html>\n';
