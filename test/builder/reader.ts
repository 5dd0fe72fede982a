import { crc32 } from 'node:zlib';
import { type ColumnWidth, columnWidth } from './widths.ts';

/** A column's stored bytes as hex; null is NULL. Keyed by column number, only columns in the image. */
export type Image = Readonly<Record<number, string | null>>;

export interface Change {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly table: string;
  /** What stands in the event: one image, or before and after. */
  readonly images: readonly Image[];
  /** The same as bytes, null bits included. */
  readonly raw: readonly string[];
}

export interface RowsRecord {
  readonly offset: number;
  readonly type: number;
  readonly flags: number;
  readonly version: 1 | 2;
  readonly extra: string;
  readonly tableId: number;
  readonly timestamp: number;
  readonly changes: readonly Change[];
  /** Is the event right before it the TABLE_MAP of its table? */
  readonly mapRightBefore: boolean;
  /** Body of its TABLE_MAP after the table id, as hex. */
  readonly map: string;
  /** Bytes of TABLE_MAP and rows event together. */
  readonly statementSize: number;
  readonly size: number;
}

export interface TransactionRecord {
  /** QUERY BEGIN, or the MariaDB GTID that stands for it. */
  readonly start: number;
  readonly statements: RowsRecord[][];
  end: 'XID' | 'COMMIT' | 'ROLLBACK' | 'OPEN';
  xid: bigint;
}

export interface EventRecord {
  readonly offset: number;
  readonly size: number;
  readonly type: number;
  readonly flags: number;
  readonly timestamp: number;
  readonly serverId: number;
  readonly endLogPos: number;
  /** Undefined where the event has no checksum. */
  readonly crcMatches: boolean | undefined;
  readonly body: Buffer;
  readonly text: string | undefined;
}

export interface BinlogRecord {
  readonly version: string;
  readonly checksum: boolean;
  readonly events: readonly EventRecord[];
  readonly transactions: readonly TransactionRecord[];
}

interface MapRecord {
  readonly name: string;
  readonly columns: readonly ColumnWidth[];
  readonly body: string;
  readonly size: number;
  readonly index: number;
}

/** A position in bytes that moves on; reads past the end throw. */
class Reader {
  at: number;
  readonly bytes: Buffer;
  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error(`${length} bytes at ${this.at} are not there`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  int(length: number): number {
    return length === 0 ? 0 : this.take(length).readUIntLE(0, length);
  }
  lenenc(): number {
    const first = this.int(1);
    if (first < 251) return first;
    return this.int(first === 252 ? 2 : 3);
  }
  bits(count: number): boolean[] {
    const bytes = this.take(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, i) => ((bytes[Math.floor(i / 8)]! >> (i % 8)) & 1) === 1);
  }
}

/** Decodes a whole binary log of committed row changes, the plain way: one column after the other. */
export function readBinlog(bytes: Buffer): BinlogRecord {
  if (bytes.subarray(0, 4).toString('latin1') !== '\xfebin') throw new Error('no magic');
  const events = readEvents(bytes);
  const { version, checksum } = readFormat(events[0]!.body);
  return { version, checksum, events, transactions: readTransactions(events) };
}

/** The events of a binary log, their bodies as they are. */
export function readEvents(bytes: Buffer): EventRecord[] {
  const events: EventRecord[] = [];
  let checksum = true;
  for (let offset = 4; offset < bytes.length; ) {
    const size = bytes.readUInt32LE(offset + 9);
    if (size < 19 || offset + size > bytes.length) throw new Error(`event at ${offset} has size ${size}`);
    const event = bytes.subarray(offset, offset + size);
    const type = event[4]!;
    const has = type === 15 ? knowsChecksums(event) : checksum;
    const crcMatches = has ? crc32(event.subarray(0, -4)) === event.readUInt32LE(size - 4) : undefined;
    const body = event.subarray(19, has ? size - 4 : size);
    if (type === 15) checksum = readFormat(body).checksum;
    events.push({
      offset,
      size,
      type,
      flags: event.readUInt16LE(17),
      timestamp: event.readUInt32LE(0),
      serverId: event.readUInt32LE(5),
      endLogPos: event.readUInt32LE(13),
      crcMatches,
      body,
      text: type === 2 ? queryText(body) : undefined,
    });
    offset += size;
  }
  return events;
}

/** Servers before MySQL 5.6.1 and MariaDB 5.3 write no checksums, and no algorithm. */
function knowsChecksums(format: Buffer): boolean {
  return !/^5\.[0-5]\.(?!.*MariaDB)/.test(format.subarray(21, 71).toString('latin1'));
}

