/**
 * Engines without transactions, alone and amid transactions of InnoDB. What they changed stays changed when the
 * transaction around it is rolled back; every server logs it in a transaction of its own for that.
 */
import { expect } from 'vitest';
import { type ServerId, serverIds } from '../servers/index.ts';
import type { BySql } from './by-sql.ts';
import { eachServer, expectUndone, fingerprint, type Scene, undo } from './support.ts';

const mariadbs: ServerId[] = serverIds.filter((id) => id.startsWith('mariadb'));

/** With GTIDs, its default, MySQL 9.7 refuses transactions that mix engines: error 1785. */
const withoutGtids = ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'];

function eachMixingServer(name: string, story: (scene: Scene) => Promise<void>, servers = serverIds): void {
  eachServer(name, story, { servers: servers.filter((id) => id !== 'mysql-9.7') });
  eachServer(name, story, { servers: servers.filter((id) => id === 'mysql-9.7'), args: withoutGtids });
}

const engines: Record<string, readonly ServerId[]> = {
  MyISAM: serverIds,
  MEMORY: serverIds,
  'Aria TRANSACTIONAL=1': mariadbs,
  'Aria TRANSACTIONAL=0': mariadbs,
};
for (const [engine, servers] of Object.entries(engines)) {
  eachServer(
    `tables of ${engine.replace(' ', ', ')}`,
    async (scene) => {
      const { server, database } = scene;
      await server.sql(
        `CREATE TABLE t (id INT PRIMARY KEY, u INT UNIQUE, v VARCHAR(20)) ENGINE=${engine};
         CREATE TABLE bag (a INT, b VARCHAR(20), KEY (a)) ENGINE=${engine};
         INSERT INTO t VALUES (1,10,'a'),(2,20,'b'),(3,30,'c'),(4,NULL,'d');
         INSERT INTO bag VALUES (1,'x'),(1,'x'),(2,'y'),(NULL,NULL),(NULL,NULL)`,
        database,
      );
      await expectUndone(
        scene,
        `UPDATE t SET id = id + 1 ORDER BY id DESC;
         REPLACE INTO t VALUES (2,40,'r'),(9,20,'s');
         INSERT INTO t VALUES (2,1,'x'),(9,2,'y'),(10,3,'z') ON DUPLICATE KEY UPDATE v = VALUES(v);
         DELETE FROM bag WHERE a = 1 LIMIT 1;
         UPDATE bag SET a = a + 1;
         INSERT INTO bag SELECT id, v FROM t;
         DELETE FROM bag WHERE a IS NULL LIMIT 1;
         UPDATE bag JOIN t ON t.id = bag.a SET bag.b = 'both', t.v = 'both';
         DELETE FROM t`,
      );
    },
    { servers },
  );
}

/** A table with transactions, one without, and a trigger from either to the other on demand. */
const tables = (engine = 'MyISAM'): string => `
  CREATE TABLE t (id INT PRIMARY KEY, u INT UNIQUE, v VARCHAR(20)) ENGINE=InnoDB;
  CREATE TABLE m (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=${engine};
  INSERT INTO t VALUES (1,1,'a'),(2,2,'b'),(3,3,'c');
  INSERT INTO m VALUES (1,'a'),(2,'b')`;

const mixture = `
  UPDATE t SET v = 'q';
  INSERT INTO m VALUES (3,'m'),(4,'n');
  DELETE FROM t WHERE id = 2;
  UPDATE m SET id = id + 10 ORDER BY id DESC;
  INSERT INTO t SELECT id, id, v FROM m;
  DELETE FROM m WHERE id = 11;
  UPDATE t, m SET t.v = 'both', m.v = 'both' WHERE t.id = m.id`;

eachMixingServer('a transaction of two engines', async (scene) => {
  await scene.server.sql(tables(), scene.database);
  await expectUndone(scene, `BEGIN; ${mixture}; COMMIT`);
  await expectUndone(scene, mixture);
});

eachMixingServer('changes without transactions in a transaction that is rolled back', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables(), database);
  const { plan } = await expectUndone(scene, `BEGIN; ${mixture}; ROLLBACK`);
  // None of the rows of InnoDB took effect, all of the others did.
  expect(plan.tables.map(({ table }) => table)).toEqual([`${database}.m`]);
  expect(plan.skipped).toEqual([]);
  await expectUndone(
    scene,
    `UPDATE t SET v = 'x'; BEGIN; ${mixture}; ROLLBACK; DELETE FROM m WHERE id = 12; UPDATE t SET v = 'y'`,
  );
});

eachMixingServer('one row of MyISAM changes inside and outside of transactions', async (scene) => {
  await scene.server.sql(tables(), scene.database);
  await expectUndone(
    scene,
    `BEGIN; INSERT INTO m VALUES (7,'one'); UPDATE t SET v = 'q'; UPDATE m SET v = 'two' WHERE id = 7; ROLLBACK;
     UPDATE m SET v = 'three' WHERE id = 7;
     BEGIN; DELETE FROM m WHERE id = 7; INSERT INTO t VALUES (7,7,'t'); INSERT INTO m VALUES (7,'four'); COMMIT;
     DELETE FROM m WHERE id = 7; INSERT INTO m VALUES (7,'five')`,
  );
});

