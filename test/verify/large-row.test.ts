import { describe, expect, it, vi } from 'vitest';
import { UndoReader } from '../../src/verify/undo-reader.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { blob, int } from '../builder/columns.ts';
import { mysql97 } from '../builder/format.ts';
import { primaryKey, rows, table, tableMap } from '../builder/rows.ts';
import { undoBytes } from '../helpers.ts';
import { isRows, putTogether, takeApart } from './apart.ts';
import { Sources } from './memory-proof.ts';

/** Far above what is in memory whole where 8 KiB are read at a time. */
const LARGE = 700_000;

const of = { ...table('d.t', [int, blob(4), int]), optional: primaryKey(0) };
const keyless = table('d.u', [int, blob(4), int]);

/** A row whose value is nowhere alike. */
function row(id: number, size: number): Buffer[] {
  const value = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) value.writeUInt32LE((at * 2_654_435_761 + id) % 2 ** 32, at);
  return [u32(id), prefixed(4, value), u32(id + 7)];
}

const one = [row(1, LARGE)];
const update = [[row(2, LARGE), row(2, LARGE + 5000)] as const];
const many = Array.from({ length: 30 }, (_, i) => [row(i, 20_000)]);

const logs: [string, isPieces: boolean, Buffer][] = (
  [
    ['an INSERT', true, of, rows('insert', of, 1, [one])],
    ['a DELETE', true, of, rows('delete', of, 1, [one])],
    ['an UPDATE', true, of, rows('update', of, 1, update)],
    // In which no chain may be, so its rows are looked into.
    ['an UPDATE of a table without a key', false, keyless, rows('update', keyless, 1, update)],
    ['small rows in a large event', false, of, rows('insert', of, 1, many)],
  ] as const
).map(([name, isPieces, table, event]) => {
  const log = new Binlog(mysql97);
  log.transaction([tableMap(table, 1), event]);
  log.transaction([tableMap(table, 1), rows('insert', table, 1, [[row(5, 10)]])]);
  return [name, isPieces, log.bytes()];
});

describe.each(logs)('%s', (_, isPieces, log) => {
  it.each(['crc32', 'none'] as const)('is proved, with checksum %s', async (checksum) => {
    const proved = await Sources.of([log]);
    const { bytes } = await undoBytes([log], { checksum });
    const whole = vi.spyOn(UndoReader.prototype, 'putBack');
    const pieces = vi.spyOn(UndoReader.prototype, 'more');
    const proof = await proved.prove([bytes]);
    expect([whole.mock.calls.length > 0, pieces.mock.calls.length > 20]).toEqual([!isPieces, isPieces]);
    vi.restoreAllMocks();
    expect(proof.rows).toBe(proved.plan.rows);
    expect(proof).toEqual(await proved.prove([bytes], undefined, 2 ** 24));
  });

  it('is not proved with one byte changed, wherever that stands', async () => {
    const proved = await Sources.of([log]);
    const { bytes } = await undoBytes([log]);
    const pieces = takeApart(bytes);
    const at = pieces.findIndex((piece) => isRows(piece) && piece.body.length > LARGE / 2);
    const { body } = pieces[at]!;
    for (const place of [
      1,
      6,
      8,
      9,
      12,
      30,
      9000,
      200_000,
      body.length >> 1,
      body.length - 10,
      body.length - 1,
    ]) {
      const wrong = Buffer.from(body);
      wrong[place]! ^= 1;
      const undo = putTogether(pieces.with(at, { ...pieces[at]!, body: wrong }));
      expect(await proved.verdict([undo])).toBe('VERIFY_FAILED');
    }
    for (const cut of [body.subarray(0, -1), Buffer.concat([body, Buffer.alloc(1)])]) {
      expect(await proved.verdict([putTogether(pieces.with(at, { ...pieces[at]!, body: cut }))])).toBe(
        'VERIFY_FAILED',
      );
    }
    // A bit of the checksum itself, and of what it is about where that is not put right.
    const end = bytes.indexOf(body.subarray(-100)) + 100;
    for (const place of [end, end - 50]) {
      const wrong = Buffer.from(bytes);
      wrong[place]! ^= 1;
      expect(await proved.verdict([wrong])).toBe('VERIFY_FAILED');
    }
  });
});

describe('what is told of a large row', () => {
  const column = async (place: (body: Buffer) => number): Promise<string | undefined> => {
    const [, , log] = logs[2]!;
    const { bytes } = await undoBytes([log]);
    const pieces = takeApart(bytes);
    const at = pieces.findIndex((piece) => isRows(piece) && piece.body.length > LARGE);
    const body = Buffer.from(pieces[at]!.body);
    body[place(body)]! ^= 1;
    const undo = putTogether(pieces.with(at, { ...pieces[at]!, body }));
    return (await (await Sources.of([log])).refusal([undo]))?.message;
  };

  it('is the column that differs, and in which image', async () => {
    expect(await column(() => LARGE / 2)).toContain('column @2 of its before image');
    expect(await column((body) => body.length - 1)).toContain('column @3 of its after image');
    expect(await column((body) => body.length - 100)).toContain('column @2 of its after image');
  });
});
