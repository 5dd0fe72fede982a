import type { InputFile } from '../source.ts';

/** What a file is by its first bytes, whatever its name says. */
export type InputKind = 'binlog' | 'gzip' | 'zstd' | 'other';

const BINLOGS = [
  [0xfe, 0x62, 0x69, 0x6e],
  // Encrypted by MySQL, and MariaDB's container: not plain, but binary logs all the same, about which others know more.
  [0xfd, 0x62, 0x69, 0x6e],
  [0xfe, 0xfe, 0x0d, 0x01],
];

/** How many bytes {@link kindOfBytes} looks at. */
export const KIND_BYTES = 4;

export function kindOfBytes(first: Uint8Array): InputKind {
  const begins = (bytes: readonly number[]): boolean => bytes.every((byte, i) => first[i] === byte);
  if (BINLOGS.some(begins)) return 'binlog';
  if (begins([0x1f, 0x8b])) return 'gzip';
  // Or a skippable frame, which parallel compressors put before the others.
  const isSkippable = (first[0]! & 0xf0) === 0x50 && [0x2a, 0x4d, 0x18].every((b, i) => first[i + 1] === b);
  return begins([0x28, 0xb5, 0x2f, 0xfd]) || isSkippable ? 'zstd' : 'other';
}

/** Is this a log of which its server, killed meanwhile, has written no event yet? @throws BinflashError `IO` */
export async function isBegun(file: InputFile): Promise<boolean> {
  if (file.size > KIND_BYTES) return false;
  const bytes = new Uint8Array(file.size);
  await file.read(bytes, 0, bytes.length, 0);
  return BINLOGS.slice(0, 2).some((magic) => bytes.every((byte, i) => magic[i] === byte));
}

/** @throws BinflashError `IO` */
export async function kindOf(file: InputFile): Promise<InputKind> {
  const first = new Uint8Array(Math.min(file.size, KIND_BYTES));
  await file.read(first, 0, first.length, 0);
  return kindOfBytes(first);
}
