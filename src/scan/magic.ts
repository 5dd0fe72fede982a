import { MAGIC } from '../binlog/event-header.ts';
import { BinflashError } from '../errors.ts';
import type { ForwardWindow } from '../io/forward-window.ts';
import type { InputFile } from '../io/source.ts';

/** Signatures of things that people hand in by mistake, to be named instead of called damaged. */
const SIGNATURES: [bytes: number[], what: string, hint: string][] = [
  [
    [0xfe, 0xfe, 0x0d, 0x01],
    'is a binary log in the InnoDB format of MariaDB 12.3 and later, which is not supported',
    'Fetch a classic copy from the server: mariadb-binlog --read-from-remote-server --raw.',
  ],
  [[0x1f, 0x8b], 'is compressed with gzip', 'Unpack it first: gunzip -k.'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd', 'Unpack it first: zstd -d.'],
];

/** Makes sure that the file, whose window has not moved yet, is a binary log; names what else it may be. */
export async function checkMagic(file: InputFile, window: ForwardWindow): Promise<void> {
  if (file.size === 0) {
    throw new BinflashError('NOT_A_BINLOG', 'the file is empty', { file: file.path });
  }
  await window.advance(window.begin, Math.min(file.size, MAGIC.length));
  const first = window.data.subarray(window.begin, Math.min(window.end, window.begin + MAGIC.length));
  for (const [bytes, what, hint] of SIGNATURES) {
    if (bytes.every((byte, i) => first[i] === byte)) {
      throw new BinflashError('UNSUPPORTED', what, { file: file.path, offset: 0, hint });
    }
  }
  if (first.length < MAGIC.length || MAGIC.some((byte, i) => first[i] !== byte)) {
    const found = Array.from(first, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new BinflashError('NOT_A_BINLOG', `is not a binary log: it begins with ${found}, not fe 62 69 6e`, {
      file: file.path,
      offset: 0,
      hint: 'Name the binary log files themselves, not their .index or .idx files.',
    });
  }
}
