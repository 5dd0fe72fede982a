import { createRequire } from 'node:module';
import type { Decompress } from 'fzstd';
import { BinflashError } from '../errors.ts';
import { readU24, readU32, readU64 } from '../wire/integers.ts';

/** No encoder asks for a larger window unless it is told to (ZSTD_WINDOWLOG_LIMIT_DEFAULT, 27). */
const MAX_WINDOW = 2 ** 27;
const MAX_BLOCK = 128 * 1024;
/** The decoder looks at a frame's header when it has this many bytes. */
const LARGEST_HEADER = 18;

const ZSTD_MAGIC = 0xfd2fb528;
/** Magic numbers of skippable frames: the low four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/**
 * Unpacks a sequence of zstd frames (RFC 8878), at most 128 KiB at a time, so that neither a large content nor
 * a bomb is ever held. `expected` is the size that the content is said to have; it bounds the memory for the
 * decoder's window, and a frame that holds more is refused.
 *
 * Frames and blocks are walked here, with every length checked; their content is decoded by fzstd, which is
 * only loaded when there is something to decode. (Node's own decoder exists from 22.15 on, cannot be asked for
 * one block at a time without waiting, and is not twice as fast.)
 *
 * @throws BinflashError `DAMAGED`, or `UNSUPPORTED` for dictionaries and windows above 128 MiB
 */
export function* unzstd(
  bytes: Uint8Array,
  start: number,
  end: number,
  expected: number | undefined,
): Generator<Uint8Array> {
  let at = start;
  while (at < end) {
    if (end - at < 8) throw damaged('ends inside a frame header');
    const magic = readU32(bytes, at);
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      at += 8 + readU32(bytes, at + 4);
      if (at > end) throw damaged('ends inside a skippable frame');
    } else if (magic === ZSTD_MAGIC) {
      at = yield* unpackFrame(bytes, at, end, expected);
    } else {
      throw damaged(`has no zstd frame after ${at - start} bytes`);
    }
  }
}

interface FrameHeader {
  readonly length: number;
  readonly checksum: boolean;
  /** The header as the decoder is given it: with a window no larger than the content can be. */
  readonly bytes: Uint8Array;
}

/**
 * | field | bytes |
 * |---|---|
 * | magic | 4 |
 * | descriptor: content size code (2 bits), single segment, unused, reserved, checksum, dictionary code (2) | 1 |
 * | window descriptor: exponent (5 bits), mantissa (3), unless single segment | 0 or 1 |
 * | dictionary id | 0, 1, 2 or 4 |
 * | content size | 0, 1, 2, 4 or 8 |
 */
function readFrameHeader(bytes: Uint8Array, at: number, expected: number | undefined): FrameHeader {
  const descriptor = bytes[at + 4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw damaged('has a reserved bit set in a frame header');
  if ((descriptor & 0x03) !== 0) {
    throw new BinflashError('UNSUPPORTED', 'the payload was compressed with a zstd dictionary');
  }
  const sizeCode = descriptor >> 6;
  const sizeBytes = sizeCode === 0 ? (singleSegment ? 1 : 0) : 1 << sizeCode;
  const sizeAt = at + (singleSegment ? 5 : 6);
  const header = bytes.slice(at, sizeAt + sizeBytes);
  if (singleSegment) {
    const size = contentSize(bytes, sizeAt, sizeBytes);
    if (size > MAX_WINDOW || size > (expected ?? size)) throw tooLarge(size, expected);
  } else {
    header[5] = windowDescriptor(bytes[at + 5]!, expected);
  }
  return { length: header.length, checksum: (descriptor & 0x04) !== 0, bytes: header };
}

function contentSize(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  if (length === 2) return (bytes[at]! | (bytes[at + 1]! << 8)) + 256;
  return length === 4 ? readU32(bytes, at) : Number(readU64(bytes, at));
}

/** A window for the decoder: as the frame says, or the smallest that holds all of the content. */
function windowDescriptor(descriptor: number, expected: number | undefined): number {
  const window = windowSize(descriptor);
  if (expected !== undefined && expected < window) {
    const exponent = Math.max(0, Math.ceil(Math.log2(Math.max(expected, 1))) - 10);
    return Math.min(exponent << 3, descriptor);
  }
  if (window > MAX_WINDOW) throw tooLarge(window, expected);
  return descriptor;
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

const BlockType = { RAW: 0, RLE: 1, COMPRESSED: 2 } as const;

/** Decodes the frame at `start` block by block; answers where it ends. */
function* unpackFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  expected: number | undefined,
): Generator<Uint8Array, number> {
  const header = readFrameHeader(bytes, start, expected);
  let ready: Uint8Array[] = [];
  const decoder = new (fzstd().Decompress)((chunk) => {
    if (chunk.length > 0) ready.push(chunk);
  });
  const push = (piece: Uint8Array, final: boolean): Uint8Array[] => {
    ready = [];
    try {
      decoder.push(piece, final);
    } catch (error) {
      throw damaged('cannot be unpacked', error);
    }
    return ready;
  };
  let at = start + header.length;
  let pending = header.bytes;
  for (let last = false; !last; ) {
    if (end - at < 3) throw damaged('ends inside a block header');
    const block = readU24(bytes, at);
    last = (block & 1) !== 0;
    const type = (block >> 1) & 3;
    const size = block >> 3;
    if (type > BlockType.COMPRESSED || size > MAX_BLOCK) throw damaged('has an impossible block');
    const next = at + 3 + (type === BlockType.RLE ? 1 : size) + (last && header.checksum ? 4 : 0);
    if (next > end) throw damaged('ends inside a block');
    // Header and first block go together: the decoder wants to see some bytes before it begins.
    pending = pending.length === 0 ? bytes.subarray(at, next) : joined(pending, bytes, at, next);
    at = next;
    if (pending.length < LARGEST_HEADER && !last) continue;
    yield* push(pending, last);
    pending = NOTHING;
  }
  return at;
}

const NOTHING = new Uint8Array(0);

function joined(head: Uint8Array, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const all = new Uint8Array(head.length + end - start);
  all.set(head);
  all.set(bytes.subarray(start, end), head.length);
  return all;
}

let loaded: { Decompress: typeof Decompress } | undefined;

/** Loads the decoder when it is first needed, and without waiting: there is no promise on the path of an event. */
function fzstd(): { Decompress: typeof Decompress } {
  loaded ??= createRequire(import.meta.url)('fzstd') as { Decompress: typeof Decompress };
  return loaded;
}

function damaged(what: string, cause?: unknown): BinflashError {
  return new BinflashError('DAMAGED', `the compressed payload ${what}`, {}, cause);
}

function tooLarge(size: number, expected: number | undefined): BinflashError {
  if (expected !== undefined && size > expected) {
    return damaged(`holds ${size} bytes where ${expected} were announced`);
  }
  return new BinflashError(
    'UNSUPPORTED',
    `unpacking needs a window of ${size} bytes, more than ${MAX_WINDOW}`,
  );
}
