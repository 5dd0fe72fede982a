import { bytesDecoder } from './text.ts';
import type { ColumnDecoder, Value } from './value.ts';

type Text = (bytes: Uint8Array) => string;

/**
 * A MariaDB type that is logged as BINARY(`length`), without the zeros at its end; longer values are shown as
 * bytes.
 */
function fixedDecoder(kind: 'inet4' | 'inet6' | 'uuid', length: number, text: Text): ColumnDecoder {
  const whole = bytesDecoder(Number.POSITIVE_INFINITY, length);
  return (bytes, start, end): Value => {
    const value = whole(bytes, start, end);
    return value.length === length ? { kind, text: text(value.bytes) } : value;
  };
}

/** MariaDB's INET4: four bytes, the first number first. */
export const decodeInet4: ColumnDecoder = fixedDecoder('inet4', 4, inet4Text);

function inet4Text(bytes: Uint8Array): string {
  return bytes.join('.');
}

/** MariaDB's INET6: sixteen bytes, in network order. */
export const decodeInet6: ColumnDecoder = fixedDecoder('inet6', 16, inet6Text);

/**
 * Hexadecimal groups, the first of the longest runs of zeros left out, be it a single one. An address that
 * begins with six groups of zeros, or five and ffff, ends as IPv4 is written.
 */
export function inet6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  const gap = longestZeros(groups);
  const isMapped = gap.start === 0 && (gap.length === 6 || (gap.length === 5 && groups[5] === 0xffff));
  const texts = groups.map((group) => group.toString(16));
  if (isMapped) texts.splice(6, 2, inet4Text(bytes.subarray(12)));
  if (gap.length === 0) return texts.join(':');
  return `${texts.slice(0, gap.start).join(':')}::${texts.slice(gap.start + gap.length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: -1, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}

/**
 * MariaDB's UUID: its sixteen bytes in the order of the text. (InnoDB turns the parts of a version 1 UUID around
 * for its index; the log does not.)
 */
export const decodeUuid: ColumnDecoder = fixedDecoder('uuid', 16, uuidText);

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
