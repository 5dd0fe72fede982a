import { describe, expect, it } from 'vitest';
import { EventCipher } from '../../../src/binlog/encryption/event-cipher.ts';
import { type Algorithm, encryptEvent, key } from '../../builder/encrypted.ts';

/** Events of all lengths around the blocks of AES and around what is deciphered at once. */
const SIZES = [...Array.from({ length: 60 }, (_, i) => 19 + i), 4096, 32 * 1024 + 5, 100_000, 23];

/** Offsets that carry: within the offset's 4 bytes, into the nonce, through bytes of it that are all ones. */
const OFFSETS = [4, 0xffff, 0x10ff_ffff, 0xffff_fff0, 0x1_0000_0000, 0x7_10ff_ffff];
const NONCES = ['000102030405060708090a0b', 'fefdfcfbfaf9f8f7f6ffffff', 'ffffffffffffffffffffffff'];

const names = { cbc: 'AES_CBC', ctr: 'AES_CTR' } as const;

function event(size: number): Buffer {
  const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + size) & 0xff));
  bytes.writeUInt32LE(size, 9);
  return bytes;
}

describe.each<Algorithm>(['cbc', 'ctr'])('AES in mode %s', (algorithm) => {
  it('decrypts all events that are whole, wherever they stand, and leaves the rest alone', () => {
    for (const nonce of NONCES.map((hex) => Buffer.from(hex, 'hex'))) {
      const cipher = new EventCipher(key(16), nonce, names[algorithm]);
      for (const offset of OFFSETS) {
        const plain = SIZES.map(event);
        let at = offset;
        const encrypted = plain.map((one) => {
          at += one.length;
          return encryptEvent(one, key(16), algorithm, at - one.length, nonce);
        });
        const cut = encrypted[0]!.subarray(0, 18);
        const bytes = new Uint8Array(Buffer.concat([Buffer.from('before'), ...encrypted, cut]));
        expect(cipher.decrypt(bytes, 6, bytes.length, offset)).toBe(bytes.length - cut.length);
        expect(Buffer.concat([Buffer.from('before'), ...plain, cut]).equals(bytes)).toBe(true);
      }
    }
  });

  it('stops where no event can be', () => {
    const nonce = Buffer.alloc(12);
    for (const size of [0, 18, 21, 0xffff_ffff]) {
      const bytes = event(20);
      bytes.writeUInt32LE(size, 9);
      const before = Buffer.from(bytes);
      expect(new EventCipher(key(16), nonce, names[algorithm]).decrypt(bytes, 0, 20, 4)).toBe(0);
      expect(bytes.equals(before)).toBe(true);
    }
  });
});
