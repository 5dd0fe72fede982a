import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AT_ONCE, loadZstd, unzstd } from '../../src/binlog/zstd.ts';
import { hex, join, u32 } from '../builder/bytes.ts';
import * as z from '../builder/zstd.ts';
import { thrownBy } from '../helpers.ts';
import { goldenFrames } from './zstd-golden.ts';

beforeAll(loadZstd);

const LARGEST_PIECE = 'zstdDecompressSync' in zlib ? AT_ONCE : 128 * 1024;

/** All that frames hold, read from the middle of other bytes; no piece may be larger than a block, or than Node unpacks at once. */
function unpack(frames: Uint8Array): Buffer {
  const around = join(Buffer.alloc(3, 0xff), frames, Buffer.alloc(9, 0xff));
  const pieces: Uint8Array[] = [];
  for (const piece of unzstd(around, 3, 3 + frames.length)) {
    expect(piece.length).toBeLessThanOrEqual(LARGEST_PIECE);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Content that has something to compress. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 20 })), {
    maxLength: 12,
  })
  .map((parts) =>
    Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))),
  );

describe('frames of real servers', () => {
  it.each(goldenFrames)('$name', ({ packed, length, sha256: expected }) => {
    const plain = unpack(packed);
    expect([plain.length, sha256(plain)]).toEqual([length, expected]);
    expect((z.decompressZstd?.(packed) ?? plain).equals(plain)).toBe(true);
  });

  it.each(goldenFrames)('$name, cut anywhere, is damaged', ({ packed }) => {
    for (let length = 1; length < packed.length; length += packed.length < 500 ? 1 : 7) {
      expect(thrownBy(() => unpack(packed.subarray(0, length))).code).toBe('DAMAGED');
    }
    expect(unpack(packed.subarray(0, 0))).toEqual(Buffer.alloc(0));
  });
});

