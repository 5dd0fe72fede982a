import { beforeAll, describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { int, notNull, varchar } from '../builder/columns.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import { rows, table, tableMap, type Values } from '../builder/rows.ts';
import { undoBytes } from '../helpers.ts';
import { type Piece, putTogether, takeApart } from './apart.ts';
import { Sources } from './memory-proof.ts';

/** Two transactions with a change of each kind, NULL among their values, and an UPDATE whose images differ in columns. */
function smallLog(server: Server): Buffer {
  const of = table('d.t', [notNull(int), varchar(20)], server.flavour === 'mysql' ? 1 : 0);
  const row = (id: number, text: string | null): Values => [
    u32(id),
    text === null ? null : prefixed(1, text),
  ];
  const log = new Binlog(server);
  const { rowsVersion: version } = server;
  log.transaction([tableMap(of, 7), rows('insert', of, 7, [[row(1, 'a')], [row(2, null)]], { version })]);
  log.transaction([
    tableMap(of, 7),
    rows('update', of, 7, [[row(1, 'a'), row(1, null)]], { version, flags: 0 }),
    rows('update', of, 7, [[row(2, null), row(3, 'b')]], {
      version,
      flags: 0,
      presentAfter: [false, true],
    }),
    rows('delete', of, 7, [[row(2, 'b')]], { version }),
  ]);
  return log.bytes();
}

const small = [
  { server: mysql97, checksum: 'crc32' },
  { server: mariadb118, checksum: 'none' },
] as const;

/** All variants of some bytes with one bit flipped. */
function* flips(bytes: Buffer): Generator<[Buffer, at: number, bit: number]> {
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << bit;
      yield [flipped, at, bit];
    }
  }
}

/** All variants of a piece with one bit flipped, of what is not repaired when the pieces are put together. */
function* flippedPieces(piece: Piece): Generator<Piece> {
  for (const [body] of flips(piece.body)) yield { ...piece, body };
  for (let bit = 0; bit < 32; bit++) {
    yield { ...piece, timestamp: (piece.timestamp ^ (1 << bit)) >>> 0 };
    yield { ...piece, serverId: (piece.serverId ^ (1 << bit)) >>> 0 };
    if (bit < 16) yield { ...piece, flags: piece.flags ^ (1 << bit) };
    if (bit < 8) yield { ...piece, type: piece.type ^ (1 << bit) };
  }
}

describe.each(small)('an undo with checksums $checksum, with one bit flipped', ({ server, checksum }) => {
  const log = smallLog(server);
  let source: Sources;
  let undo: Buffer;

  beforeAll(async () => {
    source = await Sources.of([log]);
    undo = (await undoBytes([log], { checksum })).bytes;
    expect(await source.verdict([undo])).toBe('proved');
  });

  it('is never proved, wherever the bit stands', { timeout: 300_000 }, async () => {
    for (const [flipped, at, bit] of flips(undo)) {
      const verdict = await source.verdict([flipped]);
      // Of the first 4 bytes it is told that they do not begin a binary log.
      expect(verdict, `bit ${bit} of byte ${at}`).toBe(at < 4 ? verdict : 'VERIFY_FAILED');
      expect(verdict).not.toBe('proved');
    }
  });

  it('nor when sizes, positions and checksums are put right', { timeout: 300_000 }, async () => {
    const pieces = takeApart(undo);
    for (const [i, piece] of pieces.entries()) {
      for (const flipped of flippedPieces(piece)) {
        const wrong = putTogether(pieces.with(i, flipped), checksum === 'crc32');
        expect(await source.verdict([wrong]), JSON.stringify(flipped)).toBe('VERIFY_FAILED');
      }
    }
  });

  it('nor cut after any byte', async () => {
    for (let length = 0; length < undo.length; length++) {
      expect(await source.verdict([undo.subarray(0, length)])).not.toBe('proved');
    }
  });
});
