import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatementScanner } from '../../src/tables/statements.ts';
import { build, tablesOf } from './schema-text.ts';

const names = (text: string | Uint8Array): string[] => tablesOf(text).map(({ name }) => name);

const table = 'CREATE TABLE `orders` (`id` int NOT NULL);';

describe('what stands around definitions', () => {
  it.each([
    ['a string', `INSERT INTO x VALUES ('; CREATE TABLE no (a int);');`],
    ['an escaped quote', `INSERT INTO x VALUES ('\\'; CREATE TABLE no (a int);');`],
    ['an escaped backslash', `INSERT INTO x VALUES ('\\\\'), ('; CREATE TABLE no (a int);');`],
    ['a doubled quote', `INSERT INTO x VALUES (''''), ('''; CREATE TABLE no (a int);');`],
    [
      'double quotes',
      `INSERT INTO x VALUES ("; CREATE TABLE no (a int);", "\\"; CREATE TABLE no (a int);");`,
    ],
    ['a name', 'INSERT INTO `; CREATE TABLE no (a int);` VALUES (1);'],
    ['a name with a backslash', 'INSERT INTO `\\` VALUES (1); '],
    ['a comment', '/* ; CREATE TABLE no (a int); */'],
    ['a comment in a statement', 'INSERT INTO x /* ; CREATE TABLE no (a int); */ VALUES (1);'],
    ['a line comment', "-- it's ; \nSELECT 1 # it's ; CREATE TABLE no (a int);\n;--\n"],
    ['dashes that are none', 'SELECT 1--1; SELECT 1 --\t it"s\n;'],
    ['a comment without an end of its own', '/*/ ; CREATE TABLE no (a int); */'],
    [
      'another delimiter',
      `DELIMITER ;;\nCREATE TRIGGER t BEGIN SELECT 1; CREATE TABLE no (a int); END ;;\nDELIMITER ;`,
    ],
    ['a delimiter of letters', 'delimiter $$  x\nSELECT 1; CREATE TABLE no (a int); $$\nDELIMITER ;\n'],
    [
      'a procedure in a dump',
      `/*!50003 CREATE*/ /*!50020 DEFINER=\`a\`@\`b\`*/ /*!50003 PROCEDURE p() SELECT 'CREATE TABLE no (a int)' */;`,
    ],
    ['the mark of MariaDB', '/*M!999999\\- enable the sandbox mode */ '],
    [
      'modes for a trigger',
      `SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SET @x = '\\'; CREATE VIEW v AS SELECT ';'; SET sql_mode = @saved;`,
    ],
    [
      'names in double quotes',
      `SET sql_mode = 'ANSI_QUOTES'; CREATE VIEW "a\\" AS SELECT 1; SET sql_mode = '';`,
    ],
    ['a temporary table', 'CREATE TEMPORARY TABLE no (a int);'],
    ['a table without a name', 'CREATE TABLE; CREATE TABLE (a int);'],
    [
      'binary rows',
      Buffer.from("INSERT INTO x VALUES ('\xff\\0\\n\\'\xc3;\\Z');", 'latin1').toString('latin1'),
    ],
  ])('%s', (_, text) => {
    expect(names(`${text}\n${table}`)).toEqual(['orders']);
    expect(names(`${table}${text}\n${table}`)).toEqual(['orders', 'orders']);
  });

  it('executable comments are text, whatever version they ask for', () => {
    expect(
      names(
        '/*!50001 CREATE TABLE a (x int) */; /*M!100100 CREATE TABLE b (x int)*/;/*! CREATE TABLE c (x int)*/',
      ),
    ).toEqual(['a', 'b', 'c']);
  });

  it('a view takes the place of the table that stands in for it', () => {
    const text = `/*!50001 CREATE TABLE \`v\` (\`a\` tinyint NOT NULL) ENGINE=MyISAM */; ${table}
      /*!50001 DROP TABLE IF EXISTS \`v\`*/;
      /*!50001 CREATE ALGORITHM=UNDEFINED */
      /*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */
      /*!50001 VIEW \`v\` AS select \`orders\`.\`id\` AS \`a\` from \`orders\` */;`;
    expect(names(text)).toEqual(['orders']);
  });

  it('databases come from USE and from names', () => {
    const text = `CREATE TABLE none (a int); CREATE DATABASE x; USE \`a db\`;
      CREATE TABLE one (a int); CREATE TABLE other . two (a int); use b
      CREATE TABLE three (a int)`;
    expect(tablesOf(text).map(({ database, name }) => [database, name])).toEqual([
      [undefined, 'none'],
      ['a db', 'one'],
      ['other', 'two'],
      ['b', 'three'],
    ]);
  });

  it('the heading of a dump says of which database it is', () => {
    expect(build('-- MySQL dump\n--\n-- Host: 127.0.0.1    Database: my shop\n-- ---\n').dumped).toBe(
      'my shop',
    );
    expect(build('-- Host: localhost    Database: \n').dumped).toBe(undefined);
    expect(build("INSERT INTO x VALUES ('\n-- Host: localhost    Database: x\n');").dumped).toBe(undefined);
  });

  it('definitions one after the other need no delimiter', () => {
    expect(
      names('CREATE TABLE a (x int) ENGINE=InnoDB\n\nCREATE TABLE b (x int)\nCREATE TABLE c (x int)'),
    ).toEqual(['a', 'b', 'c']);
  });

  it('lines are counted', () => {
    const text = `-- one\n/* two\n three */\nINSERT INTO x VALUES ('\n\n');\r\n\n${table}`;
    expect(tablesOf(text)[0]!.line).toBe(8);
  });
});

