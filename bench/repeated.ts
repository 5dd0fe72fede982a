import { open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** How much of a log is written. */
export interface Repetition {
  /** Bytes at least; or how many times. */
  readonly bytes?: number;
  readonly times?: number;
  /** All row changes in one transaction, instead of each in its own. */
  readonly oneTransaction?: boolean;
}

const Type = { QUERY: 2, XID: 16, TABLE_MAP: 19, GTIDS: [33, 34, 42] } as const;

interface Event {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Writes the transactions of a MySQL binlog with checksums over and over, the changes of rows from the first to the
 * last, between its own beginning and end: the events of a real server, with positions and checksums as it would have
 * given them.
 */
export async function repeatLog(source: string, target: string, repetition: Repetition): Promise<void> {
  const { bytes = 0, times = 1, oneTransaction = false } = repetition;
  const file = await readFile(source);
  const events = eventsOf(file);
  const firstMap = events.findIndex(({ type }) => type === Type.TABLE_MAP);
  const first = events.findLastIndex(
    ({ type }, i) => i < firstMap && (Type.GTIDS as readonly number[]).includes(type),
  );
  const last = events.findLastIndex(({ type }) => type === Type.XID);
  const middle = events.slice(first, last + 1);
  const [begin, commit] = [middle.slice(0, 2), middle.slice(-1)];
  const delimiters: readonly number[] = [...Type.GTIDS, Type.QUERY, Type.XID];
  const repeated = oneTransaction ? middle.filter(({ type }) => !delimiters.includes(type)) : middle;

  const log = await open(target, 'w');
  try {
    await log.writeFile(file.subarray(0, middle[0]!.start));
    let position = middle[0]!.start;
    const write = async (some: readonly Event[]): Promise<void> => {
      const piece = Buffer.concat(some.map(({ start, end }) => file.subarray(start, end)));
      place(piece, position);
      await log.writeFile(piece);
      position += piece.length;
    };
    if (oneTransaction) await write(begin);
    const piece = Buffer.concat(repeated.map(({ start, end }) => file.subarray(start, end)));
    for (let time = 0; time < times || position < bytes; time++) {
      place(piece, position);
      await log.writeFile(piece);
      position += piece.length;
    }
    if (oneTransaction) await write(commit);
    await write(events.slice(last + 1));
  } finally {
    await log.close();
  }
}

function eventsOf(file: Buffer): Event[] {
  const events: Event[] = [];
  for (let start = 4; start < file.length; ) {
    const end = start + file.readUInt32LE(start + 9);
    events.push({ type: file[start + 4]!, start, end });
    start = end;
  }
  return events;
}

/** Gives the events in `piece` the positions that they have at `position` of a file, and checksums to them. */
function place(piece: Buffer, position: number): void {
  for (let start = 0; start < piece.length; ) {
    const end = start + piece.readUInt32LE(start + 9);
    piece.writeUInt32LE((position + end) % 2 ** 32, start + 13);
    piece.writeUInt32LE(crc32(piece.subarray(start, end - 4)), end - 4);
    start = end;
  }
}
