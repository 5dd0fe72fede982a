/** What my2sql's README and the guides that it leads to show. */
import { basename } from 'node:path';
import { expect } from 'vitest';
import { logged } from '../support.ts';
import { changes, checksum, firstListed, numbersTo, openDesk, rows, walkThrough } from './desk.ts';

const numbered = `
  CREATE TABLE t (
    id int(11) NOT NULL AUTO_INCREMENT, k int(11) NOT NULL DEFAULT '0', c char(120) NOT NULL DEFAULT '',
    pad char(60) NOT NULL DEFAULT '', PRIMARY KEY (id), KEY k_1 (k)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8`;

const fill = `INSERT INTO t SELECT n, 5000 + n % 50, CONCAT(n * 7919, '-96439406143'), CONCAT('22195207048-', n) FROM ${numbersTo(4)}`;

export function my2sql(): void {
  walkThrough('my2sql: a table with JSON was emptied by mistake', async ({ server, database }) => {
    const json = server.id === 'mysql-5.6' ? 'longtext' : 'json';
    await server.sql(
      `CREATE TABLE student (
         id int(11) NOT NULL AUTO_INCREMENT, number int(11) NOT NULL, name varchar(255) DEFAULT NULL,
         add_time timestamp NULL DEFAULT CURRENT_TIMESTAMP, content ${json} DEFAULT NULL,
         PRIMARY KEY (id), UNIQUE KEY idx_name (number, name(80))
       ) ENGINE=InnoDB AUTO_INCREMENT=1234 DEFAULT CHARSET=utf8;
       INSERT INTO student VALUES (1233, 26, 'ranran', '2020-07-15 19:06:03', null), (1232, 134, 'asdf', '2020-07-12 11:08:41', null),
         (1227, 18, 'hanran', '2020-07-06 21:55:48', '{"age":13,"author":"liuhan"}'),
         (1226, 17, 'hanran', '2020-07-06 21:55:48', '{"age":13,"author":"liuhan"}'),
         (1224, 16, 'hanran', '2020-07-06 21:55:48', '{"author":"liuhan"}')`,
      database,
    );
    const before = await server.sql('SELECT * FROM student', database);
    const log = await logged(server, 'DELETE FROM student', database);
    const desk = await openDesk(server, database, [log]);
    await desk.run(
      `binflash sql ${basename(log)} --schema schema.sql -T ${database}.student --start-datetime 2020-07-16T00:00:00Z --flashback -o rollback.sql`,
    );
    await desk.load('rollback.sql');
    expect(await server.sql('SELECT * FROM student', database)).toBe(before);
  });

  walkThrough('my2sql: half of a table, and its checksum', async ({ server, database }) => {
    await server.sql(`${numbered}; ${fill}`, database);
    const count = 'SELECT COUNT(*) FROM t';
    expect(await rows(server, count, database)).toEqual(['10000']);
    const before = await checksum(server, 't', database);
    const log = await logged(server, 'DELETE FROM t WHERE id < 5001', database);
    const desk = await openDesk(server, database, [log]);
    const bin = basename(log);

    // -work-type stats: counts by table, and transactions of 500 rows or more.
    const stats = await desk.run(`binflash inspect ${bin} -d ${database} --json`);
    expect(JSON.parse(stats.stdout)).toMatchObject({
      tables: [{ table: `${database}.t`, insert: 0, update: 0, delete: 5000 }],
    });
    const large = await desk.run(`binflash transactions ${bin} --min-rows 500 --sort rows`);
    expect(large.stdout).toMatch(/ 5000 .*\.t\b/m);
    expect((await desk.refused(`binflash transactions ${bin} --min-rows 5001`, 1)).length).toBeGreaterThan(0);

    const { start } = firstListed(large.stdout);
    await desk.run(
      `binflash sql ${bin} --schema schema.sql --start-position ${start} --flashback -o rollback.sql`,
    );
    const undo = await desk.text('rollback.sql');
    expect(changes(undo)).toEqual(Array(5000).fill('INSERT'));
    // -add-extraInfo: who, when and where, above the statements.
    expect(undo.slice(0, undo.indexOf('INSERT INTO'))).toMatch(new RegExp(`${bin}.*\\b${start}\\b`));
    await desk.load('rollback.sql');
    expect(await rows(server, count, database)).toEqual(['10000']);
    expect(await checksum(server, 't', database)).toBe(before);
  });

  walkThrough('my2sql: a new primary is given what it lacks', async ({ server, database }) => {
    await server.sql(`${numbered}; ${fill}; CREATE TABLE u LIKE t`, database);
    const fresh = `${database}_new`;
    await server.sql(
      `CREATE DATABASE ${fresh}; CREATE TABLE ${fresh}.t LIKE t; INSERT INTO ${fresh}.t SELECT * FROM t; CREATE TABLE ${fresh}.u LIKE u`,
      database,
    );
    const log = await logged(
      server,
      `UPDATE t SET k = k + 1 WHERE id % 10 = 3; DELETE FROM t WHERE id % 10 = 5; INSERT INTO t SELECT id + 20000, k, c, pad FROM t WHERE id < 100;
       INSERT INTO u SELECT * FROM t WHERE id < 50; UPDATE t SET c = 'x' WHERE id = 7`,
      database,
    );
    const desk = await openDesk(server, database, [log]);
    const from = `binflash sql ${basename(log)} --schema schema.sql`;
    await desk.run(`${from} --no-add-schema-name -o forward.sql`);
    expect(await desk.text('forward.sql')).not.toContain(database);
    await desk.load('forward.sql', fresh);
    for (const table of ['t', 'u']) {
      expect(await checksum(server, table, fresh)).toBe(await checksum(server, table, database));
    }

    // -full-columns is what is done; without it there, --changed-only here.
    const whole = await desk.run(`${from} -T ${database}.t --type update`);
    const short = await desk.run(`${from} -T ${database}.t --type update --changed-only`);
    const seventh = (sql: string): string | undefined => /^UPDATE .* WHERE `id`=7\b.*;$/m.exec(sql)?.[0];
    expect(seventh(whole.stdout)).toMatch(/ SET `id`=7,`k`=\d+,`c`='x',`pad`='.*' WHERE `id`=7;$/);
    expect(seventh(short.stdout)).toMatch(/ SET `c`='x' WHERE `id`=7;$/);

    // -ignore-primaryKey-forInsert.
    const keyless = await desk.run(`${from} -T ${database}.u --type insert --no-primary-key`);
    expect(/^INSERT INTO .*? VALUES/m.exec(keyless.stdout)?.[0]).toContain('(`k`,`c`,`pad`)');

    // -file-per-table: each is complete by itself.
    await desk.run(`${from} --split-by table --flashback -o each.sql`);
    const files = (await desk.run('ls each*')).stdout.trim().split('\n');
    expect(files).toHaveLength(2);
    for (const file of files) await desk.load(file);
    const [t] = await rows(server, 'SELECT COUNT(*) FROM t', database);
    const [u] = await rows(server, 'SELECT COUNT(*) FROM u', database);
    expect([t, u]).toEqual(['10000', '0']);
  });
}
