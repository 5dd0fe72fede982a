/** Any table that is written as servers and people write them is read as it was meant, and fits what a log has of it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as c from '../builder/columns.ts';
import { type Table, table } from '../builder/rows.ts';
import { definition, schemaOf, tablesOf } from './schema-text.ts';

interface Meant {
  readonly sql: string;
  readonly logged: c.Column;
  readonly unsigned: boolean;
  readonly labels: readonly string[] | undefined;
}

const meant = (sql: string, logged: c.Column, more: Partial<Meant> = {}): Meant => ({
  sql,
  logged,
  unsigned: false,
  labels: undefined,
  ...more,
});

const LONGEST = { latin1: 1, utf8mb4: 4, cp932: 2, ucs2: 2, utf8mb3: 3 } as const;
const charset = fc.constantFrom(...(Object.keys(LONGEST) as (keyof typeof LONGEST)[]));

const integer = fc
  .tuple(
    fc.constantFrom<[string, c.Column]>(
      ['TINYINT', c.tinyint],
      ['smallint(6)', c.smallint],
      ['MEDIUMINT', c.mediumint],
      ['int', c.int],
      ['BIGINT(20)', c.bigint],
    ),
    fc.constantFrom('', ' unsigned', ' UNSIGNED ZEROFILL'),
  )
  .map(([[sql, logged], sign]) => meant(sql + sign, logged, { unsigned: sign !== '' }));

const decimal = fc.tuple(fc.integer({ min: 1, max: 65 }), fc.nat(30)).map(([precision, scale]) => {
  const fraction = Math.min(precision, scale);
  return meant(`decimal(${precision},${fraction})`, c.decimal(precision, fraction, 0));
});

const temporal = fc
  .tuple(
    fc.constantFrom<[string, (digits: number) => c.Column]>(
      ['time', c.time],
      ['DATETIME', c.datetime],
      ['timestamp', c.timestamp],
    ),
    fc.nat(6),
  )
  .map(([[sql, logged], digits]) => meant(digits === 0 ? sql : `${sql}(${digits})`, logged(digits)));

const text = fc.oneof(
  fc
    .tuple(charset, fc.integer({ min: 0, max: 255 }))
    .map(([set, length]) => meant(`char(${length}) CHARACTER SET ${set}`, c.char(length * LONGEST[set]))),
  fc
    .tuple(charset, fc.integer({ min: 0, max: 16_000 }))
    .map(([set, length]) => meant(`varchar(${length}) CHARSET ${set}`, c.varchar(length * LONGEST[set]))),
  fc.integer({ min: 0, max: 255 }).map((length) => meant(`BINARY(${length})`, c.char(length))),
  fc.integer({ min: 0, max: 65_535 }).map((length) => meant(`varbinary(${length})`, c.varchar(length))),
  fc
    .constantFrom<[string, 1 | 2 | 3 | 4]>(['tinytext', 1], ['BLOB', 2], ['mediumtext', 3], ['LONGBLOB', 4])
    .map(([sql, prefix]) => meant(sql, c.blob(prefix))),
);

/** As servers write strings into definitions. */
const quoted = (label: string): string =>
  `'${label.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\0', '\\0').replaceAll("'", "''")}'`;

