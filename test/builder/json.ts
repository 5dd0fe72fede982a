/** Binary JSON for tests, written without a line of src: documents as plain values, and their bytes. */
import * as fc from 'fast-check';
import { join, lenenc, u8, u16, u32, u64 } from './bytes.ts';

/** A document; members need no order. Integers are written as short as they can be. */
export type Json =
  | null
  | boolean
  | string
  | Json[]
  | { readonly object: Readonly<Record<string, Json>> }
  | { readonly int: bigint }
  | { readonly uint: bigint }
  | { readonly double: number }
  | { readonly opaque: number; readonly bytes: string };

export const object = (members: Readonly<Record<string, Json>>): Json => ({ object: members });
export const int = (value: number | bigint): Json => ({ int: BigInt(value) });

/** A value's type byte and its bytes; `entry` is what stands in the entry of a small or large container. */
interface Encoded {
  readonly type: number;
  readonly body: Buffer;
  readonly small: Buffer | undefined;
  readonly large: Buffer | undefined;
}

/** The document as the server writes it anew. */
export function encode(json: Json): Buffer {
  const { type, body } = encodeValue(json);
  return join(u8(type), body);
}

function encodeValue(json: Json): Encoded {
  if (json === null || typeof json === 'boolean') return inlined(4, u8(json === null ? 0 : json ? 1 : 2), 0);
  if (typeof json === 'string') return plain(12, text(Buffer.from(json)));
  if (Array.isArray(json)) return container(undefined, json);
  if ('object' in json) {
    const keys = Object.keys(json.object).map((key) => Buffer.from(key));
    keys.sort((a, b) => a.length - b.length || a.compare(b));
    return container(
      keys,
      keys.map((key) => json.object[key.toString()]!),
    );
  }
  if ('double' in json) {
    const body = Buffer.alloc(8);
    body.writeDoubleLE(json.double);
    return plain(11, body);
  }
  if ('opaque' in json) return plain(15, join(u8(json.opaque), text(Buffer.from(json.bytes, 'hex'))));
  const [value, type] = 'int' in json ? [json.int, 5] : [json.uint, 6];
  const wrap = type === 5 ? BigInt.asIntN : BigInt.asUintN;
  const bits = [16, 32, 64].find((width) => wrap(width, value) === value)!;
  const bytes = u64(BigInt.asUintN(64, value));
  const fill = value < 0n ? 0xff : 0;
  const entryType = type + (bits === 16 ? 0 : bits === 32 ? 2 : 4);
  if (bits === 16) return inlined(entryType, bytes.subarray(0, 2), fill);
  if (bits === 32) return { ...plain(entryType, bytes.subarray(0, 4)), large: bytes.subarray(0, 4) };
  return plain(entryType, bytes);
}

const plain = (type: number, body: Buffer): Encoded => ({ type, body, small: undefined, large: undefined });

function inlined(type: number, body: Buffer, fill: number): Encoded {
  const filled = join(body, Buffer.alloc(4, fill));
  return { type, body, small: filled.subarray(0, 2), large: filled.subarray(0, 4) };
}

function text(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 128) return join(Buffer.from([...length, rest]), bytes);
    length.push((rest & 0x7f) | 0x80);
  }
}

/** As small, if everything in it is small and it fits; else as large. */
function container(keys: readonly Buffer[] | undefined, values: readonly Json[]): Encoded {
  const children = values.map(encodeValue);
  const type = keys === undefined ? 2 : 0;
  const small = containerBytes(keys, children, false);
  const nestsLarge = children.some((child) => child.type === 1 || child.type === 3);
  if (small.length <= 0xffff && !nestsLarge) return plain(type, small);
  return plain(type + 1, containerBytes(keys, children, true));
}

function containerBytes(
  keys: readonly Buffer[] | undefined,
  children: readonly Encoded[],
  large: boolean,
): Buffer {
  // Numbers that do not fit are cut: the bytes are thrown away then.
  const number = (value: number): Buffer => (large ? u32(value) : u16(value & 0xffff));
  const width = large ? 4 : 2;
  const head = 2 * width + (keys?.length ?? 0) * (width + 2) + children.length * (width + 1);
  let offset = head;
  const keyEntries = (keys ?? []).map((key) => {
    offset += key.length;
    return join(number(offset - key.length), u16(key.length));
  });
  const bodies: Buffer[] = [];
  const valueEntries = children.map(({ type, body, small, large: inLarge }) => {
    const entry = large ? inLarge : small;
    if (entry !== undefined) return join(u8(type), entry);
    offset += body.length;
    bodies.push(body);
    return join(u8(type), number(offset - body.length));
  });
  const rest = join(...keyEntries, ...valueEntries, ...(keys ?? []), ...bodies);
  return join(number(children.length), number(2 * width + rest.length), rest);
}

export type Step =
  | { readonly op: 'replace' | 'insert'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/** Diffs as they stand in a PARTIAL_UPDATE_ROWS event, without the length in front of them. */
export function diffs(...steps: readonly Step[]): Buffer {
  return join(
    ...steps.map((step) => {
      const path = Buffer.from(step.path);
      const head = join(u8({ replace: 0, insert: 1, remove: 2 }[step.op]), lenenc(path.length), path);
      if (step.op === 'remove') return head;
      const value = encode(step.value);
      return join(head, lenenc(value.length), value);
    }),
  );
}

const bigints = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    -1n,
    32_767n,
    32_768n,
    -32_768n,
    -32_769n,
    2n ** 31n,
    -(2n ** 31n),
    -(2n ** 31n) - 1n,
  ),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);

/** Any document that nests at most `depth` levels. */
export function anyJson(depth = 4): fc.Arbitrary<Json> {
  const scalar: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(null, true, false),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.integer({ min: 120, max: 140 }).map((length) => 'x'.repeat(length)),
    bigints.map((value) => ({ int: value })),
    fc.bigInt(0n, 2n ** 64n - 1n).map((value) => ({ uint: value })),
    fc.constantFrom(0n, 65_535n, 65_536n, 2n ** 32n - 1n, 2n ** 32n).map((value) => ({ uint: value })),
    fc.double({ noNaN: true }).map((value) => ({ double: value })),
    fc
      .uint8Array({ maxLength: 12 })
      .map((bytes) => ({ opaque: 246, bytes: Buffer.from(bytes).toString('hex') })),
  );
  if (depth === 0) return scalar;
  const child = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: anyJson(depth - 1) });
  return fc.oneof(
    scalar,
    fc.array(child, { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), child, { maxKeys: 5 }).map(object),
  );
}
