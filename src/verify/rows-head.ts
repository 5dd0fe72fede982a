import type { RowsVersion } from '../binlog/rows.ts';
import { readU16, readU48 } from '../wire/integers.ts';
import type { ShapeForm } from './shape-form.ts';
import type { UndoReader } from './undo-reader.ts';
import type { Difference } from './verify-error.ts';

/** End of a statement: every rows event of an undo is one. */
const STMT_END = 0x0001;
/** Foreign keys are not checked. */
const NO_FOREIGN_KEYS = 0x0002;
/** The source ran foreign keys in the SQL layer (MySQL 9.6 and later). */
const SQL_FOREIGN_KEYS = 0x0010;

const HEADER = 19;
const TABLE_ID = 6;
const KINDS = ['insert', 'update', 'delete'];
/** Type codes of WRITE_ROWS in version 1 and 2; those of UPDATE_ROWS and DELETE_ROWS follow. */
const FIRST_TYPE = { 1: 23, 2: 30 };

/** What stands in the head of the rows events in which a source event's rows are undone. */
export interface ExpectedHead {
  readonly tableId: number;
  readonly flags: number;
  /** Extra data as it must be in version 2; version 1 has no place for it. */
  readonly extra: Uint8Array;
}

/** Rows flags of the undo; `transactionFlags`: those of all rows events of the source transaction, or-ed. */
export function undoFlags(flags: number, transactionFlags: number): number {
  // Where the children's changes are rows of their own, the replay must not make them a second time.
  return flags | STMT_END | ((transactionFlags & SQL_FOREIGN_KEYS) === 0 ? 0 : NO_FOREIGN_KEYS);
}

/** An UPDATE that moved a row between partitions (`01`, target, source) moves it back. */
export function turnedBack(extra: Uint8Array, { kind }: ShapeForm): Uint8Array {
  if (kind !== 'update' || extra.length !== 5 || extra[0] !== 1) return extra;
  return Uint8Array.of(1, extra[3]!, extra[4]!, extra[1]!, extra[2]!);
}

/** Version of the rows event in hand, or undefined when it is not one of this kind. */
export function versionOf(undo: UndoReader, form: ShapeForm): RowsVersion | undefined {
  const kind = KINDS.indexOf(form.kind);
  if (undo.type === FIRST_TYPE[1] + kind) return 1;
  return undo.type === FIRST_TYPE[2] + kind ? 2 : undefined;
}

/** What is wrong with the TABLE_MAP in hand, which must give a table id to the table of this body; undefined: nothing. */
export function mapDifference(undo: UndoReader, tableId: number, body: Uint8Array): Difference | undefined {
  const { bytes, start, end } = undo;
  const at = start + HEADER + TABLE_ID;
  if (at > end) return { expected: 'a table id', found: 'a TABLE_MAP that is too short for one' };
  const found = readU48(bytes, start + HEADER);
  if (found !== tableId) return { expected: `table id ${tableId}`, found: String(found) };
  if (end - at !== body.length || body.some((byte, i) => bytes[at + i] !== byte)) {
    return { expected: "the source's TABLE_MAP", found: 'another' };
  }
  return undefined;
}

/** Bytes of a rows event before its rows. */
export function headLength(version: RowsVersion, head: ExpectedHead, form: ShapeForm): number {
  return HEADER + 8 + (version === 1 ? 0 : 2 + head.extra.length) + form.columns.length;
}

/** Where the rows begin in the rows event in hand; where its head is not as expected, what is wrong with it. */
export function checkHead(
  undo: UndoReader,
  version: RowsVersion,
  head: ExpectedHead,
  form: ShapeForm,
): number | Difference {
  const { bytes, start, end } = undo;
  const extraLength = version === 1 ? 0 : 2 + head.extra.length;
  const columns = start + HEADER + 8 + extraLength;
  const rows = start + headLength(version, head, form);
  if (rows > end) return { expected: 'a rows event with rows', found: 'one too short for its head' };
  const tableId = readU48(bytes, start + HEADER);
  if (tableId !== head.tableId) return { expected: `table id ${head.tableId}`, found: String(tableId) };
  const flags = readU16(bytes, start + HEADER + 6);
  if (flags !== head.flags) return { expected: `rows flags ${hex(head.flags)}`, found: hex(flags) };
  if (version === 2) {
    const at = start + HEADER + 8;
    const extra = head.extra;
    if (readU16(bytes, at) !== extraLength || extra.some((byte, i) => bytes[at + 2 + i] !== byte)) {
      return { expected: `the ${extra.length} bytes of extra row data of the source`, found: 'others' };
    }
  }
  if (form.columns.some((byte, i) => bytes[columns + i] !== byte)) {
    return { expected: "the source's column count and bitmaps", found: 'others' };
  }
  return rows;
}

function hex(flags: number): string {
  return `0x${flags.toString(16).padStart(4, '0')}`;
}
