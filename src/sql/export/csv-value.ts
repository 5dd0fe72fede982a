import { plainText } from '../../binlog/columns/values/format.ts';
import type { ColumnDecoder, Value } from '../../binlog/columns/values/value.ts';
import { BinflashError } from '../../errors.ts';
import type { RowImage } from '../../read/row-image.ts';
import type { ByteText } from '../../wire/byte-text.ts';

/**
 * Beginnings that spreadsheets take for a formula, and the apostrophe itself: a text that begins so gets an apostrophe
 * before it, and who takes one apostrophe off again has every text as it was. Full-width signs count in Japanese ones.
 */
const FORMULA = /^['=+\-@\t\r\n＝＋－＠]/;

/**
 * Puts one field: text in quotes, everything else without, so that nothing between commas is NULL (or a value that the
 * image does not hold) and `""` is the empty text.
 *
 * @throws BinflashError `UNSUPPORTED` for a value too long for a text
 */
export function putCsvField(
  out: ByteText,
  image: RowImage,
  column: number,
  decoders: readonly ColumnDecoder[],
): void {
  const start = image.starts[column]!;
  if (start < 0) return;
  const end = image.ends[column]!;
  const value = decoders[column]!(image.bytes, start, end);
  if (value.kind === 'bytes') putBytes(out, value, image.bytes, start, end);
  else if (isText(value)) out.utf8(csvText(whole(value)));
  else out.ascii(numberText(value));
}

type ValueOf<K extends Value['kind']> = Extract<Value, { readonly kind: K }>;

function putBytes(
  out: ByteText,
  value: ValueOf<'bytes'>,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  out.ascii('0x');
  if (!value.cut) out.hex(value.bytes, 0, value.bytes.length);
  else if (value.length === end - start) out.hex(bytes, start, end);
  else throw tooLong();
}

/** What may hold any character; times, numbers and addresses do not. */
function isText(value: Value): value is ValueOf<'text' | 'json' | 'geometry' | 'vector' | 'enum' | 'set'> {
  switch (value.kind) {
    case 'text':
    case 'json':
    case 'geometry':
    case 'vector':
      return true;
    case 'enum':
      return value.label !== undefined;
    case 'set':
      return value.labels !== undefined;
    default:
      return false;
  }
}

function whole(value: ValueOf<'text' | 'json' | 'geometry' | 'vector' | 'enum' | 'set'>): string {
  if ('cut' in value && value.cut) throw tooLong();
  return plainText(value);
}

function csvText(text: string): string {
  const quoted = text.includes('"') ? text.replaceAll('"', '""') : text;
  return `"${FORMULA.test(text) ? "'" : ''}${quoted}"`;
}

/** Bits as a number, as in JSON; spreadsheets know no others. */
function numberText(value: Value): string {
  if (value.kind === 'bit') return String(value.value);
  return value.kind === 'set' ? String(value.mask) : plainText(value);
}

function tooLong(): BinflashError {
  return new BinflashError('UNSUPPORTED', 'a value is too long to be written as text', {
    hint: 'Leave the table out with --exclude-table, or write SQL: --format sql.',
  });
}

/** A name in the first line. */
export function csvName(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
