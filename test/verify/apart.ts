import { crc32 } from 'node:zlib';
import { join, u8, u16, u32 } from '../builder/bytes.ts';
import { readBinlog, readEvents } from '../builder/reader.ts';

/** An event without all that follows from where it stands: size, position and checksum. */
export interface Piece {
  readonly type: number;
  readonly timestamp: number;
  readonly serverId: number;
  readonly flags: number;
  readonly body: Buffer;
}

export function takeApart(undo: Buffer): Piece[] {
  return readEvents(undo).map(({ type, timestamp, serverId, flags, body }) => ({
    type,
    timestamp,
    serverId,
    flags,
    body,
  }));
}

/** The pieces as a file in which sizes, positions and checksums are right, whatever else is not. */
export function putTogether(pieces: readonly Piece[], hasChecksums = true): Buffer {
  const out: Buffer[] = [Buffer.of(0xfe, 0x62, 0x69, 0x6e)];
  let position = 4;
  for (const { type, timestamp, serverId, flags, body } of pieces) {
    const trailer = hasChecksums || type === 15 ? 4 : 0;
    const size = 19 + body.length + trailer;
    position += size;
    const event = join(u32(timestamp), u8(type), u32(serverId), u32(size), u32(position), u16(flags), body);
    out.push(event);
    if (trailer > 0) out.push(u32(crc32(event)));
  }
  return Buffer.concat(out);
}

export const isRows = ({ type }: Piece): boolean => (type >= 23 && type <= 25) || (type >= 30 && type <= 32);
export const isMap = ({ type }: Piece): boolean => type === 19;
export const isCommit = ({ type }: Piece): boolean => type === 16;
export const isBegin = ({ type, body }: Piece): boolean =>
  type === 2 && body.toString('latin1').endsWith('BEGIN');

/** A rows event cut into its head and its rows, each row into its images. */
export interface RowsPiece {
  /** Among all pieces. */
  readonly at: number;
  readonly kind: 'insert' | 'update' | 'delete';
  readonly table: string;
  readonly head: Buffer;
  readonly rows: readonly (readonly Buffer[])[];
}

/** All rows events of an undo, which has one TABLE_MAP for each. */
export function rowsPieces(undo: Buffer): RowsPiece[] {
  const records = readBinlog(undo).transactions.flatMap(({ statements }) => statements.flat());
  const pieces = takeApart(undo);
  return pieces.flatMap((piece, at) => {
    if (!isRows(piece)) return [];
    const { changes } = records.shift()!;
    const rows = changes.map(({ raw }) => raw.map((image) => Buffer.from(image, 'hex')));
    const length = rows.flat().reduce((sum, image) => sum + image.length, 0);
    const head = piece.body.subarray(0, piece.body.length - length);
    return [{ at, kind: changes[0]!.kind, table: changes[0]!.table, head, rows }];
  });
}

/** A rows event with other rows. */
export function withRows(piece: Piece, head: Buffer, rows: readonly (readonly Buffer[])[]): Piece {
  return { ...piece, body: join(head, ...rows.flat()) };
}
