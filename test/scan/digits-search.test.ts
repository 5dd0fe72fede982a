import { writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { possibleDigits } from '../../src/binlog/columns/old-digits.ts';
import { inspect, report, rewrite, show, sql } from '../../src/index.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { TemporalPrecision } from '../../src/tables/temporal-precision.ts';
import { Binlog } from '../builder/binlog.ts';
import { join, prefixed, u8, u32, u64 } from '../builder/bytes.ts';
import { type Column, int, oldDatetime, oldTime, oldTimestamp, varchar } from '../builder/columns.ts';
import { mariadb118 } from '../builder/format.ts';
import { columnNames, rows, type Table, table, tableMap, type Values } from '../builder/rows.ts';
import { inFolder, refusal, undoBytes } from '../helpers.ts';

/** Bytes by type and digits, as the format notes have them. */
const WIDTHS: Record<number, readonly number[]> = {
  [oldTimestamp.type]: [4, 5, 5, 6, 6, 7, 7],
  [oldDatetime.type]: [8, 6, 6, 7, 7, 7, 8],
  [oldTime.type]: [3, 4, 4, 5, 5, 5, 6],
};

const bigEndian = (value: bigint, width: number): Buffer =>
  Buffer.from(value.toString(16).padStart(width * 2, '0'), 'hex');

const little = (value: number, width: number): Buffer =>
  u64(BigInt.asUintN(64, BigInt(value))).subarray(0, width);

/** A moment of a 24 hours day of 2000 to 2099, with microseconds. */
const moment = fc.record({
  year: fc.integer({ min: 2000, max: 2099 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  second: fc.integer({ min: 0, max: 86_399 }),
  micros: fc.integer({ min: 0, max: 999_999 }),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

function stored(column: Column, digits: number, { year, month, day, second, micros }: Moment): Buffer {
  const width = WIDTHS[column.type]![digits]!;
  const unit = 10 ** digits;
  const fraction = BigInt(Math.floor(micros / 10 ** (6 - digits)));
  const clock = Math.floor(second / 3600) * 10_000 + (Math.floor(second / 60) % 60) * 100 + (second % 60);
  switch (column) {
    case oldTimestamp: {
      const seconds = Date.UTC((year % 38) + 2000, month - 1, day) / 1000 + second;
      return digits === 0
        ? u32(seconds)
        : join(bigEndian(BigInt(seconds), 4), bigEndian(fraction, width - 4));
    }
    case oldDatetime: {
      const date = (year * 10_000 + month * 100 + day) * 1_000_000;
      if (digits === 0) return little(date + clock, 8);
      const seconds = ((year * 13 + month) * 32 + day) * 86_400 + second;
      return bigEndian(BigInt(seconds) * BigInt(unit) + fraction, width);
    }
    default:
      if (digits === 0) return little(clock, 3);
      return bigEndian(BigInt(second + 3_020_400) * BigInt(unit) + fraction, width);
  }
}

const OLD = [oldTimestamp, oldDatetime, oldTime];

interface OldTable {
  readonly of: Table;
  readonly digits: readonly number[];
}

function binlog({ of, digits }: OldTable, values: readonly (readonly (Moment | null)[])[]): Buffer {
  const log = new Binlog(mariadb118);
  const row = (moments: readonly (Moment | null)[], number: number): Values => [
    u32(number),
    ...moments.map((one, i) => (one === null ? null : stored(of.columns[i + 1]!, digits[i]!, one))),
    prefixed(1, 'x'.repeat(number % 7)),
  ];
  for (const [number, moments] of values.entries()) {
    const image = row(moments, number);
    const change = number % 3 === 0 ? [image, row(moments, number + 1)] : [image];
    const kind = number % 3 === 0 ? 'update' : number % 3 === 1 ? 'insert' : 'delete';
    log.transaction([tableMap(of, 7), rows(kind, of, 7, [change], { version: 1 })]);
  }
  return log.bytes();
}

const oldTable = fc
  .array(fc.tuple(fc.constantFrom(...OLD), fc.integer({ min: 0, max: 6 })), { minLength: 1, maxLength: 4 })
  .map((columns): OldTable => {
    const all = [int, ...columns.map(([column]) => column), varchar(20)];
    const names = columnNames(...all.map((_, i) => `c${i}`));
    return {
      of: { ...table('shop.old', all, 0), optional: names },
      digits: columns.map(([, digits]) => digits),
    };
  });

const withPrecision = (text: string): TableDescriptions =>
  new TableDescriptions({}, undefined, new TemporalPrecision([text]));

describe("MariaDB's temporals of old", () => {
  const table = oldTable.chain((old) =>
    fc.record({
      old: fc.constant(old),
      values: fc.array(
        fc.array(fc.option(moment, { freq: 4 }), {
          minLength: old.digits.length,
          maxLength: old.digits.length,
        }),
        { minLength: 1, maxLength: 20 },
      ),
    }),
  );

  it('are undone where their precision is told, and where it is found, then the same', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(table, async ({ old, values }) => {
        const log = binlog(old, values);
        const columns = old.digits.map((digits, i) => `${i % 2 === 0 ? `c${i + 1}` : `@${i + 2}`}:${digits}`);
        const descriptions = withPrecision(`shop.old=${columns.join()}`);
        const told = await undoBytes([log], { descriptions });
        expect(told.result.written!.rows).toBe(values.length);
        const alone = await undoBytes([log]).catch((error) => error);
        if (alone instanceof Error) {
          expect(alone).toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringContaining('shop.old=@2:') });
          return;
        }
        found++;
        expect(alone.bytes.equals(told.bytes)).toBe(true);
      }),
      { numRuns: 80 },
    );
    expect(found).toBeGreaterThan(40);
  });

  const at: Moment = { year: 2026, month: 11, day: 21, second: 3601, micros: 123_456 };
  const two: OldTable = {
    of: maria('shop.old', [int, oldTimestamp, oldTimestamp, varchar(20)]),
    digits: [3, 0],
  };

  it('are refused where several precisions fit, by name, and one that is told decides', async () => {
    // Zeros are possible everywhere: the fraction may be the first column's or the second's.
    const log = new Binlog(mariadb118);
    const zeros = [u32(1), Buffer.alloc(6), Buffer.alloc(4), prefixed(1, '')];
    log.transaction([tableMap(two.of, 7), rows('insert', two.of, 7, [[zeros]], { version: 1 })]);
    const error = await refusal([log.bytes()]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', table: 'shop.old' });
    await inFolder(async (folder) => {
      const inputs = [joinPath(folder, 'bin.000001')];
      await writeFile(inputs[0]!, log.bytes());
      const page = report({ inputs, output: joinPath(folder, 'page.html') });
      // There are changes, though nobody can count them.
      await expect(page).rejects.toMatchObject({ code: 'UNSUPPORTED', hint: error.hint });
    });
    expect(error.hint).toContain(
      'Its rows fit shop.old=@2:0,@3:3 and shop.old=@2:1,@3:1 and shop.old=@2:3,@3:0',
    );
    const { result } = await undoBytes([log.bytes()], { descriptions: withPrecision('shop.*=@2:3') });
    expect(result.plan.rows).toBe(1);
  });

  it('are refused where a precision is told with which rows do not end where they must', async () => {
    const error = await refusal([binlog(two, [[at, at]])], {
      descriptions: withPrecision('shop.old=@2:6,@3:6'),
    });
    expect(error).toMatchObject({ code: 'UNSUPPORTED', table: 'shop.old' });
    expect(error.message).toContain('--temporal-precision');
  });

  it('are refused where a precision is told with which a value is no time, and no such time is written', async () => {
    // As long together, but each column has what was the other's before an ALTER.
    const both = maria('shop.old', [int, oldDatetime, oldDatetime, varchar(20)]);
    const log = new Binlog(mariadb118);
    const row = (id: number, digits: number[]): Values => [
      u32(id),
      ...digits.map((one) => stored(oldDatetime, one, at)),
      prefixed(1, ''),
    ];
    const put = (id: number, digits: number[]): number =>
      log.transaction([
        tableMap(both, 7),
        rows('insert', both, 7, [[row(id, digits)]], { version: 1 }),
        tableMap(numbers, 8),
        rows('insert', numbers, 8, [[[u32(id)]]], { version: 1 }),
      ]);
    put(1, [0, 3]);
    const second = put(2, [3, 0]);
    await inFolder(async (folder) => {
      const inputs = [joinPath(folder, 'bin.000001')];
      await writeFile(inputs[0]!, log.bytes());
      const descriptions = withPrecision('shop.old=@2:3,@3:0');
      const refused = { code: 'UNSUPPORTED', table: 'shop.old', file: inputs[0], offset: expect.any(Number) };
      const contradicted = { ...refused, message: expect.stringContaining('column @2') };
      const pieces: string[] = [];
      const write = async (piece: string | Uint8Array): Promise<void> => void pieces.push(String(piece));
      await expect(show({ inputs, descriptions, write })).rejects.toMatchObject(contradicted);
      const text = pieces.join('');
      expect(text).toContain('another precision');
      expect(text).toContain("@2='2026-11-21 01:00:01.123'");
      await expect(sql({ inputs, output: { write }, descriptions })).rejects.toMatchObject(contradicted);
      const output = { write: async () => {} };
      await expect(rewrite({ inputs, output, descriptions })).rejects.toMatchObject(contradicted);
      const { blockers } = await inspect(inputs, { descriptions });
      expect(blockers).toMatchObject([refused]);
      // What else there is can be used.
      for (const select of [{ tables: ['shop.n'] }, { startPosition: second }]) {
        const { plan } = await rewrite({ inputs, output, descriptions, select });
        expect(plan.rows).toBe(2);
      }
    });
  });

  it('may be the last moment that there is, which many write for "forever"', async () => {
    const last: Moment = { year: 9999, month: 12, day: 31, second: 86_399, micros: 999_999 };
    for (let digits = 0; digits <= 6; digits++) {
      const value = stored(oldDatetime, digits, last);
      expect(possibleDigits(oldDatetime.type, 1 << digits, value, 0)).toBe(1 << digits);
      if (digits === 0) continue;
      const next = bigEndian(BigInt(`0x${value.toString('hex')}`) + 1n, value.length);
      expect(possibleDigits(oldDatetime.type, 1 << digits, next, 0)).toBe(0);
    }
    const alone = maria('shop.old', [int, oldDatetime, varchar(20)]);
    expect((await undoBytes([binlog({ of: alone, digits: [6] }, [[last]])])).result.plan.rows).toBe(1);
  });

  it('are refused where no precision fits', async () => {
    const log = new Binlog(mariadb118);
    const values = [u32(1), u8(1), u8(2), prefixed(1, '')];
    log.transaction([tableMap(two.of, 7), rows('insert', two.of, 7, [[values]], { version: 1 })]);
    const hint = expect.stringContaining('None fits all of its rows');
    expect(await refusal([log.bytes()])).toMatchObject({ code: 'UNSUPPORTED', hint });
    const partly = { descriptions: withPrecision('shop.old=@2:6') };
    const none = expect.stringContaining('None fits its rows together with what is told');
    expect(await refusal([log.bytes()], partly)).toMatchObject({ code: 'UNSUPPORTED', hint: none });
  });

  it('are refused where more fit than can be looked through, and that is said', async () => {
    const wide = maria('shop.old', [int, ...new Array(9).fill(oldTime), varchar(20)]);
    const log = new Binlog(mariadb118);
    const values = [u32(1), ...new Array(9).fill(Buffer.alloc(4)), prefixed(1, '')];
    log.transaction([tableMap(wide, 7), rows('insert', wide, 7, [[values]], { version: 1 })]);
    const hint = expect.stringContaining('More precisions fit');
    expect(await refusal([log.bytes()])).toMatchObject({ code: 'UNSUPPORTED', hint });
  });

  it('whose precision is told twice, or of a table that is not there', async () => {
    const log = binlog(two, [[at, at]]);
    const twice = { descriptions: withPrecision('shop.old=@2:3,@2:1') };
    expect(await refusal([log], twice)).toMatchObject({ code: 'USAGE', table: 'shop.old' });
    const warnings: string[] = [];
    const descriptions = new TableDescriptions(
      {},
      undefined,
      new TemporalPrecision(['shop.old=@2:3,@3:0', 'nosuch.t=@1:3']),
    );
    await undoBytes([log], { descriptions, onWarning: (warning) => void warnings.push(warning) });
    expect(warnings).toEqual([expect.stringContaining('nosuch.t=@1:3 matches no table')]);
    const options = {
      inputs: [''],
      descriptions,
      onWarning: (warning: string) => void warnings.push(warning),
    };
    await inFolder(async (folder) => {
      options.inputs[0] = joinPath(folder, 'bin.000001');
      await writeFile(options.inputs[0], log);
      await show({ ...options, write: async () => {} });
    });
    expect(warnings).toHaveLength(2);
  });

  it('are not counted, and those who look are told how many events are left out', async () => {
    const log = new Binlog(mariadb118);
    const zeros = [u32(1), Buffer.alloc(6), Buffer.alloc(4), prefixed(1, '')];
    log.transaction([tableMap(two.of, 7), rows('insert', two.of, 7, [[zeros]], { version: 1 })]);
    log.transaction([tableMap(numbers, 8), rows('insert', numbers, 8, [[[u32(1)]]], { version: 1 })]);
    await inFolder(async (folder) => {
      const inputs = [joinPath(folder, 'bin.000001')];
      await writeFile(inputs[0]!, log.bytes());
      expect((await inspect(inputs)).total).toMatchObject({ rows: 1, uncountedEvents: 1 });
      const { warnings } = await report({ inputs, output: { write: async () => {} } });
      expect(warnings.join()).toContain('not on the page: changes of shop.old');
    });
  });

  it.each(['shop.old', 'shop.old=', 'shop.old=@2', 'shop.old=@2:7', 'old=@2:3'])(
    '--temporal-precision %s does not parse',
    (text) => {
      expect(() => new TemporalPrecision([text])).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );

  it.each(['shop.old=@9:1', 'shop.old=made:1', 'shop.old=@1:1'])('nor is there %s', async (text) => {
    const options = { descriptions: withPrecision(text) };
    expect(await refusal([binlog(two, [[at, at]])], options)).toMatchObject({ code: 'USAGE' });
  });
});

const numbers = maria('shop.n', [int]);

function maria(name: string, columns: readonly Column[]): Table {
  return table(name, columns, 0);
}
