/** One column, and its values as SQL literals. */
import type { Flavour } from '../../src/binlog/event-types.ts';
import { TableDescriptions } from '../../src/index.ts';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../../src/sql/column-sql.ts';
import { compileColumns } from '../../src/sql/literals/compile.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import type * as c from '../builder/columns.ts';
import { table } from '../builder/rows.ts';
import { definition, schemaOf } from '../tables/schema-text.ts';

export interface Asked {
  readonly mode?: TextLiterals;
  readonly flavour?: Flavour;
}

/** A column `v` of a type. */
export function columnOf(
  type: string,
  column: c.Column,
  { mode = 'readable', flavour = 'mysql' }: Asked = {},
): ColumnSql {
  const descriptions = new TableDescriptions({}, schemaOf(`CREATE TABLE t (v ${type})`));
  const description = descriptions.of(definition(table('shop.t', [column]), flavour), flavour);
  return compileColumns(description, { textLiterals: mode })[0]!;
}

export function put(write: LiteralWriter, value: Uint8Array): string {
  // In the midst of other bytes, as values stand in a window.
  const bytes = Buffer.concat([Buffer.from('\x80'), value, Buffer.from("'\x80", 'latin1')]);
  const pieces: Uint8Array[] = [];
  const out = new ByteText((piece) => pieces.push(piece));
  write(out, Uint8Array.from(bytes), 2, 2 + value.length);
  out.flush();
  return Buffer.concat(pieces).toString();
}

export const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

export const hex = (digits: string): Uint8Array => Buffer.from(digits, 'hex');
