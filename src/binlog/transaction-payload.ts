import { BinflashError } from '../errors.ts';
import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';
import { unzstd } from './zstd.ts';

/** Where the content of a TRANSACTION_PAYLOAD stands, and how it is packed. */
export interface TransactionPayload {
  readonly compression: 'zstd' | 'none';
  readonly start: number;
  readonly end: number;
  /** Bytes of the plain events; undefined where the event does not say. */
  readonly unpackedSize: number | undefined;
}

/** Types of the fields before the content. */
const Field = { END: 0, SIZE: 1, COMPRESSION: 2, UNPACKED_SIZE: 3 } as const;
const Compression = { ZSTD: 0, NONE: 255 } as const;

/**
 * Reads the head of a TRANSACTION_PAYLOAD event; `bytes[start, end)` is the event without its checksum.
 *
 * After the header (whatever FORMAT_DESCRIPTION says of a post-header) stand fields of type, length and value,
 * all packed integers, up to type 0, which has neither; then the content:
 *
 * | type | value |
 * |---|---|
 * | 1 | bytes of the content |
 * | 2 | compression: 0 zstd, 255 none |
 * | 3 | bytes when unpacked |
 *
 * Source: MySQL, libs/mysql/binlog/event/codecs/binary.cpp, class Transaction_payload.
 */
export function parsePayload(bytes: Uint8Array, start: number, end: number): TransactionPayload {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  let size: number | undefined;
  let compression: number | undefined;
  let unpackedSize: number | undefined;
  for (let type = cursor.lenenc('payload field'); type !== Field.END; type = cursor.lenenc('payload field')) {
    const length = cursor.lenenc('payload field length');
    const value = new Cursor(bytes, cursor.skip(length, 'payload field'), cursor.at);
    if (type === Field.SIZE) size = value.lenenc('payload size');
    else if (type === Field.COMPRESSION) compression = value.lenenc('payload compression');
    else if (type === Field.UNPACKED_SIZE) unpackedSize = value.lenenc('unpacked payload size');
  }
  if (compression !== Compression.ZSTD && compression !== Compression.NONE) {
    throw new BinflashError('UNSUPPORTED', `the payload's compression ${compression} is not known`);
  }
  size ??= cursor.left;
  const contentStart = cursor.skip(size, 'payload');
  return {
    compression: compression === Compression.ZSTD ? 'zstd' : 'none',
    start: contentStart,
    end: contentStart + size,
    unpackedSize,
  };
}

/**
 * The plain events of a payload, piece by piece; the pieces do not end where events do. The events have neither
 * checksum nor position.
 *
 * @throws BinflashError `DAMAGED`; `LIMIT` when there is more than `limit` bytes
 */
export function* unpackPayload(
  bytes: Uint8Array,
  payload: TransactionPayload,
  limit: number,
): Generator<Uint8Array> {
  const { start, end, unpackedSize } = payload;
  if (unpackedSize !== undefined && unpackedSize > limit) throw overLimit(limit);
  let done = 0;
  const pieces = payload.compression === 'none' ? [bytes.subarray(start, end)] : unzstd(bytes, start, end);
  for (const piece of pieces) {
    done += piece.length;
    if (unpackedSize !== undefined && done > unpackedSize) {
      throw new BinflashError(
        'DAMAGED',
        `the payload unpacks to more than the ${unpackedSize} bytes announced`,
      );
    }
    if (done > limit) throw overLimit(limit);
    yield piece;
  }
  if (unpackedSize !== undefined && done !== unpackedSize) {
    throw new BinflashError('DAMAGED', `the payload unpacks to ${done} bytes, not to ${unpackedSize}`);
  }
}

function overLimit(limit: number): BinflashError {
  return new BinflashError('LIMIT', `the payload unpacks to more than ${limit} bytes`, {
    hint: 'If the transaction really is that large, raise --max-unpacked-size.',
  });
}
