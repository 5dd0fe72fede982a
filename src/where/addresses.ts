import { isIPv4, isIPv6 } from 'node:net';
import { inet6Text } from '../binlog/columns/values/network.ts';

/** MariaDB's types that are compared by the one text in which the server prints a value. */
export type AddressKind = 'inet4' | 'inet6' | 'uuid';

/** The text in which the server prints what is spelt so, or undefined where that is no value of the type for sure. */
export function printedAddress(kind: AddressKind, spelling: string): string | undefined {
  switch (kind) {
    case 'inet4':
      return isIPv4(spelling) ? spelling : undefined;
    case 'inet6':
      // The server takes an IPv4 address for the mapped one.
      if (isIPv4(spelling)) return `::ffff:${spelling}`;
      return isIPv6(spelling) && !spelling.includes('%') ? inet6Text(inet6Bytes(spelling)) : undefined;
    case 'uuid':
      if (!/^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.test(spelling)) return undefined;
      return spelling
        .toLowerCase()
        .replaceAll('-', '')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}

function inet6Bytes(spelling: string): Uint8Array {
  // Eight hexadecimal groups at most, at one place `::` for those that are 0.
  const groups = new URL(`http://[${spelling}]`).hostname.slice(1, -1).split('::');
  const [head, tail] = groups.map((half) => (half === '' ? [] : half.split(':')));
  const missing = tail === undefined ? 0 : 8 - head!.length - tail.length;
  const all = [...head!, ...new Array<string>(missing).fill('0'), ...(tail ?? [])];
  return Uint8Array.from(
    all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}