it('pieces of any size give the same statements', () => {
  const text = `-- Host: h    Database: d\n/*!40101 SET NAMES utf8mb4 */;\nDELIMITER //\nCREATE TRIGGER x BEGIN ; END//\nDELIMITER ;
    INSERT INTO x VALUES ('a\\'b;', "c\\\\", '''');/*!50001 CREATE TABLE \`a;b\` (c enum('/*', '--', ';'))*/;# it's
    USE d;CREATE TABLE t (a int -- x ; '
    ) /* ; */;ALTER TABLE t ADD PRIMARY KEY (a)`;
  const whole = build(text);
  expect(whole.tables).toHaveLength(2);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 80 }), (size) => {
      const { tables, dumped } = build(text, size);
      expect({ tables, dumped }).toEqual({ tables: whole.tables, dumped: whole.dumped });
    }),
    { numRuns: 80 },
  );
});

it('nothing that is fed to it breaks it', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      ';',
      '--',
      '/*',
      '*/',
      '/*!',
      '#',
      '\n',
      ' ',
      '(',
      ')',
      ',',
      '.',
      '//',
      '/*M!999999',
    ),
    fc.constantFrom(
      'CREATE',
      'TABLE',
      'USE',
      'ALTER',
      'DELIMITER',
      'SET',
      'NAMES',
      'sql_mode',
      '=',
      'LIKE',
      'VIEW',
      't',
    ),
    fc.constantFrom(
      'PRIMARY',
      'KEY',
      'UNIQUE',
      'int',
      'enum',
      'GENERATED',
      'PERIOD',
      'FOR',
      '10',
      'CONSTRAINT',
      'ADD',
    ),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (pieces, size) => {
      const text = pieces.join(' ');
      expect(build(text, size).tables).toEqual(build(text).tables);
    }),
    { numRuns: 2000 },
  );
});

it('a statement without an end is not waited for forever', () => {
  const scanner = new StatementScanner({ statement: () => {}, comment: () => {} });
  scanner.push(Buffer.from("CREATE TABLE `t` (a int DEFAULT '"));
  const more = Buffer.alloc(1024 * 1024, 0x61);
  const feed = (): void => {
    for (let i = 0; i < 40; i++) scanner.push(more);
  };
  expect(feed).toThrow(
    expect.objectContaining({ code: 'SCHEMA', message: expect.stringContaining('line 1') }),
  );
});

it('what is passed over is not kept', () => {
  const scanner = new StatementScanner({ statement: () => {}, comment: () => {} });
  scanner.push(Buffer.from("INSERT INTO t VALUES ('"));
  const more = Buffer.alloc(1024 * 1024, 0x61);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 400; i++) scanner.push(more);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);
});