describe('frames made by hand', () => {
  it('in any cut, with any header, are what was put into them', () => {
    fc.assert(
      fc.property(content, z.zstdPlan, (bytes, plan) => {
        const packed = z.zstd(bytes, plan);
        expect(unpack(packed).equals(bytes)).toBe(true);
        // Another decoder, where this Node has one, agrees; before Node 26 it stops after the first frame.
        if (plan.skippable || plan.blocksPerFrame < 1000) return;
        expect((z.decompressZstd?.(packed) ?? bytes).equals(bytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.runIf(z.compressZstd)('compressed by Node at any level are what was put into them', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 3 }), fc.integer({ min: 1, max: 22 }), (parts, level) => {
        const packed = join(...parts.map((part) => z.compressZstd!(part, level)));
        expect(unpack(packed).equals(Buffer.concat(parts))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('cut anywhere but between frames are damaged', () => {
    const plan = { ...z.plainPlan, blocks: [5, 0, 7], blocksPerFrame: 2, checksum: true, skippable: true };
    const bytes = Buffer.from('the content of more than one frame');
    const packed = z.zstd(bytes, plan);
    const whole: string[] = [];
    for (let length = 0; length < packed.length; length++) {
      try {
        whole.push(unpack(packed.subarray(0, length)).toString());
      } catch (error) {
        expect(error).toMatchObject({ code: 'DAMAGED' });
      }
    }
    expect(new Set(whole)).toEqual(
      new Set(['', ...[5, 17, 24, 29, 34].map((end) => bytes.toString('utf8', 0, end))]),
    );
  });
});

describe('what other decoders got wrong', () => {
  /** 1000 bytes that never come again, 100 MiB of zeros, and a block that reaches back to those bytes. */
  function farFrame(offsets: readonly number[]): { packed: Buffer; tail: Buffer } {
    const first = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * i * 7 + (i >> 3)) & 0xff));
    const zeros = Array.from({ length: 800 }, () => z.rleBlock(0, 128 * 1024, false));
    const literals = Buffer.alloc(17 * offsets.length, 0x2a);
    let end = first.length + 800 * 128 * 1024;
    const tail: Buffer[] = [];
    const sequences = offsets.map((start, i): z.Sequence => {
      const count = i % 2 === 0 ? 17 : 16;
      end += count;
      tail.push(literals.subarray(0, count), first.subarray(start, start + 23));
      const sequence: z.Sequence = { literals: count, offset: end - start };
      end += 23;
      return sequence;
    });
    const used = sequences.reduce((sum, { literals: count }) => sum + count, 0);
    const last = z.compressedBlock(literals.subarray(0, used), sequences, true);
    return {
      packed: join(z.frameHead({ windowLog: 27 }), z.rawBlock(first, false), ...zeros, last),
      tail: join(...tail),
    };
  }

  it('matches 100 MiB back, at any place in the bit stream', () => {
    const { packed, tail } = farFrame([0, 500, 1, 977, 33, 44, 55, 66, 77, 88, 99, 970]);
    let end = Buffer.alloc(0);
    for (const piece of unzstd(packed, 0, packed.length)) {
      end = Buffer.concat([end, piece]).subarray(-tail.length);
    }
    expect(end.equals(tail)).toBe(true);
  });

  it('a match from before the frame is damage, not zeros', () => {
    const sequences: z.Sequence[] = [{ literals: 16, offset: 2 ** 26 + 5 }];
    const packed = join(
      z.frameHead({ windowLog: 27 }),
      z.rawBlock(Buffer.alloc(1000, 1), false),
      z.compressedBlock(Buffer.alloc(16), sequences, true),
    );
    expect(thrownBy(() => unpack(packed)).code).toBe('DAMAGED');
  });

  it('ten bytes that promise 98303 matches of 65539 bytes are damage, at once', () => {
    const body = hex('08 41 ff ff ff 54 00 00 34 01');
    const packed = join(z.frameHead({ windowLog: 17 }), z.block(2, true, body.length, body));
    const start = performance.now();
    expect(thrownBy(() => unpack(packed)).code).toBe('DAMAGED');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('blocks of one byte take no time though the window is large', () => {
    const blocks = Array.from({ length: 20_000 }, (_, i) => z.rleBlock(i & 0xff, 1, i === 19_999));
    const packed = join(z.frameHead({ windowLog: 27 }), ...blocks);
    const start = performance.now();
    expect(unpack(packed).length).toBe(20_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('a content checksum that does not match is damage', () => {
    const packed = z.zstd(Buffer.from('content'), { ...z.plainPlan, checksum: true });
    packed[packed.length - 1]! ^= 1;
    expect(thrownBy(() => unpack(packed)).code).toBe('DAMAGED');
  });
});

describe('frames that are refused', () => {
  const end = z.rawBlock(Buffer.from('x'), true);

  it.each<[string, z.FrameHead, string]>([
    ['a window of 128 MiB and an eighth', { windowLog: 27, mantissa: 1 }, 'UNSUPPORTED'],
    ['a window of 3.75 TiB', { windowLog: 41, mantissa: 7 }, 'UNSUPPORTED'],
    ['a single segment of 129 MiB', { singleSegment: true, contentSize: 129 * 2 ** 20 }, 'UNSUPPORTED'],
    ['a single segment of 2^60 bytes', { singleSegment: true, contentSize: 2 ** 60 }, 'UNSUPPORTED'],
    ['a dictionary', { dictionary: 7 }, 'UNSUPPORTED'],
    ['a reserved bit', { reserved: true }, 'DAMAGED'],
    ['more content than the frame says', { contentSize: 0 }, 'DAMAGED'],
    ['less content than the frame says', { contentSize: 300 }, 'DAMAGED'],
  ])('%s', (_, head, code) => {
    expect(thrownBy(() => unpack(join(z.frameHead(head), end))).code).toBe(code);
  });

  it.each<[string, Buffer]>([
    ['a reserved block type', z.block(3, true, 1, Buffer.of(1))],
    ['a block above 128 KiB', z.rleBlock(7, 128 * 1024 + 1, true)],
    ['a block above the window', z.rawBlock(Buffer.alloc(2000), true)],
    ['nothing after the last frame but three bytes', join(end, hex('28b52f'))],
    ['bytes that are no frame', join(end, Buffer.alloc(20, 7))],
    ['a skippable frame that is cut', join(end, u32(0x184d2a55), u32(10), Buffer.alloc(9))],
  ])('%s', (_, rest) => {
    expect(thrownBy(() => unpack(join(z.frameHead({ windowLog: 10 }), rest))).code).toBe('DAMAGED');
  });

  it('leave the decoder fit for the next one', () => {
    const bad = join(z.frameHead({}), z.block(2, true, 5, Buffer.alloc(5, 0xee)));
    const good = z.zstd(Buffer.from('good'));
    for (let i = 0; i < 20; i++) {
      expect(thrownBy(() => unpack(bad)).code).toBe('DAMAGED');
      expect(unpack(good).toString()).toBe('good');
    }
  });

  it('and those whose reader goes away give their memory back, of which there are 2 GiB', () => {
    const blocks = Array.from({ length: 72 }, (_, i) => z.rleBlock(i, 128 * 1024, i === 71));
    const packed = join(z.frameHead({ windowLog: 27 }), ...blocks);
    for (let i = 0; i < 40; i++) for (const _ of unzstd(packed, 0, packed.length)) break;
    const cut = packed.subarray(0, -4);
    for (let i = 0; i < 40; i++) expect(thrownBy(() => unpack(cut)).code).toBe('DAMAGED');
    expect(unpack(packed).length).toBe(72 * 128 * 1024);
  });
});
