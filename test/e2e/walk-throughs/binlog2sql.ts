/** What binlog2sql's README and examples show. */
import { basename } from 'node:path';
import { expect } from 'vitest';
import type { RunningServer } from '../../servers/index.ts';
import { logged } from '../support.ts';
import { changes, numbersTo, openDesk, rows, walkThrough } from './desk.ts';

/** Statements as if they were run at this time, UTC. */
const at = (time: string, statement: string): string =>
  `SET timestamp = UNIX_TIMESTAMP('${time}'); ${statement};`;

const utc = "SET time_zone = '+00:00';";

/** Where the changes of a kind begin and end, as binlog2sql prints it: its BEGIN, and the end of the rows. */
async function printedRange(
  server: RunningServer,
  log: string,
  event: RegExp,
): Promise<{ start: number; stop: number }> {
  const events = await rows(server, `SHOW BINLOG EVENTS IN '${basename(log)}'`, 'mysql');
  let begin = 0;
  for (const [i, line] of events.entries()) {
    const [, position, type, , , info] = line.split('\t');
    if (info === 'BEGIN' || /^BEGIN GTID/.test(info!)) begin = Number(position);
    // MariaDB 11.8 has 0 for the end of events inside a transaction.
    if (event.test(type!)) return { start: begin, stop: Number(events[i + 1]!.split('\t')[1]) };
  }
  throw new Error(`no ${event} in ${log}`);
}

/** A string as SQL text shows it, whatever introduces it. */
const mentions = (sql: string, words: readonly string[]): number[] =>
  words.map((word) => sql.indexOf(`'${word}'`));