const label = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', "'", '"', '\\', ',', ')', '`', ' ', ';', '\n', '\0', '--', '/*'),
  maxLength: 5,
});
const labels = fc.oneof(
  fc.uniqueArray(label, { minLength: 1, maxLength: 12 }),
  fc.integer({ min: 250, max: 260 }).map((count) => Array.from({ length: count }, (_, i) => `v${i}`)),
);

const labelled = fc.oneof(
  labels.map((all) =>
    meant(`enum(${all.map(quoted)})`, c.enumeration(all.length < 256 ? 1 : 2), { labels: all }),
  ),
  labels
    .map((all) => all.slice(0, 64))
    .map((all) => {
      const bytes = Math.ceil(all.length / 8);
      return meant(`SET( ${all.map(quoted).join(' , ')} )`, c.set((bytes > 4 ? 8 : bytes) as 1), {
        labels: all,
      });
    }),
);

const other = fc.oneof(
  fc.integer({ min: 1, max: 64 }).map((bits) => meant(`bit(${bits})`, c.bit(bits))),
  fc.constantFrom(
    meant('float', c.float),
    meant('double(30,10)', c.double),
    meant('date', c.date),
    meant('YEAR(4)', c.year, { unsigned: true }),
    meant('json', c.json),
    meant('multipolygon', c.geometry),
    meant('vector(7)', c.vector),
  ),
);

const attributes = fc.constantFrom(
  '',
  ' NOT NULL',
  ' DEFAULT NULL',
  " NOT NULL DEFAULT 'x, `y` int)' COMMENT 'it''s; \\\\'",
  ' /*!80023 INVISIBLE */',
  ' GENERATED ALWAYS AS ((`a` + concat(\')\', "(", `b,`))) VIRTUAL',
  ' DEFAULT (uuid()) CHECK ((1 > 0) or (2 in (3,4)))',
  ' -- a comment, with a comma\n',
);

const name = fc.string({
  unit: fc.constantFrom('a', 'B', '1', ' ', '`', '"', "'", ',', '(', ';', 'ж', '\\', '#', '-'),
  minLength: 1,
  maxLength: 8,
});
const named = (text: string): string => `\`${text.replaceAll('`', '``')}\``;

const anyTable = fc.record({
  table: name,
  columns: fc.uniqueArray(
    fc.tuple(name, fc.oneof(integer, decimal, temporal, text, labelled, other), attributes),
    {
      selector: ([text]) => text.toLowerCase(),
      minLength: 1,
      maxLength: 12,
    },
  ),
  key: fc.option(fc.nat(11)),
  lines: fc.boolean(),
  ending: fc.constantFrom(
    ') ENGINE=InnoDB DEFAULT CHARSET=latin1',
    ") ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=latin1 COLLATE=latin1_bin COMMENT='CREATE TABLE `x` (a int);'\n/*!50100 PARTITION BY HASH (`a`)\nPARTITIONS 2 */",
    ') character set = latin1',
  ),
});

it('what is written is read', () => {
  fc.assert(
    fc.property(anyTable, ({ table: tableName, columns, key, lines, ending }) => {
      const keyed = key === null ? undefined : columns[key % columns.length]![0];
      const elements = [
        ...columns.map(([column, { sql }, attribute]) => `${named(column)} ${sql}${attribute}`),
        ...(keyed === undefined ? [] : [`PRIMARY KEY (${named(keyed)})`]),
        "KEY `k` (`x`(3)) COMMENT 'y)'",
      ];
      const create = `CREATE TABLE ${named(tableName)} (${lines ? '\n  ' : ''}${elements.join(lines ? ',\n  ' : ',')}${lines ? '\n' : ''}${ending};`;
      const around = `INSERT INTO x VALUES ('a;''');\n${create}\nINSERT INTO x VALUES (1);`;
      const [found, ...more] = tablesOf(around);
      expect(more).toEqual([]);
      expect(found).toMatchObject({ name: tableName, problem: undefined });
      expect(found!.columns.map((column) => column.name)).toEqual(columns.map(([column]) => column));
      for (const [i, [, { labels: wanted, unsigned }]] of columns.entries()) {
        expect(found!.columns[i]!.labels).toEqual(wanted);
        expect(found!.columns[i]!.unsigned || found!.columns[i]!.type === 'year').toBe(unsigned);
      }
      expect(found!.primaryKey?.map((part) => part.name)).toEqual(keyed === undefined ? undefined : [keyed]);
      const logged: Table = {
        ...table(
          'd.t',
          columns.map(([, column]) => column.logged),
        ),
        name: tableName,
      };
      const fitting = schemaOf(around).find(definition(logged), 'mysql')!;
      expect(fitting.optional.names).toEqual(columns.map(([column]) => column));
      expect(fitting.optional.unsigned).toEqual(columns.map(([, column]) => column.unsigned));
    }),
    { numRuns: 400 },
  );
});
