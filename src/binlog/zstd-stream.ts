import { BinflashError } from '../errors.ts';
import { readU24, readU32 } from '../wire/integers.ts';
import {
  blockLength,
  damaged,
  type FrameHeader,
  finish,
  isImpossible,
  isLastBlock,
  isSkippable,
  loadedDecoder,
  loadZstd,
  readFrameHeader,
  ZSTD_MAGIC,
} from './zstd.ts';

/** Bytes that come from somewhere, as many at a time as are asked for, fewer only at their end. */
export interface ByteQueue {
  /** Shows what comes next, which must not be changed and stays as it is up to the next call. */
  peek(length: number): Promise<Uint8Array>;
  /** Goes on behind what comes next; false when there is less. */
  skip(length: number): Promise<boolean>;
}

/** The longest header of a frame. */
const LONGEST_HEADER = 18;

/**
 * Unpacks a sequence of zstd frames that is too large for memory, a block at a time; see `unzstd` for one that is not.
 *
 * @throws BinflashError `DAMAGED`, or `UNSUPPORTED` for dictionaries and windows above 128 MiB
 */
export async function* unzstdStream(input: ByteQueue): AsyncGenerator<Uint8Array> {
  await loadZstd();
  for (;;) {
    const head = await input.peek(LONGEST_HEADER);
    if (head.length === 0) return;
    if (head.length < 8) throw damaged('ends inside a frame header');
    const magic = readU32(head, 0);
    if (isSkippable(magic)) {
      if (!(await input.skip(8 + readU32(head, 4)))) throw damaged('ends inside a skippable frame');
    } else if (magic === ZSTD_MAGIC) {
      yield* decodeFrame(input, readFrameHeader(head, 0, head.length));
    } else {
      throw damaged('is followed by something else');
    }
  }
}

/** See `decode` in zstd.ts for what the decoder is like. The piece that it will ask for next is always there. */
async function* decodeFrame(input: ByteQueue, header: FrameHeader): AsyncGenerator<Uint8Array> {
  const frame = new FramePieces(input, header);
  await frame.prepare();
  const contents = loadedDecoder().decodeStreaming(frame);
  let stuck = false;
  try {
    for (let next = contents.next(); !next.done; next = contents.next()) {
      stuck = ++frame.answers > 2;
      if (stuck) throw damaged('cannot be unpacked');
      if (next.value.length > 0) yield next.value;
      await frame.prepare();
    }
  } catch (error) {
    throw error instanceof BinflashError ? error : damaged('cannot be unpacked', error);
  } finally {
    frame.stop();
    if (!stuck) finish(contents);
  }
}

/** A frame in pieces that end where blocks do; the first one has the header too. */
class FramePieces implements Iterable<Uint8Array> {
  /** How often the decoder has answered to the piece in hand. */
  answers = 0;
  readonly #input: ByteQueue;
  readonly #header: FrameHeader;
  #before: number;
  #next: Uint8Array | undefined;
  #ended = false;

  constructor(input: ByteQueue, header: FrameHeader) {
    this.#input = input;
    this.#header = header;
    this.#before = header.length;
  }

  /** Reads the next piece, unless it is there or there is none. */
  async prepare(): Promise<void> {
    if (this.#next !== undefined || this.#ended) return;
    const blockAt = this.#before;
    const head = await this.#input.peek(blockAt + 3);
    if (head.length < blockAt + 3) throw damaged('ends inside a block header');
    const block = readU24(head, blockAt);
    if (isImpossible(block)) throw damaged('has an impossible block');
    const length = blockAt + blockLength(block, this.#header);
    const piece = await this.#input.peek(length);
    if (piece.length < length) throw damaged('ends inside a block');
    this.#next = piece.slice();
    await this.#input.skip(length);
    this.#before = 0;
    this.#ended = isLastBlock(block);
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    while (this.#next !== undefined) {
      const piece = this.#next;
      this.#next = undefined;
      this.answers = 0;
      yield piece;
    }
  }

  /** The decoder gets no further piece. */
  stop(): void {
    this.#next = undefined;
    this.#ended = true;
  }
}
