import { type EventHeader, emptyHeader, HEADER_LENGTH, MAGIC, readHeader } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { BinflashError } from '../errors.ts';
import type { ForwardWindow } from '../io/forward-window.ts';
import type { InputFile } from '../io/source.ts';
import { readU32 } from '../wire/integers.ts';

/** Signatures of things that people hand in by mistake, to be named instead of called damaged. */
const SIGNATURES: [bytes: number[], what: string, hint: string][] = [
  [
    [0xfe, 0xfe, 0x0d, 0x01],
    'is a binary log in the InnoDB format of MariaDB 12.3 and later, which is not supported',
    'Fetch a classic copy from the server: mariadb-binlog --read-from-remote-server --raw.',
  ],
  [[0x42, 0x5a, 0x68], 'is compressed with bzip2', 'Unpack it first: bunzip2 -k.'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'is compressed with xz', 'Unpack it first: unxz -k.'],
  [[0x04, 0x22, 0x4d, 0x18], 'is compressed with lz4', 'Unpack it first: unlz4.'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive', 'Unpack it first: unzip.'],
];

/** Bytes that are needed to know them, and the magic. */
const LONGEST = 5;

/** Makes sure that the file, whose window has not moved yet, is a binary log; names what else it may be. */
export async function checkMagic(file: InputFile, window: ForwardWindow): Promise<void> {
  if (file.size === 0) {
    throw new BinflashError('NOT_A_BINLOG', 'the file is empty', { file: file.path });
  }
  await window.advance(window.begin, Math.min(file.size, LONGEST));
  const known = window.data.subarray(window.begin, Math.min(window.end, window.begin + LONGEST));
  for (const [bytes, what, hint] of SIGNATURES) {
    if (bytes.every((byte, i) => known[i] === byte)) {
      throw new BinflashError('UNSUPPORTED', what, { file: file.path, offset: 0, hint });
    }
  }
  const first = known.subarray(0, MAGIC.length);
  if (first.length < MAGIC.length || MAGIC.some((byte, i) => first[i] !== byte)) {
    // Of a text the beginning may be secret: a password, or a key.
    const isText = first.every((byte) => (byte >= 0x20 && byte < 0x7f) || [0x09, 0x0a, 0x0d].includes(byte));
    const found = Array.from(first, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const what = isText ? 'as a text' : `with ${found}`;
    throw new BinflashError('NOT_A_BINLOG', `is not a binary log: it begins ${what}, not with fe 62 69 6e`, {
      file: file.path,
      offset: 0,
      hint: 'Name the binary log files themselves, not their .index or .idx files.',
    });
  }
}

/** What the magic says where an event has its timestamp: a second in September 2028. */
export const MAGIC_AS_TIME: number = readU32(MAGIC, 0);

/** Fields of a FORMAT_DESCRIPTION behind its header, the least that is needed to know one. */
const FORMAT_FIELDS = 57;

/**
 * Where an event of that second may begin at `bytes[start]`, or another log with its magic: how long magic and
 * FORMAT_DESCRIPTION are, or, while `end` is too near to tell, more than there is; 0 when it is no log. The file ends
 * `left` bytes behind `start`.
 */
export function nextLogLength(bytes: Uint8Array, start: number, end: number, left: number): number {
  const first = start + MAGIC.length;
  const least = MAGIC.length + HEADER_LENGTH + FORMAT_FIELDS;
  if (left < least) return 0;
  if (end - start < least) return least;
  readHeader(bytes, first, ahead);
  const isFormat = ahead.type === EventCode.FORMAT_DESCRIPTION && bytes[first + HEADER_LENGTH] === 4;
  const fits = ahead.size >= HEADER_LENGTH + FORMAT_FIELDS && MAGIC.length + ahead.size <= left;
  return isFormat && fits ? MAGIC.length + ahead.size : 0;
}

const ahead: EventHeader = emptyHeader();
