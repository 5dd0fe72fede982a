import { BinflashError } from '../errors.ts';
import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';
import { EventCode } from './event-types.ts';
import { type FormatDescription, versionAtLeast } from './format-description.ts';
import { uuidText, variableInteger } from './gtid.ts';

/** By source, as {@link Gtid} has it, ranges of numbers, both ends included. Of MariaDB it is the last number alone. */
export type GtidsBefore = ReadonlyMap<string, readonly (readonly [first: bigint, last: bigint])[]>;

/** Where an event's header has its type. */
const TYPE_AT = 4;

/** In the number of sources of a PREVIOUS_GTIDS: its highest byte is 1 where sources have tags (MySQL 8.3 and later). */
const TAGGED = 1n;

/**
 * Do servers of this format begin each log with the GTIDs before it, whatever they are set to? MySQL since 5.7.6, MariaDB
 * since 10.0.2. Other programs' files need not have them.
 */
export function beginsWithGtids({ flavour, version }: FormatDescription): boolean {
  return versionAtLeast(version, flavour === 'mariadb' ? [10, 0, 2] : [5, 7, 6]);
}

/**
 * The GTIDs before a log, from its PREVIOUS_GTIDS or GTID_LIST. An undo needs none of it, it only helps to find what is
 * missing; so what does not parse says nothing.
 */
export function readGtidsBefore(bytes: Uint8Array, start: number, end: number): GtidsBefore | undefined {
  const isMysql = bytes[start + TYPE_AT] === EventCode.PREVIOUS_GTIDS;
  try {
    return isMysql ? parsePreviousGtids(bytes, start, end) : parseGtidList(bytes, start, end);
  } catch (error) {
    if (error instanceof BinflashError) return undefined;
    throw error;
  }
}

/**
 * Reads a PREVIOUS_GTIDS event: the GTIDs of all earlier logs. Source: MySQL, Gtid_set::encode.
 *
 * | field | bytes |
 * |---|---|
 * | number of sources; of the tagged format in the bits 8 to 55, and the bits 56 to 63 are 1 | u64 |
 * | of each: UUID | 16 |
 * | of the tagged format: length (a {@link variableInteger}) and characters of the tag | |
 * | number of ranges | u64 |
 * | of each: first number, and the one behind the last | u64, u64 |
 */
function parsePreviousGtids(bytes: Uint8Array, start: number, end: number): GtidsBefore {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const head = cursor.u64('number of GTID sources');
  const tagged = head >> 56n === TAGGED;
  const before = new Map<string, [bigint, bigint][]>();
  const sources = tagged ? (head >> 8n) & 0xffff_ffff_ffffn : head;
  for (let source = 0n; source < sources; source++) {
    const uuid = uuidText(cursor.view(16, 'GTID source'));
    const tag = tagged ? cursor.text(Number(variableInteger(cursor, 'tag length')), 'tag') : '';
    const ranges: [bigint, bigint][] = [];
    const count = cursor.u64('number of GTID ranges');
    for (let range = 0n; range < count; range++) {
      const first = cursor.u64('first GTID');
      const behind = cursor.u64('end of GTIDs');
      if (behind <= first) throw new BinflashError('DAMAGED', `GTIDs from ${first} to before ${behind}`);
      ranges.push([first, behind - 1n]);
    }
    if (ranges.length > 0) before.set(tag === '' ? uuid : `${uuid}:${tag}`, ranges);
  }
  return before;
}

/**
 * Reads a GTID_LIST event: of each domain and server the last GTID of all earlier logs. Source: MariaDB,
 * sql/log_event.cc, Gtid_list_log_event.
 *
 * | field | bytes |
 * |---|---|
 * | how many follow (28 bits), flags (4) | u32 |
 * | of each: domain, server id, sequence number | u32, u32, u64 |
 */
function parseGtidList(bytes: Uint8Array, start: number, end: number): GtidsBefore {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const count = cursor.u32('number of GTIDs') & 0xfff_ffff;
  const before = new Map<string, [bigint, bigint][]>();
  for (let i = 0; i < count; i++) {
    const source = `${cursor.u32('GTID domain')}-${cursor.u32('GTID server')}`;
    const sequence = cursor.u64('GTID sequence number');
    before.set(source, [[sequence, sequence]]);
  }
  return before;
}
