/** Values of a log as SQL literals, and statements made of them. */
import type { ColumnSql, LiteralWriter, TextLiterals } from '../../src/sql/column-sql.ts';
import { compileColumns } from '../../src/sql/literals/compile.ts';
import { Session } from '../../src/sql/statements/session.ts';
import { tableFacts } from '../../src/sql/table-facts.ts';
import type { TableDescriptions } from '../../src/tables/description.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { decodedInserts } from './decoded-log.ts';
import type { Specimens } from './specimens.ts';
import { quote, type Scene } from './support.ts';

/** One row: by column what it is written as, undefined for NULL and for columns that a statement does not name. */
export interface WrittenRow {
  readonly stored: readonly (string | undefined)[];
  readonly keys: readonly (string | undefined)[];
  readonly exact: readonly string[];
  readonly lenient: boolean;
  /** Equal for rows that are the same but for their id. */
  readonly identity: string;
}

export interface WrittenTable {
  readonly columns: readonly ColumnSql[];
  readonly writable: readonly boolean[];
  readonly rows: readonly WrittenRow[];
}

function text(write: (out: ByteText) => void): string {
  const pieces: Uint8Array[] = [];
  const out = new ByteText((piece) => pieces.push(piece));
  write(out);
  out.flush();
  return Buffer.concat(pieces).toString();
}

/** All rows of a log, each value written in all ways. */
export async function writtenRows(
  { server: { flavour } }: Scene,
  file: string,
  descriptions: TableDescriptions,
  textLiterals: TextLiterals,
): Promise<Map<string, WrittenTable>> {
  const tables = new Map<string, Pick<WrittenTable, 'columns' | 'writable'>>();
  const decoded = await decodedInserts(
    file,
    flavour,
    () => ({}),
    (table) => table,
    (table) => {
      const description = descriptions.of(table, flavour);
      const columns = compileColumns(description, { textLiterals });
      tables.set(table.name, { columns, writable: tableFacts(description, flavour).writable });
      return {
        columns: columns.map((column) => (bytes, start, end) => {
          const written = (write: LiteralWriter): string => text((out) => write(out, bytes, start, end));
          const value = {
            stored: written(column.store),
            key: written(column.key),
            exact: written(column.exact),
            lenient: column.needsLenient?.(bytes, start, end) ?? false,
            bytes: Buffer.from(bytes.subarray(start, end)).toString('hex'),
          };
          return { kind: 'json', text: JSON.stringify(value), cut: false };
        }),
      };
    },
  );
  return new Map(
    [...decoded].map(([name, { rows }]): [string, WrittenTable] => {
      const table = tables.get(name)!;
      return [name, { ...table, rows: rows.map((row) => writtenRow(row as { text: string }[])) }];
    }),
  );
}

function writtenRow(row: readonly ({ text: string } | null)[]): WrittenRow {
  const values = row.map((value) => (value === null ? null : JSON.parse(value.text)));
  return {
    stored: values.map((value) => value?.stored),
    keys: values.map((value) => value?.key),
    exact: values.map((value) => value?.exact ?? 'NULL'),
    lenient: values.some((value) => value?.lenient),
    identity: JSON.stringify(values.slice(1).map((value) => value?.bytes)),
  };
}

/** INSERT statements as the program puts them: everything between what a session sets and puts back. */
export function inserts(tables: ReadonlyMap<string, WrittenTable>, database: string): string {
  return text((out) => {
    const session = new Session(out);
    session.open();
    for (const [name, { columns, writable, rows }] of tables) {
      const names = columns.filter((_, i) => writable[i]).map((column) => column.name);
      for (const { stored, lenient } of rows) {
        if (lenient) session.beginLenient();
        const values = stored.filter((_, i) => writable[i]).map((value) => value ?? 'NULL');
        out.utf8(`INSERT INTO ${database}.${quote(name)} (${names}) VALUES (${values});\n`);
        if (lenient) session.endLenient();
      }
    }
    session.close();
  });
}

/** For each row, how many its exact condition finds, and how many its keys do. */
export function questions(tables: ReadonlyMap<string, WrittenTable>, specimens: Specimens): string {
  return text((out) => {
    const session = new Session(out);
    session.open();
    for (const [name, { columns, rows }] of tables) {
      // No key has vectors, which MySQL does not compare with anything.
      const keys = columns.filter((_, i) => !specimens[name]![i - 1]?.type.startsWith('VECTOR'));
      for (const row of rows) {
        const same = columns.slice(1).map(({ exactLeft }, i) => `${exactLeft} <=> ${row.exact[i + 1]}`);
        const key = keys.flatMap((column) => {
          const value = row.keys[columns.indexOf(column)];
          return value === undefined ? [] : [`${column.name} = ${value}`];
        });
        for (const condition of [same, key]) {
          out.utf8(`SELECT count(*) FROM ${quote(name)} WHERE ${condition.join(' AND ')};\n`);
        }
      }
    }
    session.close();
  });
}
