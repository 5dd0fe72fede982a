import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteText } from '../../src/wire/byte-text.ts';

function written(write: (text: ByteText) => void): { text: string; chunks: number } {
  const chunks: Uint8Array[] = [];
  const text = new ByteText((chunk) => chunks.push(chunk));
  write(text);
  text.flush();
  return { text: Buffer.concat(chunks).toString('latin1'), chunks: chunks.length };
}

describe('ByteText', () => {
  it('puts integers up to 2^53', () => {
    const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(number, fc.nat(53), (value, bits) => {
        const shorter = Math.floor(value / 2 ** bits);
        expect(written((text) => text.digits(shorter)).text).toBe(String(shorter));
        expect(written((text) => text.padded(shorter, 18)).text).toBe(String(shorter).padStart(18, '0'));
      }),
    );
  });

  it.each([0, 9, 10, 99, 100, 2 ** 32 - 1, 2 ** 32, 1e15, Number.MAX_SAFE_INTEGER])('puts %d', (value) => {
    expect(written((text) => text.digits(value)).text).toBe(String(value));
  });

  it('hands over nothing but what has been written, in order', () => {
    const pieces = ['', 'a', 'b'.repeat(65_535), 'c'.repeat(65_536), 'd'.repeat(200_000), 'e'];
    const { text, chunks } = written((out) => {
      for (const piece of pieces) {
        const bytes = Buffer.from(`<${piece}>`);
        out.copy(bytes, 1, bytes.length - 1);
        out.byte(0xff);
        out.ascii('|');
      }
    });
    expect(text).toBe(pieces.map((piece) => `${piece}\xff|`).join(''));
    expect(chunks).toBeGreaterThan(4);
  });

  it('hands over bytes that it does not touch again', () => {
    const chunks: Uint8Array[] = [];
    const text = new ByteText((chunk) => chunks.push(chunk));
    text.ascii('first');
    text.flush();
    text.flush();
    text.ascii('other');
    text.flush();
    expect(chunks.map(String)).toEqual(
      [Buffer.from('first'), Buffer.from('other')].map((one) => [...one].join()),
    );
  });
});