/** Runs each statement by itself; those that fail have done something before. */
async function expectFailuresUndone(
  scene: Scene,
  setUp: string,
  failing: readonly string[],
  bySql?: BySql,
): Promise<void> {
  const { server, database } = scene;
  await server.sql(`${tables()}; ${setUp}`, database);
  const before = await fingerprint(server, database);
  await server.closeBinlog();
  for (const statement of failing) {
    await expect(server.sql(statement, database), statement).rejects.toThrow('ERROR 1062');
  }
  const file = await server.closeBinlog();
  expect(await fingerprint(server, database)).not.toEqual(before);
  await undo(server, [file], {}, { bySql });
  expect(await fingerprint(server, database)).toEqual(before);
}

eachMixingServer('statements that fail half-way', async (scene) => {
  await expectFailuresUndone(scene, '', [
    `INSERT INTO m VALUES (5,'x'),(6,'y'),(1,'duplicate'),(7,'z')`,
    `UPDATE m, t SET m.v = 'z', t.v = 'q', t.u = 7 WHERE t.id >= m.id`,
    `BEGIN; INSERT INTO t VALUES (9,9,'n'); UPDATE m SET v = 'open'; INSERT INTO t VALUES (9,9,'again'); COMMIT`,
  ]);
});

eachMixingServer('triggers between engines', async (scene) => {
  const { server, database } = scene;
  const bySql: BySql = { refused: ['UNSUPPORTED', 'which SQL fires'] };
  await expectFailuresUndone(
    scene,
    `CREATE TABLE log (n INT PRIMARY KEY AUTO_INCREMENT, id INT) ENGINE=MyISAM;
     CREATE TRIGGER to_log BEFORE UPDATE ON t FOR EACH ROW INSERT INTO log (id) VALUES (NEW.id);
     CREATE TRIGGER to_t BEFORE INSERT ON m FOR EACH ROW INSERT INTO t VALUES (NEW.id + 100, NULL, NEW.v)`,
    ['UPDATE t SET u = 7', `INSERT INTO m VALUES (5,'x'),(1,'duplicate')`],
    bySql,
  );
  // The failed INSERT reached no row; what it wrote to t was taken back.
  await server.sql('DELETE FROM t WHERE id > 100; DELETE FROM m WHERE id > 2', database);
  await expectUndone(
    scene,
    `UPDATE t SET v = 'q';
     BEGIN; UPDATE t SET v = 'r' WHERE id < 3; ROLLBACK;
     INSERT INTO m VALUES (5,'x'),(6,'y');
     BEGIN; INSERT INTO m VALUES (7,'z'); ROLLBACK;
     BEGIN; INSERT INTO m VALUES (8,'w'); UPDATE t SET v = 's'; COMMIT`,
    { bySql },
  );
});

eachServer(
  'Aria amid transactions of InnoDB',
  async (scene) => {
    await scene.server.sql(tables('Aria'), scene.database);
    await expectUndone(scene, `BEGIN; ${mixture}; COMMIT`);
    await expectUndone(scene, `BEGIN; ${mixture}; ROLLBACK; DELETE FROM m WHERE id = 12`);
  },
  // MySQL has no Aria.
  { servers: mariadbs },
);

eachServer('temporary tables used in a transaction', async (scene) => {
  await scene.server.sql(tables(), scene.database);
  await expectUndone(
    scene,
    `CREATE TEMPORARY TABLE before_it (id INT) ENGINE=InnoDB;
     BEGIN;
     INSERT INTO before_it SELECT id FROM t;
     CREATE TEMPORARY TABLE inside (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=MyISAM;
     INSERT INTO inside SELECT id, v FROM t;
     UPDATE inside SET v = 'unseen';
     DELETE t FROM t JOIN before_it USING (id) WHERE id < 3;
     UPDATE t JOIN inside USING (id) SET t.v = inside.v, inside.v = t.v;
     INSERT INTO t SELECT id + 50, id + 50, v FROM inside;
     DROP TEMPORARY TABLE inside;
     DELETE FROM before_it;
     COMMIT;
     DROP TEMPORARY TABLE before_it`,
  );
});

// A temporary table hides the one of the same name: nothing of what happens to it may be taken for the real one.
eachServer('a temporary table in front of a real one', async (scene) => {
  await scene.server.sql(tables(), scene.database);
  await expectUndone(
    scene,
    `UPDATE t SET v = 'q';
     CREATE TEMPORARY TABLE t (id INT, w INT) ENGINE=InnoDB;
     INSERT INTO t VALUES (1,1),(2,2);
     DELETE FROM t WHERE id = 1;
     ALTER TABLE t ADD COLUMN x INT;
     TRUNCATE TABLE t;
     DROP TABLE t;
     DELETE FROM t WHERE id = 1`,
  );
});
