import { bitmap, join, lenenc, prefixed, u8, u16, u48 } from './bytes.ts';
import type { Column } from './columns.ts';
import type { Event } from './events.ts';

export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Value of unused bitmap bits: 1 in MySQL, 0 in MariaDB. */
  readonly padding: 0 | 1;
  readonly flags?: number;
  /** Fields of optional metadata, see {@link metadataField}. */
  readonly optional?: Uint8Array;
}

export function table(name: string, columns: readonly Column[], padding: 0 | 1 = 1): Table {
  const [schema, tableName] = name.split('.') as [string, string];
  return { schema, name: tableName, columns, padding };
}

export function metadataField(type: number, value: Uint8Array): Buffer {
  return join(u8(type), lenenc(value.length), value);
}

export function primaryKey(...columns: number[]): Buffer {
  return metadataField(8, join(...columns.map(lenenc)));
}

export function columnNames(...names: string[]): Buffer {
  return metadataField(4, join(...names.map((name) => prefixed(1, name))));
}

export function tableMap(of: Table, id: number): Event {
  const meta = join(...of.columns.map((column) => column.meta));
  const body = join(
    u48(id),
    u16(of.flags ?? 1),
    prefixed(1, of.schema),
    u8(0),
    prefixed(1, of.name),
    u8(0),
    lenenc(of.columns.length),
    Buffer.from(of.columns.map((column) => column.type)),
    lenenc(meta.length),
    meta,
    bitmap(
      of.columns.map((column) => column.nullable),
      0,
    ),
    of.optional ?? '',
  );
  return { type: 19, body };
}

/** Values by column, each as it is stored, length prefix included; null is NULL. */
export type Values = readonly (Uint8Array | null)[];

/** One row image: a bit for each present column that is NULL, then the values of the others. */
export function image(of: Table, values: Values, present: readonly boolean[]): Buffer {
  const shown = values.filter((_, i) => present[i]);
  return join(
    bitmap(
      shown.map((value) => value === null),
      of.padding,
    ),
    ...shown.filter((value) => value !== null),
  );
}

export type Kind = 'insert' | 'update' | 'delete';

export interface RowsOptions {
  readonly version?: 1 | 2;
  /** Rows flags; default STMT_END alone. */
  readonly flags?: number;
  /** Extra data of version 2 without its length. */
  readonly extra?: Uint8Array;
  /** Columns in the only image, or in the before image; default all. */
  readonly present?: readonly boolean[];
  /** Columns in the after image; default all. */
  readonly presentAfter?: readonly boolean[];
}

const TYPES = { 1: { insert: 23, update: 24, delete: 25 }, 2: { insert: 30, update: 31, delete: 32 } };

/** A rows event; each row is one image's values, or before and after for an update. */
export function rows(
  kind: Kind,
  of: Table,
  id: number,
  data: readonly (readonly Values[])[],
  options: RowsOptions = {},
): Event {
  const { version = 2, flags = 1, extra = Buffer.alloc(0) } = options;
  const all = of.columns.map(() => true);
  const present = [options.present ?? all, options.presentAfter ?? all];
  const body = join(
    u48(id),
    u16(flags),
    version === 2 ? join(u16(extra.length + 2), extra) : '',
    lenenc(of.columns.length),
    bitmap(present[0]!, of.padding),
    kind === 'update' ? bitmap(present[1]!, of.padding) : '',
    ...data.flatMap((row) => row.map((values, i) => image(of, values, present[i]!))),
  );
  return { type: TYPES[version][kind], body };
}
