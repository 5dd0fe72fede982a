import { decodedText, textDecoding } from '../../binlog/columns/values/text.ts';
import { encodeText } from '../../tables/encode-text.ts';
import { allocate } from '../../wire/allocate.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import { readU16 } from '../../wire/integers.ts';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../column-sql.ts';
import { setNumber } from './numbers.ts';
import { type TextSql, textSql } from './text.ts';

const BINARY = 63;
const UTF8MB4 = 45;

/** What SHOW CREATE TABLE of MariaDB and MySQL 5.6 prints for a character of four bytes in UTF-8. */
const LOST = '?';

/** The labels of an ENUM or SET, as far as anything tells them, and how to write them. */
interface Labels {
  readonly all: readonly Uint8Array[];
  /** By label: does a server surely take its text for it, and not for another one? */
  readonly certain: readonly boolean[];
  /** Do their bytes tell values apart, ENUM's 0 and the empty SET included? */
  readonly distinct: boolean;
  readonly text: TextSql;
}

function labelsOf(
  labels: readonly Uint8Array[] | undefined,
  collation: number | undefined,
  mode: TextLiterals,
): Labels {
  const all = labels ?? [];
  const decoding = textDecoding(collation === BINARY ? undefined : collation);
  const folded = all.map((label) => fold(decodedText(decoding, label)));
  const count = (text: string | undefined): number => folded.filter((other) => other === text).length;
  const isKnown = (text: string | undefined): boolean => text !== undefined && !text.includes(LOST);
  const bytes = all.map((label) => Buffer.from(label).toString('latin1'));
  return {
    all,
    certain: folded.map((text) => isKnown(text) && text !== '' && count(text) === 1),
    // Where nobody tells the set, the bytes are those of the schema file.
    distinct:
      collation !== undefined && folded.every(isKnown) && new Set(['', ...bytes]).size === all.length + 1,
    text: textSql(collation ?? UTF8MB4, mode),
  };
}

/** Equal for labels that any collation may take for equal, such as a lenient server lets into a definition. */
function fold(label: string | undefined): string | undefined {
  return label?.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').trimEnd();
}

/** ENUM: by its label, or by its number where a label is empty or not certain to be found. */
export function enumSql(
  name: string,
  labels: readonly Uint8Array[] | undefined,
  collation: number | undefined,
  mode: TextLiterals,
): ColumnSql {
  const { all, certain, distinct, text } = labelsOf(labels, collation, mode);
  const write: LiteralWriter = (out, bytes, start, end) => {
    const index = indexOf(bytes, start, end);
    const label = all[index - 1];
    if (label !== undefined && certain[index - 1]) text.store(out, label, 0, label.length);
    else out.digits(index);
  };
  const writeNumber: LiteralWriter = (out, bytes, start, end) => out.digits(indexOf(bytes, start, end));
  const writeBytes: LiteralWriter = (out, bytes, start, end) => {
    // 0 stands for the empty string.
    const label = all[indexOf(bytes, start, end) - 1] ?? NO_LABEL;
    text.bytes(out, label, 0, label.length);
  };
  return {
    name,
    store: write,
    key: write,
    ...exactLabels(name, distinct, writeBytes, writeNumber),
    needsLenient: (bytes, start, end) => indexOf(bytes, start, end) === 0,
    mayThrow: false,
  };
}

const NO_LABEL: Uint8Array = new Uint8Array(0);

function indexOf(bytes: Uint8Array, start: number, end: number): number {
  return end - start === 1 ? bytes[start]! : readU16(bytes, start);
}

function exactLabels(
  name: string,
  distinct: boolean,
  writeBytes: LiteralWriter,
  writeNumber: LiteralWriter,
): Pick<ColumnSql, 'exactLeft' | 'exact'> {
  return distinct
    ? { exactLeft: `CAST(${name} AS BINARY)`, exact: writeBytes }
    : { exactLeft: `CAST(${name} AS UNSIGNED)`, exact: writeNumber };
}

/** SET: by its labels, or by its number where one of them is empty, not certain to be found, or not known. */
export function setSql(
  name: string,
  labels: readonly Uint8Array[] | undefined,
  collation: number | undefined,
  mode: TextLiterals,
): ColumnSql {
  const known = labelsOf(labels, collation, mode);
  const { all, certain, distinct, text } = known;
  const joined = joiner(all, collation ?? UTF8MB4);
  const areCertain = (bytes: Uint8Array, start: number, end: number): boolean => {
    for (let i = 0; i < 8 * (end - start); i++) if (hasLabel(bytes, start, i) && !certain[i]) return false;
    return true;
  };
  const write =
    (otherwise: LiteralWriter): LiteralWriter =>
    (out, bytes, start, end) => {
      if (areCertain(bytes, start, end)) joined(text.store, out, bytes, start, end);
      else otherwise(out, bytes, start, end);
    };
  const writeBytes: LiteralWriter = (out, bytes, start, end) => joined(text.bytes, out, bytes, start, end);
  return {
    name,
    store: write(setNumber),
    key: write(signedSetNumber),
    ...exactLabels(name, distinct, writeBytes, setNumber),
    needsLenient: undefined,
    mayThrow: false,
  };
}

/** Comparisons take a SET of 64 labels for a signed number. */
const signedSetNumber: LiteralWriter = (out, bytes, start, end) => {
  if (end - start < 8 || bytes[end - 1]! < 0x80) setNumber(out, bytes, start, end);
  else out.ascii(String(Buffer.from(bytes.subarray(start, end)).readBigInt64LE()));
};

const hasLabel = (bytes: Uint8Array, start: number, i: number): boolean =>
  ((bytes[start + (i >> 3)]! >> (i & 7)) & 1) === 1;

/** Puts labels together, with commas between them, and writes what comes of it. */
function joiner(
  labels: readonly Uint8Array[],
  collation: number,
): (write: LiteralWriter, out: ByteText, bytes: Uint8Array, start: number, end: number) => void {
  const comma = encodeText(',', collation) ?? Buffer.from(',');
  const scratch = allocate(labels.reduce((sum, label) => sum + label.length + comma.length, 0));
  return (write, out, bytes, start, end) => {
    let length = 0;
    for (let i = 0; i < labels.length && i < 8 * (end - start); i++) {
      if (!hasLabel(bytes, start, i)) continue;
      if (length > 0) {
        scratch.set(comma, length);
        length += comma.length;
      }
      scratch.set(labels[i]!, length);
      length += labels[i]!.length;
    }
    write(out, scratch, 0, length);
  };
}
