import { type FormatDescription, parseVersion, versionAtLeast } from '../binlog/format-description.ts';
import { STAND_IN } from '../binlog/output-format.ts';
import type { UndoReader } from './undo-reader.ts';

/** Offsets in a FORMAT_DESCRIPTION: its header's flags, and fields behind its header. */
const FLAGS = 17;
const BODY = 19;
const VERSION = BODY + 2;
const CREATED = BODY + 52;
const HEADER_LENGTH = BODY + 56;
const LENGTHS = BODY + 57;

/** The algorithm, and the event's own CRC-32. */
const CHECKSUM_FIELDS = 5;

/** Types whose post-header is 6 bytes where table ids are of 4, which no undo has. */
const WITH_TABLE_ID = [19, 23, 24, 25];

/** What the format of an undo allows. */
export interface UndoFormat {
  readonly checksums: boolean;
  readonly hasV1: boolean;
  readonly hasV2: boolean;
  readonly hasGtidNext: boolean;
}

/**
 * Is the event in hand the FORMAT_DESCRIPTION of the source file, but closed, without `created`, with ordinary lengths,
 * and with checksums or without? Or, where the source's server knew no checksums or no rows events of version 2, that of
 * the server that stands in for it? Answers what it allows, or undefined for anything else.
 */
export function undoFormatOf(undo: UndoReader, source: FormatDescription): UndoFormat | undefined {
  const { bytes, serverVersion, flavour, knowsChecksums } = source;
  const isShort = !knowsChecksums || bytes[LENGTHS + 30 - 1] === 0 || bytes.length < LENGTHS + 32;
  const lengths = bytes.slice(LENGTHS, bytes.length - (knowsChecksums ? CHECKSUM_FIELDS : 0));
  for (const type of WITH_TABLE_ID) if (lengths[type - 1] === 6) lengths[type - 1] = 8;
  const own = { version: bytes.subarray(VERSION, CREATED), lengths, knowsChecksums };
  const text = STAND_IN[flavour];
  const standIn = {
    version: Buffer.alloc(50).fill(text.serverVersion, 0, text.serverVersion.length),
    lengths: text.postHeaderLengths,
    knowsChecksums: true,
  };
  const form = isForm(undo, source, own)
    ? own
    : isShort && isForm(undo, source, standIn)
      ? standIn
      : undefined;
  if (form === undefined) return undefined;
  const version = parseVersion(form === own ? serverVersion : text.serverVersion);
  const algorithm = form.knowsChecksums ? undo.bytes[undo.end - 1]! : 0;
  if (algorithm > 1) return undefined;
  return {
    checksums: algorithm === 1,
    hasV1: form.lengths[23 - 1] !== 0,
    hasV2: (form.lengths[30 - 1] ?? 0) !== 0,
    hasGtidNext: flavour === 'mysql' && versionAtLeast(version, [5, 6, 5]),
  };
}

interface Form {
  readonly version: Uint8Array;
  readonly lengths: Uint8Array;
  readonly knowsChecksums: boolean;
}

/** Is the event in hand of this form, its algorithm apart? The reader has checked where it ends. */
function isForm(undo: UndoReader, source: FormatDescription, form: Form): boolean {
  const { bytes, start, end } = undo;
  const at = (offset: number): number => bytes[start + offset]!;
  const has = (offset: number, expected: Uint8Array): boolean =>
    expected.every((byte, i) => at(offset + i) === byte);
  const zeros = (offset: number, count: number): boolean => has(offset, new Uint8Array(count));
  return (
    end - start === LENGTHS + form.lengths.length + (form.knowsChecksums ? 1 : 0) &&
    // Time, type and server id.
    has(0, source.bytes.subarray(0, 9)) &&
    zeros(FLAGS, 2) &&
    has(BODY, Uint8Array.of(4, 0)) &&
    has(VERSION, form.version) &&
    zeros(CREATED, 4) &&
    at(HEADER_LENGTH) === 19 &&
    has(LENGTHS, form.lengths)
  );
}
