import { inflateSync } from 'node:zlib';
import { BinflashError } from '../errors.ts';
import { allocate } from '../wire/allocate.ts';
import { writeU32 } from '../wire/integers.ts';
import { MAX_PACKED_EVENT } from './event-header.ts';
import { EventCode } from './event-types.ts';
import { queryTextStart } from './query.ts';
import { emptyRowsEvent, parseRows } from './rows.ts';

/** The plain type of a MariaDB compressed event: QUERY, or the rows event of the same kind and version. */
function plainType(type: number): number {
  if (type === EventCode.QUERY_COMPRESSED) return EventCode.QUERY;
  return type < EventCode.WRITE_ROWS_COMPRESSED
    ? type - EventCode.WRITE_ROWS_COMPRESSED_V1 + EventCode.WRITE_ROWS_V1
    : type - EventCode.WRITE_ROWS_COMPRESSED + EventCode.WRITE_ROWS;
}

const rows = emptyRowsEvent();

/**
 * Makes the plain event of a MariaDB compressed one (`log_bin_compress`); `bytes[start, end)` is the event
 * without its checksum, and the answer has none. In QUERY_COMPRESSED only the text is compressed, in the rows
 * events all that follows the column bitmaps.
 *
 * What is compressed is a record: a byte `1 aaa 0 nnn` (algorithm a, 0 for zlib; n bytes of length), the
 * original length big-endian in n bytes, then the zlib stream. Source: MariaDB, sql/log_event.cc,
 * binlog_buf_compress.
 *
 * @throws BinflashError `DAMAGED`
 */
export function unpackEvent(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const type = plainType(bytes[start + 4]!);
  let recordStart: number;
  if (type === EventCode.QUERY) recordStart = queryTextStart(bytes, start, end);
  else {
    parseRows(bytes, start, end, rows, type);
    recordStart = rows.rowsStart;
  }
  const { length, dataStart } = readRecordHead(bytes, recordStart, end);
  const headLength = recordStart - start;
  if (headLength + length > MAX_PACKED_EVENT) throw damaged(`says it is ${length} bytes long when unpacked`);
  const content = inflate(bytes.subarray(dataStart, end), length);
  const plain = allocate(headLength + length);
  plain.set(bytes.subarray(start, recordStart));
  plain.set(content, headLength);
  plain[4] = type;
  writeU32(plain, 9, plain.length);
  return plain;
}

function readRecordHead(bytes: Uint8Array, at: number, end: number): { length: number; dataStart: number } {
  const head = bytes[at]!;
  const lengthBytes = head & 0x07;
  if (
    at >= end ||
    (head & 0xf8) !== 0x80 ||
    lengthBytes < 1 ||
    lengthBytes > 4 ||
    at + 1 + lengthBytes > end
  ) {
    throw damaged('does not begin as compressed data do');
  }
  let length = 0;
  for (let i = 1; i <= lengthBytes; i++) length = length * 256 + bytes[at + i]!;
  return { length, dataStart: at + 1 + lengthBytes };
}

function inflate(data: Uint8Array, length: number): Uint8Array {
  if (length === 0) throw damaged('says it is empty');
  let content: Uint8Array;
  try {
    content = inflateSync(data, { maxOutputLength: length });
  } catch (error) {
    throw damaged('cannot be unpacked', error);
  }
  if (content.length !== length) throw damaged(`unpacks to ${content.length} bytes, not to ${length}`);
  return content;
}

function damaged(what: string, cause?: unknown): BinflashError {
  return new BinflashError('DAMAGED', `the compressed part of the event ${what}`, {}, cause);
}