export function binlog2sql(): void {
  walkThrough('binlog2sql: a table was emptied by mistake', async ({ server, database }) => {
    await server.sql(
      `CREATE TABLE tbl (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20), addtime DATETIME);
       INSERT INTO tbl VALUES (1, '小赵', '2016-12-10 00:04:33'), (2, '小钱', '2016-12-10 00:04:48'), (3, '小孙', '2016-12-13 20:25:00')`,
      database,
    );
    const log = await logged(
      server,
      utc +
        at('2016-12-13 20:26:26', "INSERT INTO tbl VALUES (4, '小李', '2016-12-13 20:26:00')") +
        at('2016-12-13 20:27:07', "UPDATE tbl SET addtime = '2016-12-12 00:00:00' WHERE id = 4") +
        at('2016-12-13 20:28:05', 'DELETE FROM tbl') +
        at('2016-12-13 20:31:00', "INSERT INTO tbl VALUES (9, '小吴', '2016-12-13 20:31:00')"),
      database,
    );
    const desk = await openDesk(server, database, [log]);
    const from = `binflash sql ${basename(log)} --schema schema.sql -T ${database}.tbl`;

    // By about when it was.
    const times = '--start-datetime "2016-12-13 20:25:00" --stop-datetime "2016-12-13 20:30:00"';
    const { stdout } = await desk.run(`TZ=UTC ${from} ${times}`);
    expect(changes(stdout)).toEqual(['INSERT', 'UPDATE', 'DELETE', 'DELETE', 'DELETE', 'DELETE']);
    expect(stdout).toContain('2016-12-13 20:28:05');

    // Then by position, and backwards.
    const { start, stop } = await printedRange(server, log, /^Delete_rows/);
    const range = `--start-position ${start} --stop-position ${stop}`;
    await desk.run(`${from} ${range} --flashback -o rollback.sql`);
    const undo = await desk.text('rollback.sql');
    expect(changes(undo)).toEqual(Array(4).fill('INSERT'));
    const places = mentions(undo, ['小李', '小孙', '小钱', '小赵']);
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));

    await desk.load('rollback.sql');
    expect(await rows(server, 'SELECT * FROM tbl WHERE id < 9 ORDER BY id', database)).toEqual([
      '1\t小赵\t2016-12-10 00:04:33',
      '2\t小钱\t2016-12-10 00:04:48',
      '3\t小孙\t2016-12-13 20:25:00',
      '4\t小李\t2016-12-12 00:00:00',
    ]);
  });

  walkThrough('binlog2sql: standard SQL, and the undo of a range', async ({ server, database }) => {
    const three = "(1, 'a', '2016-12-10 13:00:00'), (3, '中文', '2016-12-10 13:03:22')";
    await server.sql(
      `CREATE TABLE test3 (id INT AUTO_INCREMENT PRIMARY KEY, data VARCHAR(20), addtime DATETIME); CREATE TABLE test4 LIKE test3;
       INSERT INTO test3 VALUES ${three}; CREATE TABLE copy LIKE test3; INSERT INTO copy SELECT * FROM test3`,
      database,
    );
    const log = await logged(
      server,
      `INSERT INTO test3 VALUES (4, 'english', '2016-12-10 13:03:38'); UPDATE test3 SET addtime = '2016-12-10 12:00:00' WHERE id = 3;
       DELETE FROM test3 WHERE id = 4; INSERT INTO test4 VALUES (1, 'other', NULL)`,
      database,
    );
    const desk = await openDesk(server, database, [log]);
    const from = `binflash sql ${basename(log)} --schema schema.sql`;
    const both = await desk.run(`${from} -d ${database} -T ${database}.test3,${database}.test4`);
    expect(changes(both.stdout)).toEqual(['INSERT', 'UPDATE', 'DELETE', 'INSERT']);
    const some = await desk.run(`${from} --type insert,delete`);
    expect(changes(some.stdout)).toEqual(['INSERT', 'DELETE', 'INSERT']);

    const first = await printedRange(server, log, /^Update_rows/);
    const last = await printedRange(server, log, /^Delete_rows/);
    const range = `--start-position ${first.start} --stop-position ${last.stop}`;
    await desk.run(`${from} -T ${database}.test3 ${range} --flashback -o undo.sql`);
    expect(changes(await desk.text('undo.sql'))).toEqual(['INSERT', 'UPDATE']);
    await desk.load('undo.sql');
    expect(await rows(server, 'SELECT * FROM test3 ORDER BY id', database)).toEqual([
      '1\ta\t2016-12-10 13:00:00',
      '3\t中文\t2016-12-10 13:03:22',
      '4\tenglish\t2016-12-10 13:03:38',
    ]);
  });

  walkThrough('binlog2sql: many rows of a table that others go on using', async ({ server, database }) => {
    await server.sql(
      `CREATE TABLE user (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20), addtime DATETIME);
       INSERT INTO user SELECT n, 'tt', IF(n <= 256, '2013-11-11 00:04:33', '2014-11-11 00:04:48' + INTERVAL n SECOND)
         FROM ${numbersTo(5)} WHERE n <= 16384`,
      database,
    );
    const later = "INSERT INTO user (name, addtime) VALUES ('小王', '2016-12-10 00:04:33');".repeat(5);
    const log = await logged(server, `DELETE FROM user WHERE addtime > '2014-01-01'; ${later}`, database);
    const count = 'SELECT COUNT(*) FROM user';
    expect(await rows(server, count, database)).toEqual(['261']);

    const desk = await openDesk(server, database, [log]);
    const { start } = await printedRange(server, log, /^Delete_rows/);
    const { stop } = await printedRange(server, log, /^Xid/);
    const command = `binflash sql ${basename(log)} --schema schema.sql -T ${database}.user --start-position ${start} --stop-position ${stop}`;
    await desk.run(`${command} --flashback -o rollback.sql`);
    expect(changes(await desk.text('rollback.sql'))).toHaveLength(16128);
    await desk.load('rollback.sql');
    expect(await rows(server, count, database)).toEqual(['16389']);
  });

  walkThrough(
    'binlog2sql: rows that a new primary lacks, without their keys',
    async ({ server, database }) => {
      const fresh = `${database}_new`;
      const create = 'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20))';
      const common = "INSERT INTO t VALUES (1, 'both'), (2, 'both')";
      await server.sql(`${create}; ${common}`, database);
      await server.sql(`CREATE DATABASE ${fresh}`);
      await server.sql(`${create}; ${common}; INSERT INTO t VALUES (3, 'new'), (4, 'new')`, fresh);
      // The old primary went on for a moment; the new one gave the same keys to other rows.
      const log = await logged(server, "INSERT INTO t VALUES (3, 'old'), (4, 'old')", database);

      const desk = await openDesk(server, database, [log]);
      const from = `binflash sql ${basename(log)} --schema schema.sql -T ${database}.t`;
      await desk.run(`${from} --no-primary-key --no-add-schema-name -o oldMaster.sql`);
      await desk.run(`${from} --flashback -o back.sql`);
      await desk.load('back.sql');
      expect(await rows(server, 'SELECT * FROM t ORDER BY id', database)).toEqual(['1\tboth', '2\tboth']);
      await desk.load('oldMaster.sql', fresh);
      const all = await rows(server, 'SELECT * FROM t ORDER BY id', fresh);
      expect(all).toEqual(['1\tboth', '2\tboth', '3\tnew', '4\tnew', '5\told', '6\told']);
    },
  );

  walkThrough('binlog2sql: --only-dml and --back-interval', async ({ server, database }) => {
    await server.sql('CREATE TABLE t (id INT PRIMARY KEY, v INT)', database);
    const log = await logged(
      server,
      'INSERT INTO t VALUES (1, 1), (2, 2); ALTER TABLE t ADD KEY (v); CREATE TABLE other (i INT); UPDATE t SET v = v + 1',
      database,
    );
    const desk = await openDesk(server, database, [log]);
    const from = `binflash sql ${basename(log)} --schema schema.sql -T ${database}.t`;
    expect(await desk.refused(from, 4)).toContain('ALTER TABLE');
    const dml = await desk.run(`${from} --skip-ddl`);
    expect(changes(dml.stdout)).toEqual(['INSERT', 'INSERT', 'UPDATE', 'UPDATE']);
    expect(dml.stdout).not.toMatch(/^(ALTER|CREATE)/m);
    const slow = await desk.run(`${from} --skip-ddl --flashback --sleep-every 2`);
    expect(slow.stdout).toMatch(/SLEEP\(/);
    expect(dml.stdout).not.toMatch(/SLEEP\(/);
  });
}
