/**
 * Makes the files of this folder: from each server a table a line, what SHOW CREATE TABLE says of it (escaped as the
 * client does) and its TABLE_MAP event with binlog_row_metadata=FULL in hexadecimal digits. MySQL 5.6 has no such
 * metadata. Run it with `npx tsx test/tables/golden/make.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readEvents } from '../../builder/reader.ts';
import { specialTables } from '../../e2e/special-tables.ts';
import { specimensOf } from '../../e2e/specimens.ts';

import { selectedServerIds, startServer } from '../../servers/index.ts';

/** An identifier in SQL. */
const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Specimens that add nothing but length. */
const LONG = /^(bits|sets|enums|wide|single_byte|multi_byte|wide_charsets|long_vectors)$/;

for (const id of selectedServerIds()) {
  const server = await startServer(id);
  const bodies: [name: string, body: string][] = [
    ...Object.entries(specimensOf(server))
      .filter(([name]) => !LONG.test(name))
      .map(([name, columns]): [string, string] => [
        name,
        `(id INT PRIMARY KEY, ${columns.map(({ type }, i) => `c${i} ${type}`)})`,
      ]),
    ...Object.entries(specialTables(server)),
  ];
  await server.sql('CREATE DATABASE golden DEFAULT CHARACTER SET utf8mb4');
  if (id !== 'mysql-5.6') await server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");
  const lenient = "SET sql_mode = '';";
  await server.sql(
    lenient + bodies.map(([name, body]) => `CREATE TABLE ${name} ${body};`).join(''),
    'golden',
  );
  const names = (
    await server.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'golden'")
  )
    .trim()
    .split('\n');
  const lines: string[] = [];
  for (const name of names) {
    await server.closeBinlog();
    // A period must not be empty, and geometry has no default.
    const values = name.startsWith('period')
      ? "(f, u) VALUES ('2020-01-01', '2021-01-01')"
      : name === 'geography'
        ? "(id, p) VALUES (1, ST_GeomFromText('POINT(1 2)', 4326))"
        : '() VALUES ()';
    await server.sql(`${lenient} INSERT INTO ${quote(name)} ${values}`, 'golden');
    const bytes = await readFile(await server.closeBinlog());
    const map = [...readEvents(bytes)].find(({ type }) => type === 19)!;
    const event = bytes.subarray(map.offset, map.offset + 19 + map.body.length);
    const create = (await server.sql(`SHOW CREATE TABLE ${quote(name)}`, 'golden')).trim();
    lines.push(`${event.toString('hex')}\t${create}`);
  }
  await writeFile(new URL(`${id}.tsv`, import.meta.url), `${lines.join('\n')}\n`);
  await server.stop();
}