/** `body` ends before the CRC: its last byte is the algorithm, where there is one, else the length of a type without any. */
function readFormat(body: Buffer): { version: string; checksum: boolean } {
  const version = body.subarray(2, 52).toString('latin1').replace(/\0+$/, '');
  return { version, checksum: body.at(-1) === 1 };
}

function queryText(body: Buffer): string {
  return body.subarray(13 + body.readUInt16LE(11) + body[8]! + 1).toString();
}

function readTransactions(events: readonly EventRecord[]): TransactionRecord[] {
  const transactions: TransactionRecord[] = [];
  const maps = new Map<number, MapRecord>();
  let open: TransactionRecord | undefined;
  let statement: RowsRecord[] = [];
  const close = (end: TransactionRecord['end'], xid = 0n): void => {
    if (open) Object.assign(open, { end, xid });
    open = undefined;
  };
  for (const [index, event] of events.entries()) {
    const { type, text, body } = event;
    const begins =
      text === 'BEGIN' || text?.startsWith('XA START ') || (type === 162 && (body[12]! & 1) === 0);
    if (begins) {
      open = { start: event.offset, statements: [], end: 'OPEN', xid: 0n };
      transactions.push(open);
      statement = [];
    } else if (type === 16) close('XID', body.readBigUInt64LE(0));
    else if (text === 'COMMIT' || text === 'ROLLBACK') close(text);
    else if (type === 19) maps.set(body.readUIntLE(0, 6), readMap(event, index));
    else if ((type >= 23 && type <= 25) || (type >= 30 && type <= 32)) {
      const record = readRows(event, index, maps);
      if (record === undefined) continue;
      if (statement.length === 0) open!.statements.push(statement);
      statement.push(record);
      if ((record.flags & 1) !== 0) {
        statement = [];
        maps.clear();
      }
    }
  }
  return transactions;
}

function readMap({ body, size }: EventRecord, index: number): MapRecord {
  const reader = new Reader(body, 8);
  const schema = reader.take(reader.int(1)).toString();
  reader.take(1);
  const name = reader.take(reader.int(1)).toString();
  reader.take(1);
  const types = reader.take(reader.lenenc());
  const metaEnd = reader.lenenc() + reader.at;
  const columns = Array.from(types, (type) => columnWidth(type, () => reader.int(1)));
  if (reader.at !== metaEnd) throw new Error('metadata does not fit');
  return { name: `${schema}.${name}`, columns, body: body.subarray(6).toString('hex'), size, index };
}

function readRows(
  event: EventRecord,
  index: number,
  maps: ReadonlyMap<number, MapRecord>,
): RowsRecord | undefined {
  const { type } = event;
  const reader = new Reader(event.body);
  const tableId = reader.int(6);
  const flags = reader.int(2);
  const version = type < 30 ? 1 : 2;
  const extra = version === 2 ? reader.take(reader.int(2) - 2).toString('hex') : '';
  const count = reader.lenenc();
  if (count === 0) return undefined;
  const map = maps.get(tableId);
  if (map === undefined) throw new Error(`no map for ${tableId} at ${event.offset}`);
  if (map.columns.length !== count) throw new Error(`${count} columns at ${event.offset}`);
  const kind = (['insert', 'update', 'delete'] as const)[(type - 23) % 7]!;
  const bitmaps = [reader.bits(count), ...(kind === 'update' ? [reader.bits(count)] : [])];
  const changes: Change[] = [];
  while (reader.at < event.body.length) {
    const raw: string[] = [];
    const images = bitmaps.map((present) => {
      const start = reader.at;
      const image = readImage(reader, present, map.columns);
      raw.push(event.body.subarray(start, reader.at).toString('hex'));
      return image;
    });
    changes.push({ kind, table: map.name, images, raw });
  }
  return {
    offset: event.offset,
    type,
    flags,
    version,
    extra,
    tableId,
    timestamp: event.timestamp,
    changes,
    mapRightBefore: map.index === index - 1,
    map: map.body,
    statementSize: map.size + event.size,
    size: event.size,
  };
}

function readImage(reader: Reader, present: readonly boolean[], columns: readonly ColumnWidth[]): Image {
  const there = columns.map((_, i) => i).filter((i) => present[i]);
  const nulls = reader.bits(there.length);
  const image: Record<number, string | null> = {};
  for (const [i, column] of there.entries()) {
    if (nulls[i]) image[column] = null;
    else {
      const { width, prefix } = columns[column]!;
      const start = reader.at;
      reader.take(width ?? reader.int(prefix));
      image[column] = reader.bytes.subarray(start, reader.at).toString('hex');
    }
  }
  return image;
}

/** Every change of a transaction, in order, however packed into events. */
export function changesOf(transaction: TransactionRecord): Change[] {
  return transaction.statements.flat().flatMap((event) => event.changes);
}
