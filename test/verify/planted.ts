import { encodeEvent } from '../builder/binlog.ts';
import { join, u48 } from '../builder/bytes.ts';
import { query, rotate, xid } from '../builder/events.ts';
import {
  isBegin,
  isCommit,
  isMap,
  isRows,
  type Piece,
  putTogether,
  type RowsPiece,
  rowsPieces,
  takeApart,
  withRows,
} from './apart.ts';

/** One wrong undo made of a right one; undefined where it has no place for the fault. */
export type Plant = (undo: Buffer) => Buffer | undefined;

/** Changes the first rows event for which `change` has an answer. */
function inRows(change: (rows: RowsPiece, piece: Piece) => Piece | undefined): Plant {
  return (undo) => {
    const pieces = takeApart(undo);
    for (const rows of rowsPieces(undo)) {
      const changed = change(rows, pieces[rows.at]!);
      if (changed !== undefined) return putTogether(pieces.with(rows.at, changed));
    }
    return undefined;
  };
}

/** Changes the list of all events. */
function inPieces(change: (pieces: Piece[]) => Piece[] | undefined): Plant {
  return (undo) => {
    const changed = change(takeApart(undo));
    return changed && putTogether(changed);
  };
}

/** Changes the first event of a sort. */
function inFirst(is: (piece: Piece) => boolean, change: (piece: Piece) => Partial<Piece> | undefined): Plant {
  return inPieces((pieces) => {
    for (const [i, piece] of pieces.entries()) {
      const changed = is(piece) ? change(piece) : undefined;
      if (changed !== undefined) return pieces.with(i, { ...piece, ...changed });
    }
    return undefined;
  });
}

/** Where the transactions stand among the pieces, from BEGIN to XID. */
function transactions(pieces: readonly Piece[]): [from: number, to: number][] {
  const begins = [...pieces.keys()].filter((i) => isBegin(pieces[i]!));
  const ends = [...pieces.keys()].filter((i) => isCommit(pieces[i]!));
  return begins.map((from, i) => [from, ends[i]! + 1]);
}

/** Pairs of TABLE_MAP and rows event, by the number of the first. */
const pairs = (pieces: readonly Piece[]): number[] => [...pieces.keys()].filter((i) => isMap(pieces[i]!));

const same = (one: Piece, other: Piece): boolean => one.type === other.type && one.body.equals(other.body);

const flipped = (bytes: Buffer, at: number, bit = 1): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= bit;
  return copy;
};

const piece = (event: { type: number; body: Uint8Array }, like: Piece): Piece => ({
  type: event.type,
  body: Buffer.from(event.body),
  timestamp: like.timestamp,
  serverId: like.serverId,
  flags: event.type === 2 ? 8 : 0,
});

