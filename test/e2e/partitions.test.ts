/** Partitioned tables: MySQL 8.0.16 and later log the partitions of rows, the others only the rows. */
import { expect } from 'vitest';
import { exitCodes, type RefusedError, rewrite } from '../../src/index.ts';
import { type ServerId, serverIds } from '../servers/index.ts';
import { eachServer, expectUndone, logged, type Scene } from './support.ts';

const rows = (count: number, step: number): string =>
  Array.from({ length: count }, (_, i) => `(${i * step},'v${i % 5}')`).join(',');

const ranges = `PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN (200),
  PARTITION p2 VALUES LESS THAN (300), PARTITION p3 VALUES LESS THAN MAXVALUE)`;

const kinds: Record<string, string> = {
  'RANGE with a primary key': `(id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB ${ranges}`,
  'HASH without a key': `(id INT, v VARCHAR(20)) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 7`,
  'LIST without a key': `(id INT, v VARCHAR(20)) ENGINE=InnoDB PARTITION BY LIST (id % 3)
    (PARTITION a VALUES IN (0), PARTITION b VALUES IN (1, NULL), PARTITION c VALUES IN (2))`,
  'KEY, and by HASH inside RANGE': `(id INT, v VARCHAR(20), PRIMARY KEY (id, v)) ENGINE=InnoDB
    PARTITION BY RANGE (id) SUBPARTITION BY KEY (v) SUBPARTITIONS 2
    (PARTITION p0 VALUES LESS THAN (150), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
};

for (const [kind, definition] of Object.entries(kinds)) {
  eachServer(`rows move between partitions: ${kind}`, async (scene) => {
    await scene.server.sql(
      `CREATE TABLE t ${definition}; INSERT INTO t VALUES ${rows(80, 4)}`,
      scene.database,
    );
    await expectUndone(scene, 'UPDATE t SET id = id + 110 ORDER BY id DESC');
    await expectUndone(
      scene,
      `BEGIN;
       INSERT INTO t VALUES (1,'new'),(101,'new'),(5,'new'),(201,'new'),(9999,'new');
       UPDATE t SET id = id + 1 WHERE id % 100 > 90 ORDER BY id DESC;
       DELETE FROM t WHERE id IN (4,104,204,8,108,5);
       UPDATE t SET v = CONCAT(v, '!') WHERE id < 250;
       UPDATE t SET id = 20000 - id;
       DELETE FROM t WHERE id % 2 = 0;
       INSERT INTO t SELECT id - 15000, v FROM t;
       COMMIT;
       DELETE FROM t`,
    );
  });
}

eachServer(
  'the undo of a move names the partitions the other way round',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t ${kinds['RANGE with a primary key']}; INSERT INTO t VALUES (1,'a')`,
      database,
    );
    const { outputs } = await expectUndone(scene, 'UPDATE t SET id = 250');
    const { stdout } = await server.mysqlbinlog(['-vv', '--base64-output=decode-rows', outputs[0]!]);
    expect(stdout.toString()).toContain('source_partition: 2 target_partition: 0');
  },
  // The others do not log partitions.
  { servers: ['mysql-9.7'] },
);

/**
 * The statement is refused whichever of the tables is selected. Table x has one row, of this id, and lies beside
 * the partitioned table t.
 */
async function expectRefusedFor(
  scene: Scene,
  statement: string,
  tables: readonly string[],
  id = 151,
): Promise<void> {
  const { server, database } = scene;
  const file = await logged(
    server,
    `DROP TABLE IF EXISTS t, x, made;
     CREATE TABLE t ${kinds['RANGE with a primary key']};
     ALTER TABLE t DROP PARTITION p3;
     CREATE TABLE x (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB;
     INSERT INTO t VALUES (1,'a'),(101,'b'),(201,'c');
     INSERT INTO x VALUES (150,'x');
     FLUSH BINARY LOGS;
     UPDATE t SET v = 'q';
     UPDATE x SET id = ${id};
     ${statement}`,
    database,
  );
  const events = await server.sql(`SHOW BINLOG EVENTS IN '${file.split('/').at(-1)}'`);
  const event = events.split('\n').find((line) => line.includes(statement))!;
  for (const table of tables) {
    const { plan } = await rewrite({ inputs: [file], select: { tables: [`${database}.${table}`] } });
    const [refusal] = plan.refusals;
    expect(refusal, `${statement}, ${table} selected`).toMatchObject({
      code: 'DDL',
      file,
      offset: Number(event.split('\t')[1]),
    });
    // The message quotes no more than the beginning of a long statement.
    expect(refusal!.message).toContain(statement.slice(0, 70));
    expect(exitCodes[refusal!.code]).toBe(4);
    const undo = rewrite({
      inputs: [file],
      output: `${file}.undo`,
      select: { tables: [`${database}.${table}`] },
    });
    await expect(undo).rejects.toSatisfy((error: RefusedError) => error.refusals[0]!.code === 'DDL');
  }
}

eachServer('statements that empty, exchange or drop partitions are refused', async (scene) => {
  for (const statement of [
    'ALTER TABLE t DROP PARTITION p0',
    'ALTER TABLE t TRUNCATE PARTITION p1',
    'ALTER TABLE t REORGANIZE PARTITION p0,p1 INTO (PARTITION q VALUES LESS THAN (200))',
    'ALTER TABLE t ADD PARTITION (PARTITION p4 VALUES LESS THAN (400))',
    'ALTER TABLE t REMOVE PARTITIONING',
  ]) {
    await expectRefusedFor(scene, statement, ['t']);
  }
  await expectRefusedFor(scene, 'ALTER TABLE t EXCHANGE PARTITION p1 WITH TABLE x', ['t', 'x']);
});

// MariaDB has these since 10.7.
const converting: ServerId[] = serverIds.filter((id) => id === 'mariadb-10.11' || id === 'mariadb-11.8');
eachServer(
  'statements that make a table of a partition and a partition of a table are refused',
  async (scene) => {
    await expectRefusedFor(scene, 'ALTER TABLE t CONVERT PARTITION p1 TO TABLE made', ['t']);
    const convert = 'ALTER TABLE t CONVERT TABLE x TO PARTITION p4 VALUES LESS THAN (400)';
    await expectRefusedFor(scene, convert, ['t', 'x'], 350);
  },
  { servers: converting },
);
