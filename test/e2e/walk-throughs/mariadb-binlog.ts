/** The example and the use case of MariaDB's page on flashback. */
import { basename } from 'node:path';
import { expect } from 'vitest';
import type { ServerId } from '../../servers/index.ts';
import { eachServer, fingerprint, logged } from '../support.ts';
import { firstListed, openDesk, rows } from './desk.ts';

const servers: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

const tables = `
  CREATE TABLE mytable (id INT PRIMARY KEY, v VARCHAR(20), b BLOB);
  INSERT INTO mytable VALUES (1, 'a', x'00FF'), (2, 'b', NULL), (3, 'ü', ''); CREATE TABLE other LIKE mytable`;

const earlier =
  "SET timestamp = UNIX_TIMESTAMP('2013-03-27 14:00:00'); UPDATE mytable SET v = 'meant' WHERE id = 1;";
const since = `SET timestamp = UNIX_TIMESTAMP('2013-03-27 14:54:00'); UPDATE mytable SET v = 'wrong', b = 'gone';
  INSERT INTO mytable VALUES (4, 'new', NULL); DELETE FROM mytable WHERE id = 2; INSERT INTO other VALUES (1, 'stays', NULL)`;

export function mariadbBinlog(): void {
  eachServer(
    'mariadb-binlog --flashback: a table as it was at a time, by each tool',
    async ({ server, database }) => {
      await server.sql(tables, database);
      const log = await logged(server, `SET time_zone = '+00:00'; ${earlier} ${since}`, database);
      const damaged = await fingerprint(server, database);
      const bin = basename(log);
      const desk = await openDesk(server, database, [log]);
      const asItWas = ['1\tmeant\t00FF', '2\tb\tNULL', '3\tü\t'];
      const state = (): Promise<string[]> =>
        rows(server, 'SELECT id, v, HEX(b) FROM mytable ORDER BY id', database);
      const since1454 = `-T ${database}.mytable --start-datetime 2013-03-27T14:54:00Z`;

      await desk.run(`binflash sql ${bin} --schema schema.sql ${since1454} --flashback -o flashback.sql`);
      await desk.load('flashback.sql');
      expect(await state()).toEqual(asItWas);
      expect(await rows(server, 'SELECT v FROM other', database)).toEqual(['stays']);

      // Forwards again by SQL, and back as a binlog through the program itself.
      await desk.run(`binflash sql ${bin} --schema schema.sql ${since1454} -o redo.sql`);
      await desk.load('redo.sql');
      expect(await fingerprint(server, database)).toEqual(damaged);
      const { stderr } = await desk.run(`binflash rewrite ${bin} ${since1454} -o undo.binlog`);
      expect(stderr).toContain('mariadb-binlog undo.binlog | mariadb');
      await desk.replay(stderr);
      expect(await state()).toEqual(asItWas);

      // And the peer: the same data.
      await desk.load('redo.sql');
      const listed = await desk.run(`binflash transactions ${bin} ${since1454} --sort time --top 1`);
      const start = `--start-position=${firstListed(listed.stdout).start}`;
      await server.replay(['--flashback', `--database=${database}`, '--table=mytable', start, log]);
      expect(await state()).toEqual(asItWas);
    },
    { servers },
  );

  eachServer(
    'mariadb-binlog: --rewrite-db and --disable-log-bin are given to the replay',
    async ({ server, database }) => {
      await server.sql(tables, database);
      const log = await logged(server, "UPDATE mytable SET v = 'wrong'", database);
      const copy = `${database}_copy`;
      await server.sql(
        `CREATE DATABASE ${copy}; CREATE TABLE ${copy}.mytable LIKE mytable; INSERT INTO ${copy}.mytable SELECT * FROM mytable`,
        database,
      );
      const desk = await openDesk(server, database, [log]);
      await desk.run(`binflash rewrite ${basename(log)} -o undo.binlog`);
      const path = (await desk.run('pwd')).stdout.trim();
      const before = await server.position();
      await server.replay(['--disable-log-bin', `--rewrite-db=${database}->${copy}`, `${path}/undo.binlog`]);
      expect(await server.position()).toEqual(before);
      expect(await rows(server, 'SELECT v FROM mytable ORDER BY id', copy)).toEqual(['a', 'b', 'ü']);
      expect(await rows(server, 'SELECT v FROM mytable ORDER BY id', database)).toEqual([
        'wrong',
        'wrong',
        'wrong',
      ]);
    },
    { servers },
  );
}