/** Faults of meaning: sizes, positions and checksums are right in all of them. */
export const faults: Record<string, Plant> = {
  'a row is missing': inRows(({ head, rows }, one) =>
    rows.length > 1 ? withRows(one, head, rows.slice(1)) : undefined,
  ),
  'the last row is missing': inRows(({ head, rows }, one) =>
    rows.length > 1 ? withRows(one, head, rows.slice(0, -1)) : undefined,
  ),
  'a row is there twice': inRows(({ head, rows }, one) => withRows(one, head, [rows[0]!, ...rows])),
  'two rows have changed places': inRows(({ head, rows }, one) => {
    const [first, second] = [rows[0], rows[1]].map((row) => row && Buffer.concat(row));
    if (first === undefined || second === undefined || first.equals(second)) return undefined;
    return withRows(one, head, [rows[1]!, rows[0]!, ...rows.slice(2)]);
  }),
  'the images of a row are swapped back': inRows(({ head, rows }, one) => {
    const [before, after] = rows[0]!;
    if (after === undefined || before!.equals(after)) return undefined;
    return withRows(one, head, [[after, before!], ...rows.slice(1)]);
  }),
  'an image is its own pair': inRows(({ head, rows }, one) => {
    const [before, after] = rows[0]!;
    if (after === undefined || before!.equals(after)) return undefined;
    return withRows(one, head, [[before!, before!], ...rows.slice(1)]);
  }),
  'a byte of a value is another': inRows(({ head, rows }, one) => {
    const all = join(...rows.flat());
    return { ...one, body: join(head, flipped(all, all.length - 1)) };
  }),
  'a NULL is a value, or a value NULL': inRows(({ head, rows }, one) => {
    const all = join(...rows.flat());
    return { ...one, body: join(head, flipped(all, 0)) };
  }),
  'a null bit that stands for no column': inRows(({ head, rows }, one) => {
    const all = join(...rows.flat());
    return { ...one, body: join(head, flipped(all, 0, 0x80)) };
  }),
  'STMT_END_F is lost': inFirst(isRows, ({ body }) => ({ body: flipped(body, 6, 1) })),
  'foreign keys are checked, or not': inFirst(isRows, ({ body }) => ({ body: flipped(body, 6, 2) })),
  'unique keys are not checked': inFirst(isRows, ({ body }) => ({ body: flipped(body, 6, 4) })),
  'a wrong table id in the rows event': inFirst(isRows, ({ body }) => ({ body: flipped(body, 0) })),
  'a wrong table id in the TABLE_MAP': inFirst(isMap, ({ body }) => ({ body: flipped(body, 1) })),
  'a wrong table id in both': inPieces((pieces) => {
    const at = pairs(pieces)[0]!;
    const other = ({ body }: Piece): Buffer => join(u48(999_999), body.subarray(6));
    return pieces
      .with(at, { ...pieces[at]!, body: other(pieces[at]!) })
      .with(at + 1, { ...pieces[at + 1]!, body: other(pieces[at + 1]!) });
  }),
  'a bit of a column bitmap': inRows(({ head, rows }, one) => ({
    ...one,
    body: join(flipped(head, head.length - 1), ...rows.flat()),
  })),
  'another column count': inRows(({ head, rows }, one) => {
    const at = one.type < 30 ? 8 : 8 + head.readUInt16LE(8);
    return { ...one, body: join(flipped(head, at), ...rows.flat()) };
  }),
  'extra row data that is not in the source': inRows(({ head, rows }, one) => {
    if (one.type < 30) return undefined;
    const longer = Buffer.of(head[8]! + 5, head[9]!);
    const extra = head.subarray(10, 8 + head.readUInt16LE(8));
    const rest = head.subarray(8 + head.readUInt16LE(8));
    return {
      ...one,
      body: join(head.subarray(0, 8), longer, extra, Buffer.of(1, 0, 0, 1, 0), rest, ...rows.flat()),
    };
  }),
  'a change of another kind': inFirst(isRows, ({ type }) => ({
    type: type === 23 || type === 30 ? type + 2 : type - 1,
  })),
  'an insert for a delete': inFirst(
    ({ type }) => type === 25 || type === 32,
    ({ type }) => ({ type: type - 2 }),
  ),
  'a delete for an insert': inFirst(
    ({ type }) => type === 23 || type === 30,
    ({ type }) => ({ type: type + 2 }),
  ),
  'another table of the same columns': inFirst(isMap, ({ body }) => ({ body: flipped(body, 9) })),
  'another type code': inFirst(isMap, ({ body }) => {
    const types = 8 + 1 + body[8]! + 1 + 1 + body[10 + body[8]!]! + 1 + 1;
    return { body: flipped(body, types) };
  }),
  'other flags of the table': inFirst(isMap, ({ body }) => ({ body: flipped(body, 6) })),
  'an event is missing': inPieces((pieces) => {
    const at = pairs(pieces)[0]!;
    return [...pieces.slice(0, at), ...pieces.slice(at + 2)];
  }),
  'an event is there twice': inPieces((pieces) => {
    const at = pairs(pieces)[0]!;
    return [...pieces.slice(0, at + 2), ...pieces.slice(at)];
  }),
  'a TABLE_MAP is missing': inPieces((pieces) => pieces.toSpliced(pairs(pieces)[0]!, 1)),
  'a TABLE_MAP is there twice': inPieces((pieces) => {
    const at = pairs(pieces)[0]!;
    return pieces.toSpliced(at, 0, pieces[at]!);
  }),
  'two events have changed places': inPieces((pieces) => {
    const at = pairs(pieces).find(
      (i) =>
        pieces[i + 2] !== undefined &&
        isMap(pieces[i + 2]!) &&
        !(same(pieces[i]!, pieces[i + 2]!) && same(pieces[i + 1]!, pieces[i + 3]!)),
    );
    if (at === undefined) return undefined;
    return pieces.toSpliced(at, 4, ...pieces.slice(at + 2, at + 4), ...pieces.slice(at, at + 2));
  }),
  'two transactions have changed places': inPieces((pieces) => {
    const [first, second] = transactions(pieces);
    if (second === undefined) return undefined;
    const both = [...pieces.slice(...second), ...pieces.slice(...first!)];
    return pieces.toSpliced(first![0], both.length, ...both);
  }),
  'the first transaction is missing': inPieces((pieces) => {
    const [from, to] = transactions(pieces)[0]!;
    return pieces.toSpliced(from, to - from);
  }),
  'the last transaction is missing': inPieces((pieces) => {
    const [from, to] = transactions(pieces).at(-1)!;
    return pieces.toSpliced(from, to - from);
  }),
  'a transaction is there twice': inPieces((pieces) => {
    const [from, to] = transactions(pieces)[0]!;
    return pieces.toSpliced(to, 0, ...pieces.slice(from, to));
  }),
  'a transaction is added at the end': inPieces((pieces) => {
    const [from, to] = transactions(pieces).at(-1)!;
    return [...pieces, ...pieces.slice(from, to)];
  }),
  'an empty transaction is added': inPieces((pieces) => {
    const [from, to] = transactions(pieces)[0]!;
    return pieces.toSpliced(from, 0, pieces[from]!, pieces[to - 1]!);
  }),
  'two transactions are one': inPieces((pieces) => {
    const [first, second] = transactions(pieces);
    return second && pieces.toSpliced(first![1] - 1, 2);
  }),
  'a transaction is two': inPieces((pieces) => {
    const [from, to] = transactions(pieces).find(([a, b]) => b - a >= 6) ?? [];
    if (from === undefined) return undefined;
    return pieces.toSpliced(from + 3, 0, pieces[to! - 1]!, pieces[from]!);
  }),
  'an event has moved into the next transaction': inPieces((pieces) => {
    const [first, second] = transactions(pieces);
    if (second === undefined || first![1] - first![0] < 6) return undefined;
    const moved = pieces.slice(first![1] - 3, first![1] - 1);
    return pieces.toSpliced(second[0] + 1, 0, ...moved).toSpliced(first![1] - 3, 2);
  }),
  'BEGIN is missing': inPieces((pieces) => pieces.toSpliced(pieces.findIndex(isBegin), 1)),
  'the last XID is missing': inPieces((pieces) => pieces.slice(0, -1)),
  'a transaction is rolled back': inPieces((pieces) => {
    const at = pieces.findIndex(isCommit);
    return pieces.with(at, piece(query('ROLLBACK'), pieces[at]!));
  }),
  'another XID': inFirst(isCommit, ({ body }) => ({ body: flipped(body, 0) })),
  'a BEGIN that does more': inPieces((pieces) => {
    const at = pieces.findIndex(isBegin);
    const { body } = pieces[at]!;
    return pieces.with(at, { ...pieces[at]!, body: join(body, '; DROP TABLE t') });
  }),
  'BEGIN with foreign keys off': inFirst(isBegin, ({ body }) => ({ body: flipped(body, 17, 4) })),
  'a statement between two transactions': inPieces((pieces) => {
    const [, to] = transactions(pieces)[0]!;
    return pieces.toSpliced(to, 0, piece(query('DROP TABLE d.t'), pieces[to - 1]!));
  }),
  'a statement in a transaction': inPieces((pieces) => {
    const at = pairs(pieces)[0]!;
    return pieces.toSpliced(at, 0, piece(query('DELETE FROM d.t'), pieces[at]!));
  }),
  'ROTATE at the end': inPieces((pieces) => [...pieces, piece(rotate('x.000002'), pieces.at(-1)!)]),
  'another XID at the end': inPieces((pieces) => [...pieces, piece(xid(1), pieces.at(-1)!)]),
  'the time of a BEGIN': inFirst(isBegin, ({ timestamp }) => ({ timestamp: timestamp + 1 })),
  'the time of a rows event': inFirst(isRows, ({ timestamp }) => ({ timestamp: timestamp - 1 })),
  'the time of a TABLE_MAP': inFirst(isMap, ({ timestamp }) => ({ timestamp: timestamp ^ 1 })),
  'the time of an XID': inFirst(isCommit, ({ timestamp }) => ({ timestamp: timestamp ^ 1 })),
  'the server id of a rows event': inFirst(isRows, ({ serverId }) => ({ serverId: serverId + 1 })),
  'the server id of a BEGIN': inFirst(isBegin, ({ serverId }) => ({ serverId: serverId + 1 })),
  'a header flag of a rows event': inFirst(isRows, () => ({ flags: 0x80 })),
  'a header flag of an XID': inFirst(isCommit, () => ({ flags: 8 })),
  'FORMAT_DESCRIPTION of a file in use': inFirst(
    ({ type }) => type === 15,
    () => ({ flags: 1 }),
  ),
  'FORMAT_DESCRIPTION of a started server': inFirst(
    ({ type }) => type === 15,
    ({ body }) => ({ body: flipped(body, 52) }),
  ),
  'FORMAT_DESCRIPTION of another server': inFirst(
    ({ type }) => type === 15,
    ({ body }) => ({ body: flipped(body, 2) }),
  ),
  'FORMAT_DESCRIPTION is missing': inPieces((pieces) => pieces.slice(1)),
  'FORMAT_DESCRIPTION is there twice': inPieces((pieces) => [pieces[0]!, ...pieces]),
  'FORMAT_DESCRIPTION says there are no checksums': inFirst(
    ({ type }) => type === 15,
    ({ body }) => ({ body: flipped(body, body.length - 1) }),
  ),
  'GTIDs are not automatic': inPieces((pieces) =>
    pieces[1]!.body.toString('latin1').includes('GTID_NEXT') ? pieces.toSpliced(1, 1) : undefined,
  ),
  'events of two statements are one': (undo) => {
    const pieces = takeApart(undo);
    const rows = rowsPieces(undo);
    const i = rows.findIndex(
      (one, n) =>
        rows[n + 1] !== undefined && one.at + 2 === rows[n + 1]!.at && one.head.equals(rows[n + 1]!.head),
    );
    if (i < 0) return undefined;
    const [one, next] = [rows[i]!, rows[i + 1]!];
    const both = withRows(pieces[one.at]!, one.head, [...one.rows, ...next.rows]);
    return putTogether(pieces.with(one.at, both).toSpliced(next.at - 1, 2));
  },
};

