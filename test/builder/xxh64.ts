const MASK = 0xffff_ffff_ffff_ffffn;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const multiply = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const rotate = (a: bigint, bits: bigint): bigint => ((a << bits) | (a >> (64n - bits))) & MASK;
const round = (sum: bigint, lane: bigint): bigint =>
  multiply(rotate((sum + multiply(lane, P2)) & MASK, 31n), P1);

/** XXH64 with seed 0, the content checksum of zstd frames. */
export function xxh64(bytes: Uint8Array): bigint {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash = P5;
  if (data.length >= 32) {
    const sums = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK];
    for (; at + 32 <= data.length; at += 32) {
      for (let i = 0; i < 4; i++) sums[i] = round(sums[i]!, data.readBigUInt64LE(at + 8 * i));
    }
    hash = sums.reduce((sum, lane, i) => sum + rotate(lane, [1n, 7n, 12n, 18n][i]!), 0n) & MASK;
    for (const lane of sums) hash = (multiply(hash ^ round(0n, lane), P1) + P4) & MASK;
  }
  hash = (hash + BigInt(data.length)) & MASK;
  for (; at + 8 <= data.length; at += 8) {
    hash = (multiply(rotate(hash ^ round(0n, data.readBigUInt64LE(at)), 27n), P1) + P4) & MASK;
  }
  for (; at + 4 <= data.length; at += 4) {
    hash = (multiply(rotate(hash ^ multiply(BigInt(data.readUInt32LE(at)), P1), 23n), P2) + P3) & MASK;
  }
  for (; at < data.length; at++) hash = multiply(rotate(hash ^ multiply(BigInt(data[at]!), P5), 11n), P1);
  hash = multiply(hash ^ (hash >> 33n), P2);
  hash = multiply(hash ^ (hash >> 29n), P3);
  return hash ^ (hash >> 32n);
}
