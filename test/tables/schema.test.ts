import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileLayout } from '../../src/binlog/columns/layout.ts';
import { plainText } from '../../src/binlog/columns/values/format.ts';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { BinflashError } from '../../src/errors.ts';
import { readSchema, TableDescriptions } from '../../src/index.ts';
import * as c from '../builder/columns.ts';
import { columnNames, metadataField, primaryKey, type Table, table } from '../builder/rows.ts';
import { orders } from '../builder/shop.ts';
import { decodeImage } from '../decode-image.ts';
import { inFolder } from '../helpers.ts';
import { definition, schemaOf } from './schema-text.ts';

const describe_ = (text: string, of: Table, flavour: Flavour = 'mysql') =>
  new TableDescriptions({}, schemaOf(text)).of(definition(of, flavour), flavour);

const namesOf = (text: string, of: Table, flavour: Flavour = 'mysql'): string[] =>
  describe_(text, of, flavour).columns.map(({ name }) => name);

function refusal(text: string, of: Table, flavour: Flavour = 'mysql'): BinflashError {
  try {
    describe_(text, of, flavour);
  } catch (error) {
    if (error instanceof BinflashError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const fitting = 'CREATE TABLE orders (id int PRIMARY KEY, word varchar(20) CHARACTER SET latin1)';

describe('a table is found', () => {
  it.each([
    ['without a database', fitting],
    ['by USE', `USE shop; ${fitting}`],
    ['by its whole name', fitting.replace('orders', '`shop`.`orders`')],
    [
      'beside one of another database',
      `${fitting.replace('orders', 'crm.orders').replace('id', 'no')}; USE shop; ${fitting}`,
    ],
    ['before one without a database', `USE shop; ${fitting}; USE crm; ${fitting.replace('id', 'no')}`],
    ['in other case, where there is no better', fitting.replace('orders', 'Orders')],
    ['in its own case', `${fitting}; ${fitting.replace('orders', 'ORDERS').replace('id', 'no')}`],
    ['by its last definition', `${fitting.replace('id', 'old')}; ${fitting}`],
    ['by the last definition that fits', `${fitting}; CREATE TABLE orders (id int)`],
    ['beside what cannot be read', `${fitting}; CREATE TABLE orders (a wibble)`],
    ['under the name of another dump', `-- Host: h    Database: crm\n${fitting}`],
  ])('%s', (_, text) => {
    expect(namesOf(text, orders)).toEqual(['id', 'word']);
  });

  it.each([
    ['in another database', `USE crm; ${fitting}`],
    ['under another name', fitting.replace('orders', 'order')],
    [
      'in a dump of another database that it does not fit',
      '-- Host: h    Database: crm\nCREATE TABLE orders (id int)',
    ],
  ])('not %s', (_, text) => {
    expect(namesOf(text, orders)).toEqual(['@1', '@2']);
  });
});

describe('what does not fit is told', () => {
  it.each<[string, string, string]>([
    ['a column too few', 'id int', 'the schema has 1 columns, the log 2 (line 1)'],
    ['a column too many', 'id int, word varchar(20), x int', 'the schema has 3 columns, the log 2'],
    [
      'another type',
      'id bigint, word varchar(20)',
      'column 1, `id`, is BIGINT in the schema, in the log INT',
    ],
    [
      'another length',
      'id int, word varchar(25) character set latin1',
      'is VARCHAR(25) in latin1 in the schema, in the log VARCHAR of 20 bytes',
    ],
    ['a length that no character set explains', 'id int, word varchar(11)', '`word`, is VARCHAR(11)'],
    ['another kind of text', 'id int, word char(20)', 'is CHAR(20)'],
    ['what cannot be read', 'id wibble', 'the type "wibble" is not known (line 1)'],
  ])('%s', (_, columns, message) => {
    const error = refusal(`CREATE TABLE orders (${columns})`, orders);
    expect(error).toMatchObject({ code: 'SCHEMA', file: 'schema.sql', table: 'shop.orders' });
    expect(error.message).toContain(message);
    expect(error.hint).toContain('of the time of the log');
  });

  it.each([10, 5])('but a length that some character set explains: %i characters of 20 bytes', (length) => {
    expect(namesOf(`CREATE TABLE orders (id int, word varchar(${length}))`, orders)).toEqual(['id', 'word']);
  });

  it('labels by their number', () => {
    const of = table('shop.orders', [c.enumeration(2), c.set(8)]);
    const many = Array.from({ length: 256 }, (_, i) => `'${i}'`);
    expect(refusal("CREATE TABLE orders (a enum('x'), b set('y'))", of).message).toContain(
      'ENUM of 1 labels in the schema, in the log ENUM of 256 labels or more',
    );
    expect(refusal(`CREATE TABLE orders (a enum(${many}), b set('y'))`, of).message).toContain(
      'SET of 1 labels in the schema, in the log SET of 33 to 64 labels',
    );
  });

  it('of several definitions, the last one', () => {
    const error = refusal('CREATE TABLE orders (id int);\nCREATE TABLE orders (a int, b int, c int)', orders);
    expect(error.message).toBe(
      'none of its 2 definitions fits: the schema has 3 columns, the log 2 (line 2)',
    );
  });

  it('names, signs and character sets, where the log has them', () => {
    const named = { ...orders, optional: columnNames('id', 'name') };
    expect(refusal(fitting, named).message).toContain('column 2, `word`, is `name` in the log');
    const unsigned = { ...orders, optional: metadataField(1, Buffer.of(0x80)) };
    expect(refusal(fitting, unsigned).message).toContain(
      '`id`, is signed in the schema, in the log unsigned',
    );
    const utf8 = { ...orders, optional: metadataField(2, Buffer.of(45)) };
    expect(refusal(fitting, utf8).message).toContain(
      'VARCHAR(20) in latin1 in the schema, in the log VARCHAR(5) in utf8mb4',
    );
    const cp1251 = { ...orders, optional: metadataField(2, Buffer.of(51)) };
    expect(refusal(fitting, cp1251).message).toContain('in the log VARCHAR(20) in cp1251');
  });
});

describe('the log is right where both speak', () => {
  it('of collations and keys', () => {
    const optional = Buffer.concat([
      columnNames('ID', 'word'),
      metadataField(2, Buffer.of(47)),
      primaryKey(1),
    ]);
    const { table: completed, columns } = describe_(fitting, { ...orders, optional });
    expect(completed.optional).toMatchObject({ names: ['ID', 'word'], collations: [undefined, 47] });
    expect(columns.map(({ key }) => key)).toEqual([false, true]);
  });

  it('that there is no key', () => {
    const { columns } = describe_(fitting, { ...orders, optional: columnNames('id', 'word') });
    expect(columns.map(({ key }) => key)).toEqual([false, false]);
  });
});

describe('columns that the file does not show', () => {
  const rowId = table('shop.orders', [c.notNull(c.bigint), ...orders.columns]);
  const without = fitting.replace(' PRIMARY KEY', '');

  it("MySQL's generated key", () => {
    const { columns } = describe_(without, { ...rowId, flags: 0x0005 });
    expect(columns.map(({ name, key }) => [name, key])).toEqual([
      ['my_row_id', true],
      ['id', false],
      ['word', false],
    ]);
    expect(refusal(without, rowId).message).toContain('the log 3');
    const shown = without.replace('(id', '(my_row_id bigint unsigned NOT NULL PRIMARY KEY, id');
    expect(namesOf(shown, { ...rowId, flags: 0x0005 })).toEqual(['my_row_id', 'id', 'word']);
  });

  it("MariaDB's period and hashes", () => {
    const of = table('shop.orders', [c.int, c.varchar(20), c.timestamp(6), c.timestamp(6), c.bigint], 0);
    const text =
      'CREATE TABLE orders (id int, word varchar(20), UNIQUE (word) USING HASH) WITH SYSTEM VERSIONING';
    expect(namesOf(text, of, 'mariadb')).toEqual(['id', 'word', 'row_start', 'row_end', 'DB_ROW_HASH_1']);
    expect(refusal(text, of, 'mysql').message).toContain('the schema has 2 columns, the log 5');
  });
});

it('values are read by what the file says', () => {
  const text = `CREATE TABLE x.t (a inet4, b uuid, c tinyint unsigned, d enum('да', 'нет'), e varchar(5), f vector(1),
    g set('a', 'b') CHARACTER SET latin1, h binary(2)) DEFAULT CHARSET=cp1251`;
  const of = table(
    'x.t',
    [c.char(4), c.char(16), c.tinyint, c.enumeration(1), c.varchar(5), c.varchar(4), c.set(1), c.char(2)],
    0,
  );
  const { decoder, table: completed } = describe_(text, of, 'mariadb');
  const image = Buffer.concat([
    Buffer.of(0, 4, 192, 0, 2, 1, 1, 0x12, 0xff, 2, 1, 0xcf, 4),
    Buffer.of(0, 0, 0x80, 0x3f, 3, 1, 0x61),
  ]);
  const values = decodeImage(image, 0, compileLayout([0, 1, 2, 3, 4, 5, 6, 7], completed.lengths), decoder);
  expect(values.map((value) => (value ? plainText(value) : value))).toEqual([
    '192.0.2.1',
    '12000000-0000-0000-0000-000000000000',
    '255',
    'нет',
    'П',
    '[1]',
    'a,b',
    '0x6100',
  ]);
});

describe('files', () => {
  const reading = (content: string | Uint8Array): Promise<unknown> =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'schema.sql'), content);
      return readSchema(join(folder, 'schema.sql'));
    });

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'is empty'],
    ['without a table', 'SELECT 1; -- CREATE TABLE x (a int)', 'holds no CREATE TABLE'],
    ['of views alone', 'v\tCREATE VIEW `v` AS SELECT 1\tutf8mb4\tutf8mb4_bin\n', 'holds no CREATE TABLE'],
    ['UTF-16', Buffer.from(`\ufeff${fitting}`, 'utf16le'), 'is UTF-16 text'],
    ['compressed', Buffer.of(0x1f, 0x8b, 8, 0), 'is compressed'],
    ['a binary log', Buffer.from('\xfebin....', 'latin1'), 'is a binary log'],
    [
      'binary',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
      'holds no CREATE TABLE',
    ],
  ])('%s', async (_, content, message) => {
    await expect(reading(content)).rejects.toMatchObject({
      code: 'SCHEMA',
      message: expect.stringContaining(message),
      file: expect.stringContaining('schema.sql'),
      hint: expect.any(String),
    });
  });

  it('that are not there, and folders', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'folder'));
      await expect(readSchema(join(folder, 'none'))).rejects.toMatchObject({
        code: 'IO',
        message: /no such file/,
      });
      await expect(readSchema(join(folder, 'folder'))).rejects.toMatchObject({
        code: 'IO',
        message: /folder/,
      });
    });
  });

  const create =
    "CREATE TABLE `orders` (\n  `id` int NOT NULL,\n  `word` enum('a\\\\b','c|d','e\\nf') DEFAULT NULL\n) ENGINE=InnoDB";
  const escaped = create.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

  it.each([
    ['a mark at the beginning', `\ufeff${create}`],
    ['Windows', `${create};\n`.replaceAll('\n', '\r\n')],
    ['mysql -e', `Table\tCreate Table\norders\t${escaped}\n`],
    ['mysql -N -e', `orders\t${escaped}\n`],
    [
      'mysql -e of several',
      `Table\tCreate Table\nx\tCREATE TABLE \`x\` (\\n  \`a\` int\\n)\nTable\tCreate Table\norders\t${escaped}\n`,
    ],
    [
      'mysql -e with a view',
      `View\tCreate View\tcharacter_set_client\tcollation_connection\nv\tCREATE VIEW \`v\` AS SELECT 1\tx\ty\nTable\tCreate Table\norders\t${escaped}\n`,
    ],
    [
      'mysql --raw',
      `Table\tCreate Table\norders\t${create}\nTable\tCreate Table\nx\tCREATE TABLE \`x\` (\n  \`a\` int\n)\n`,
    ],
    [
      '\\G',
      `*************************** 1. row ***************************\n       Table: orders\nCreate Table: ${create}\n*************************** 1. row ***************************\n       Table: x\nCreate Table: CREATE TABLE \`x\` (\n  \`a\` int\n)\n1 row in set (0.00 sec)\n`,
    ],
    [
      'a box',
      `+--------+-----+\n| Table  | Create Table |\n+--------+-----+\n| orders | ${create}      |\n+--------+-----+\n1 row in set (0.00 sec)\n\n+---+\n| Table  | Create Table |\n+---+\n| x | CREATE TABLE \`x\` (\n  \`a\` int\n) |\n+--------+\n`,
    ],
  ])('%s', async (_, content) => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'schema.sql'), content);
      const of = table('shop.orders', [c.notNull(c.int), c.enumeration(1)]);
      const found = (await readSchema(join(folder, 'schema.sql'))).find(definition(of), 'mysql')!;
      expect(found.columns.map(({ name }) => name)).toEqual(['id', 'word']);
      expect(found.columns[1]!.labels).toEqual(['a\\b', 'c|d', 'e\nf']);
    });
  });
});
