import type { ZSTDDecoder } from 'zstddec/stream';
import { BinflashError } from '../errors.ts';
import { readU24, readU32, readU64 } from '../wire/integers.ts';

/** No encoder asks for a larger window unless it is told to (ZSTD_WINDOWLOG_LIMIT_DEFAULT, 27). */
const MAX_WINDOW = 2 ** 27;
const MAX_BLOCK = 128 * 1024;

const ZSTD_MAGIC = 0xfd2fb528;
/** Magic numbers of skippable frames: the low four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;

let decoder: ZSTDDecoder | undefined;

/** Has {@link loadZstd} been waited for? */
export const zstdIsLoaded = (): boolean => decoder !== undefined;

/**
 * Loads the decoder, which nobody needs to whom compressed transactions do not happen: libzstd as WebAssembly.
 * (Node's own exists from 22.15 on, and cannot be asked for one block at a time without waiting.)
 */
export async function loadZstd(): Promise<void> {
  if (decoder !== undefined) return;
  const library = await import('zstddec/stream');
  const loading = new library.ZSTDDecoder();
  await loading.init();
  decoder = loading;
}

/**
 * Unpacks a sequence of zstd frames (RFC 8878), at most 128 KiB at a time, so that neither a large content nor
 * a bomb is ever held. {@link loadZstd} must have been waited for.
 *
 * Frames and blocks are walked here, with every length checked, and handed to the decoder block by block: a
 * block's content is then in one piece, and none is left behind in the decoder.
 *
 * @throws BinflashError `DAMAGED`, or `UNSUPPORTED` for dictionaries and windows above 128 MiB
 */
export function* unzstd(bytes: Uint8Array, start: number, end: number): Generator<Uint8Array> {
  let at = start;
  while (at < end) {
    if (end - at < 8) throw damaged('ends inside a frame header');
    const magic = readU32(bytes, at);
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      at += 8 + readU32(bytes, at + 4);
      if (at > end) throw damaged('ends inside a skippable frame');
    } else if (magic === ZSTD_MAGIC) {
      const blocks = new FrameBlocks(bytes, at, end);
      yield* decode(blocks);
      at = blocks.at;
    } else {
      throw damaged(`has no zstd frame after ${at - start} bytes`);
    }
  }
}

/** Decodes a frame. The decoder repeats itself without end where it meets an error, with nothing to show. */
function* decode(blocks: FrameBlocks): Generator<Uint8Array> {
  if (decoder === undefined) throw new Error('loadZstd was not waited for: a defect in binflash');
  try {
    for (const content of decoder.decodeStreaming(blocks)) {
      if (++blocks.answers > 2) throw damaged('cannot be unpacked');
      if (content.length > 0) yield content;
    }
  } catch (error) {
    throw error instanceof BinflashError ? error : damaged('cannot be unpacked', error);
  }
}

/**
 * The frame that begins at `at`, cut into pieces that end where blocks do; the first one has the header too.
 * Afterwards {@link at} is where the frame ends.
 */
class FrameBlocks implements Iterable<Uint8Array> {
  at: number;
  /** What the decoder has answered to the piece in hand. */
  answers = 0;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    const header = readFrameHeader(this.#bytes, this.at, this.#end);
    let start = this.at;
    let at = start + header.length;
    for (let last = false; !last; ) {
      if (this.#end - at < 3) throw damaged('ends inside a block header');
      const block = readU24(this.#bytes, at);
      last = (block & 1) !== 0;
      const type = (block >> 1) & 3;
      const size = block >> 3;
      if (type > BlockType.COMPRESSED || size > MAX_BLOCK) throw damaged('has an impossible block');
      at += 3 + (type === BlockType.RLE ? 1 : size) + (last && header.checksum ? 4 : 0);
      if (at > this.#end) throw damaged('ends inside a block');
      this.answers = 0;
      yield this.#bytes.subarray(start, at);
      start = at;
    }
    this.at = at;
  }
}

const BlockType = { RAW: 0, RLE: 1, COMPRESSED: 2 } as const;

interface FrameHeader {
  readonly length: number;
  readonly checksum: boolean;
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
function readFrameHeader(bytes: Uint8Array, at: number, end: number): FrameHeader {
  const descriptor = bytes[at + 4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw damaged('has a reserved bit set in a frame header');
  if ((descriptor & 0x03) !== 0) {
    throw new BinflashError('UNSUPPORTED', 'the payload was compressed with a zstd dictionary');
  }
  const sizeCode = descriptor >> 6;
  const sizeBytes = sizeCode === 0 ? (singleSegment ? 1 : 0) : 1 << sizeCode;
  const sizeAt = at + (singleSegment ? 5 : 6);
  if (sizeAt + sizeBytes > end) throw damaged('ends inside a frame header');
  const window = singleSegment ? contentSize(bytes, sizeAt, sizeBytes) : windowSize(bytes[at + 5]!);
  if (window > MAX_WINDOW) {
    throw new BinflashError(
      'UNSUPPORTED',
      `unpacking needs a window of ${window} bytes, more than ${MAX_WINDOW}`,
    );
  }
  return { length: sizeAt + sizeBytes - at, checksum: (descriptor & 0x04) !== 0 };
}

function contentSize(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  if (length === 2) return (bytes[at]! | (bytes[at + 1]! << 8)) + 256;
  return length === 4 ? readU32(bytes, at) : Number(readU64(bytes, at));
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function damaged(what: string, cause?: unknown): BinflashError {
  return new BinflashError('DAMAGED', `the compressed payload ${what}`, {}, cause);
}
