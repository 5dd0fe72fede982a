import * as zlib from 'node:zlib';
import type { ZSTDDecoder } from 'zstddec/stream';
import { BinflashError, outOfMemory } from '../errors.ts';
import { readU24, readU32, readU64 } from '../wire/integers.ts';

/** No encoder asks for a larger window unless it is told to (ZSTD_WINDOWLOG_LIMIT_DEFAULT, 27). */
const MAX_WINDOW = 2 ** 27;
const MAX_BLOCK = 128 * 1024;

/** A frame whose content is known to be no larger is unpacked at once, where Node can: in two thirds of the time. */
export const AT_ONCE: number = 8 * 1024 * 1024;

/** Node has it from 22.15 on; its types here are those of the oldest version that is supported. */
const unpackAtOnce = (zlib as { zstdDecompressSync?: UnpackAtOnce }).zstdDecompressSync;
type UnpackAtOnce = (bytes: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Buffer;

export const ZSTD_MAGIC = 0xfd2fb528;
/** Magic numbers of skippable frames: the low four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;

export function isSkippable(magic: number): boolean {
  return magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16;
}

let decoder: ZSTDDecoder | undefined;

/** The decoder. {@link loadZstd} must have been waited for. */
export function loadedDecoder(): ZSTDDecoder {
  if (decoder === undefined) throw new Error('loadZstd was not waited for: a defect in binflash');
  return decoder;
}

/** Has {@link loadZstd} been waited for? */
export const zstdIsLoaded = (): boolean => decoder !== undefined;

/**
 * Loads the decoder, which nobody needs to whom compressed transactions do not happen: libzstd as WebAssembly.
 * (Node's own cannot be asked for one block at a time without waiting, which large frames need.)
 *
 * @throws BinflashError `LIMIT` where there is no memory for it
 */
export async function loadZstd(): Promise<void> {
  if (decoder !== undefined) return;
  const library = await import('zstddec/stream');
  const loading = new library.ZSTDDecoder();
  try {
    await initialized(loading);
  } catch (error) {
    throw outOfMemory(error);
  }
  decoder = loading;
}

/**
 * Where there is a fetch, the library has its data: URL fetched, with another WebAssembly in Node's fetch whose want of memory
 * ends the process. It looks for it before it answers.
 */
function initialized(loading: ZSTDDecoder): Promise<void> {
  const { fetch } = globalThis;
  try {
    Reflect.set(globalThis, 'fetch', undefined);
    return loading.init();
  } finally {
    Reflect.set(globalThis, 'fetch', fetch);
  }
}

/**
 * Unpacks a sequence of zstd frames (RFC 8878), small ones at once and large ones at most 128 KiB at a time, so that
 * neither a large content nor a bomb is ever held. {@link loadZstd} must have been waited for.
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
    if (isSkippable(magic)) {
      at += 8 + readU32(bytes, at + 4);
      if (at > end) throw damaged('ends inside a skippable frame');
    } else if (magic === ZSTD_MAGIC) {
      const frame = new Frame(bytes, at, end);
      if (unpackAtOnce !== undefined && frame.most <= AT_ONCE) {
        yield decodeAtOnce(unpackAtOnce, bytes.subarray(at, frame.end), frame.most);
      } else {
        yield* decode(frame);
      }
      at = frame.end;
    } else {
      throw damaged(`has no zstd frame after ${at - start} bytes`);
    }
  }
}

function decodeAtOnce(unpack: UnpackAtOnce, frame: Uint8Array, most: number): Uint8Array {
  try {
    // One byte more, or it would make a second buffer to find out that there is nothing left.
    return unpack(frame, { maxOutputLength: Math.max(1, most), chunkSize: Math.max(64, most + 1) });
  } catch (error) {
    throw damaged('cannot be unpacked', error);
  }
}

/**
 * Decodes a frame. The decoder gives its memory back only when it comes to the end of the pieces, so it is led
 * there also when the reader goes away. Where it meets an error it repeats itself without end, with nothing to
 * show; only then its memory (400 KB and the window, of 2 GiB that there are) is lost to this process.
 */
function* decode(frame: Frame): Generator<Uint8Array> {
  const contents = loadedDecoder().decodeStreaming(frame);
  let stuck = false;
  try {
    for (let next = contents.next(); !next.done; next = contents.next()) {
      // The content, and perhaps an empty one after it.
      stuck = ++frame.answers > 2;
      if (stuck) throw damaged('cannot be unpacked');
      if (next.value.length > 0) yield next.value;
    }
  } catch (error) {
    throw error instanceof BinflashError ? error : damaged('cannot be unpacked', error);
  } finally {
    frame.stop();
    if (!stuck) finish(contents);
  }
}

/** Leads a decoder that gets no further piece to its end, where it gives back its memory. */
export function finish(contents: Generator<Uint8Array>): void {
  try {
    while (contents.next().done !== true);
  } catch {
    // It says that the frame was not complete, which is why it is asked.
  }
}

/** The frame that begins at `start`, cut into pieces that end where blocks do; the first one has the header too. */
class Frame implements Iterable<Uint8Array> {
  readonly end: number;
  /** Bytes that the content has at most, by its blocks. */
  readonly most: number;
  /** How often the decoder has answered to the piece in hand. */
  answers = 0;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #header: FrameHeader;
  #stopped = false;

  /** Walks all of it. @throws BinflashError when header or blocks are impossible or go beyond `limit` */
  constructor(bytes: Uint8Array, start: number, limit: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#header = readFrameHeader(bytes, start, limit);
    let at = start + this.#header.length;
    let most = 0;
    for (let last = false; !last; ) {
      if (limit - at < 3) throw damaged('ends inside a block header');
      const block = readU24(bytes, at);
      last = isLastBlock(block);
      if (isImpossible(block)) throw damaged('has an impossible block');
      at += blockLength(block, this.#header);
      if (at > limit) throw damaged('ends inside a block');
      most += blockType(block) === BlockType.COMPRESSED ? MAX_BLOCK : block >> 3;
    }
    this.end = at;
    this.most = Math.min(most, this.#header.content ?? most);
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    let start = this.#start;
    let at = start + this.#header.length;
    while (start < this.end && !this.#stopped) {
      at += blockLength(readU24(this.#bytes, at), this.#header);
      this.answers = 0;
      yield this.#bytes.subarray(start, at);
      start = at;
    }
  }

  /** The decoder gets no further piece. */
  stop(): void {
    this.#stopped = true;
  }
}

const BlockType = { RAW: 0, RLE: 1, COMPRESSED: 2 } as const;

/** A block begins with three bytes: last (1 bit), type (2 bits), size (21 bits). */
const blockType = (head: number): number => (head >> 1) & 3;

export const isLastBlock = (head: number): boolean => (head & 1) !== 0;

export const isImpossible = (head: number): boolean =>
  blockType(head) > BlockType.COMPRESSED || head >> 3 > MAX_BLOCK;

/** Bytes of a block with its beginning; behind the last one stands the checksum, where there is one. */
export function blockLength(head: number, { checksum }: FrameHeader): number {
  const content = blockType(head) === BlockType.RLE ? 1 : head >> 3;
  return 3 + content + (isLastBlock(head) && checksum ? 4 : 0);
}

export interface FrameHeader {
  readonly length: number;
  readonly checksum: boolean;
  /** Bytes of the content, where it is said. */
  readonly content: number | undefined;
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
export function readFrameHeader(bytes: Uint8Array, at: number, end: number): FrameHeader {
  const descriptor = bytes[at + 4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw damaged('has a reserved bit set in a frame header');
  if ((descriptor & 0x03) !== 0) {
    throw new BinflashError('UNSUPPORTED', 'it was compressed with a zstd dictionary');
  }
  const sizeCode = descriptor >> 6;
  const sizeBytes = sizeCode === 0 ? (singleSegment ? 1 : 0) : 1 << sizeCode;
  const sizeAt = at + (singleSegment ? 5 : 6);
  if (sizeAt + sizeBytes > end) throw damaged('ends inside a frame header');
  const content = sizeBytes === 0 ? undefined : contentSize(bytes, sizeAt, sizeBytes);
  const window = singleSegment ? content! : windowSize(bytes[at + 5]!);
  if (window > MAX_WINDOW) {
    throw new BinflashError(
      'UNSUPPORTED',
      `unpacking needs a window of ${window} bytes, more than ${MAX_WINDOW}`,
    );
  }
  return { length: sizeAt + sizeBytes - at, checksum: (descriptor & 0x04) !== 0, content };
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

export function damaged(what: string, cause?: unknown): BinflashError {
  return new BinflashError('DAMAGED', `what is compressed with zstd ${what}`, {}, cause);
}
