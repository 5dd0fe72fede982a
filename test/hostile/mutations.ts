import fc from 'fast-check';

/** One change to bytes; `at` is a place as a share of the length, so that it fits any input. */
interface Mutation {
  readonly kind: 'flip' | 'byte' | 'number' | 'cut' | 'double' | 'end';
  readonly at: number;
  readonly size: number;
  readonly value: number;
}

/** Numbers at which lengths, counts and packed integers turn into something else. */
const EDGES = [
  0,
  1,
  2,
  127,
  128,
  250,
  251,
  252,
  253,
  254,
  255,
  256,
  4096,
  4097,
  32767,
  65535,
  65536,
  2 ** 24,
];
const LARGE = [2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'byte', 'byte', 'number', 'number', 'cut', 'double', 'end'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  size: fc.integer({ min: 1, max: 12 }),
  value: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...EDGES, ...LARGE)),
});

function mutated(bytes: Uint8Array, { kind, at: share, size, value }: Mutation): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(share * copy.length);
  const rest = copy.subarray(Math.min(copy.length, at + size));
  switch (kind) {
    case 'flip':
      if (copy.length > 0) copy[at]! ^= 1 << (value & 7);
      return copy;
    case 'byte':
      if (copy.length > 0) copy[at] = value;
      return copy;
    case 'number': {
      const width = Math.min([1, 2, 4, 8][size & 3]!, copy.length - at);
      for (let i = 0; i < width; i++) copy[at + i] = i < 4 ? value >>> (8 * i) : 0;
      return copy;
    }
    case 'cut':
      return Buffer.concat([copy.subarray(0, at), rest]);
    case 'double':
      return Buffer.concat([copy.subarray(0, at + size), copy.subarray(at)]);
    case 'end':
      return copy.subarray(0, at);
  }
}

/** One of the inputs with a few changes. */
export function mutationsOf(inputs: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat({ max: inputs.length - 1 }), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([i, changes]) =>
      changes.reduce<Buffer>((bytes, change) => mutated(bytes, change), Buffer.from(inputs[i]!)),
    );
}
