import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { join, u8, u16, u24, u32, u64 } from './bytes.ts';
import { xxh64 } from './xxh64.ts';

/** How content is put into zstd frames of raw and RLE blocks, which need no compressor. */
export interface ZstdPlan {
  /** Bytes of the blocks, in turn until all is packed; at least one is not 0. */
  readonly blocks: readonly number[];
  readonly blocksPerFrame: number;
  /** Blocks of one byte repeated become RLE blocks. */
  readonly rle: boolean;
  readonly contentSize: boolean;
  readonly singleSegment: boolean;
  readonly checksum: boolean;
  readonly windowLog: number;
  /** A skippable frame before each frame and after the last one. */
  readonly skippable: boolean;
}

export const plainPlan: ZstdPlan = {
  blocks: [128 * 1024],
  blocksPerFrame: 1000,
  rle: false,
  contentSize: true,
  singleSegment: false,
  checksum: false,
  windowLog: 21,
  skippable: false,
};

export const zstdPlan: fc.Arbitrary<ZstdPlan> = fc.record({
  blocks: fc
    .array(fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 1024 })), { minLength: 1, maxLength: 5 })
    .filter((sizes) => sizes.some((size) => size > 0)),
  blocksPerFrame: fc.constantFrom(1, 2, 7, 1000),
  rle: fc.boolean(),
  contentSize: fc.boolean(),
  singleSegment: fc.boolean(),
  checksum: fc.boolean(),
  windowLog: fc.constantFrom(10, 17, 21, 27),
  skippable: fc.boolean(),
});

/** Header and content of a block: type 0 raw, 1 RLE, 2 compressed, 3 reserved. */
export function block(type: number, last: boolean, size: number, body: Uint8Array): Buffer {
  return join(u24((size << 3) | (type << 1) | (last ? 1 : 0)), body);
}

export function rawBlock(bytes: Uint8Array, last: boolean): Buffer {
  return block(0, last, bytes.length, bytes);
}

/** A block of `size` bytes `byte`, in four bytes. */
export function rleBlock(byte: number, size: number, last: boolean): Buffer {
  return block(1, last, size, u8(byte));
}

export interface FrameHead {
  readonly contentSize?: number | undefined;
  readonly singleSegment?: boolean;
  readonly checksum?: boolean;
  /** Exponent and mantissa of the window; left out in a single segment. */
  readonly windowLog?: number;
  readonly mantissa?: number;
  readonly dictionary?: number;
  readonly reserved?: boolean;
}

/** Magic and header of a frame, the content size in as few bytes as hold it. */
export function frameHead(head: FrameHead): Buffer {
  const { contentSize, singleSegment = false, windowLog = 21, mantissa = 0, dictionary } = head;
  const [code, size] = contentSizeField(contentSize, singleSegment);
  const descriptor =
    (code << 6) |
    (singleSegment ? 0x20 : 0) |
    (head.reserved ? 0x08 : 0) |
    (head.checksum ? 0x04 : 0) |
    (dictionary === undefined ? 0 : 1);
  return join(
    u32(0xfd2fb528),
    u8(descriptor),
    singleSegment ? '' : u8(((windowLog - 10) << 3) | mantissa),
    dictionary === undefined ? '' : u8(dictionary),
    size,
  );
}

function contentSizeField(size: number | undefined, singleSegment: boolean): [code: number, field: Buffer] {
  if (size === undefined) return [0, Buffer.alloc(0)];
  if (singleSegment && size < 256) return [0, u8(size)];
  if (size >= 256 && size < 256 + 0x1_0000) return [1, u16(size - 256)];
  return size < 2 ** 32 ? [2, u32(size)] : [3, u64(size)];
}

export function skippableFrame(length: number): Buffer {
  return join(u32(0x184d2a50 + (length % 16)), u32(length), Buffer.alloc(length, 0x28));
}

/** Packs content as the plan says. */
export function zstd(content: Uint8Array, plan: ZstdPlan = plainPlan): Buffer {
  const blocks = cut(content, plan.blocks);
  const frames: Buffer[] = [];
  for (let i = 0; i < blocks.length; i += plan.blocksPerFrame) {
    frames.push(frame(blocks.slice(i, i + plan.blocksPerFrame), plan));
  }
  if (!plan.skippable) return join(...frames);
  return join(...frames.flatMap((one, i) => [skippableFrame(i * 5), one]), skippableFrame(3));
}

function cut(content: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < content.length || blocks.length === 0; i++) {
    blocks.push(content.subarray(at, at + sizes[i % sizes.length]!));
    at += blocks.at(-1)!.length;
  }
  return blocks;
}

function frame(blocks: readonly Uint8Array[], plan: ZstdPlan): Buffer {
  const content = join(...blocks);
  const { singleSegment, checksum, windowLog } = plan;
  const contentSize = plan.contentSize || singleSegment ? content.length : undefined;
  return join(
    frameHead({ contentSize, singleSegment, checksum, windowLog }),
    ...blocks.map((bytes, i) => {
      const last = i === blocks.length - 1;
      const repeated = plan.rle && bytes.length > 0 && bytes.every((byte) => byte === bytes[0]);
      return repeated ? rleBlock(bytes[0]!, bytes.length, last) : rawBlock(bytes, last);
    }),
    checksum ? u32(Number(xxh64(content) & 0xffff_ffffn)) : '',
  );
}

type Codec = (bytes: Uint8Array, options?: { params: Record<number, number> }) => Buffer;
const codecs = zlib as unknown as { zstdCompressSync?: Codec; zstdDecompressSync?: Codec };

/** Compresses for real; undefined before Node 22.15, which has no compressor. */
export const compressZstd: ((bytes: Uint8Array, level: number) => Buffer) | undefined =
  codecs.zstdCompressSync && ((bytes, level) => codecs.zstdCompressSync!(bytes, { params: { 100: level } }));

/** Another decoder; undefined before Node 22.15. */
export const decompressZstd: ((bytes: Uint8Array) => Buffer) | undefined =
  codecs.zstdDecompressSync && ((bytes) => codecs.zstdDecompressSync!(bytes));

/** A sequence of a compressed block made by {@link compressedBlock}: 16 or 17 literals, then 23 bytes from before. */
export interface Sequence {
  readonly literals: 16 | 17;
  /** How far back the match begins: from 2^26 - 3 on, below 2^27 - 3. */
  readonly offset: number;
}

/** A compressed block of plain literals and sequences whose codes never change, so that no table is needed. */
export function compressedBlock(literals: Uint8Array, sequences: readonly Sequence[], last: boolean): Buffer {
  // The stream is read from its end: a 1 that marks it, then for each sequence the extra bits of its offset, of
  // its match length (code 20: none) and of its literals' length (code 16: one).
  let stream = 1n;
  let bits = 1;
  for (const { offset, literals: count } of sequences) {
    stream = (stream << 27n) | (BigInt(offset + 3 - 2 ** 26) << 1n) | BigInt(count - 16);
    bits += 27;
  }
  const bytes = Buffer.alloc(Math.ceil(bits / 8));
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number((stream >> BigInt(8 * i)) & 0xffn);
  const body = join(
    u16((literals.length << 4) | 0x04),
    literals,
    u8(sequences.length),
    // Literals' lengths, offsets and match lengths each by RLE, and the one code of each.
    Buffer.of(0b01_01_01_00, 16, 26, 20),
    bytes,
  );
  return block(2, last, body.length, body);
}