const word = (bytes: Buffer, at: number, change: (value: number) => number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(change(copy.readUInt32LE(at)) >>> 0, at);
  return copy;
};

/** The end of the last event but one. */
function lastEvent(undo: Buffer): number {
  let at = 4;
  while (at + undo.readUInt32LE(at + 9) < undo.length) at += undo.readUInt32LE(at + 9);
  return at;
}

/** Faults in what frames the events, left as they are. */
export const damage: Record<string, Plant> = {
  'a stale checksum': (undo) => word(undo, undo.length - 4, (crc) => crc ^ 0x1000),
  'a checksum of 0': (undo) => word(undo, undo.length - 4, () => 0),
  'another end_log_pos, with its checksum': (undo) => {
    const at = lastEvent(undo);
    const { type, body, timestamp, serverId } = { ...takeApart(undo).at(-1)! };
    const event = encodeEvent({ type, body }, at + 1, serverId, timestamp, true);
    return Buffer.concat([undo.subarray(0, at), event]);
  },
  'end_log_pos of 0': (undo) => word(undo, lastEvent(undo) + 13, () => 0),
  'a size of 0': (undo) => word(undo, lastEvent(undo) + 9, () => 0),
  'a size beyond the end': (undo) => word(undo, lastEvent(undo) + 9, (size) => size + 1),
  'a size of 4 GiB': (undo) => word(undo, lastEvent(undo) + 9, () => 0xffff_ffff),
  'one byte less': (undo) => undo.subarray(0, -1),
  'one event less': (undo) => undo.subarray(0, lastEvent(undo)),
  'half of it': (undo) => undo.subarray(0, undo.length >> 1),
  'magic alone': (undo) => undo.subarray(0, 4),
  'one byte more': (undo) => join(undo, Buffer.of(0)),
  'a header more': (undo) => join(undo, Buffer.alloc(19)),
  'itself once more': (undo) => join(undo, undo.subarray(4)),
};
