/** Changes whose undo depends on the order of rows, statements and transactions. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { serverIds } from '../servers/index.ts';
import type { BySql } from './by-sql.ts';
import { eachServer, expectUndone, fingerprint, logged, type Scene, text, undo } from './support.ts';

const prepare = ({ server, database }: Scene, statements: string): Promise<string> =>
  server.sql(statements, database);

/** `(1,'v1'),(2,'v2'),...` */
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, i) => `(${i + 1},'v${i + 1}')`).join(',');

eachServer('keys moved along a chain in one statement', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE by_primary (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB;
     CREATE TABLE by_unique (id INT PRIMARY KEY, u INT NOT NULL UNIQUE, v VARCHAR(20)) ENGINE=InnoDB;
     CREATE TABLE only_unique (u INT NOT NULL, w INT NOT NULL, v VARCHAR(20), UNIQUE (u, w)) ENGINE=InnoDB;
     INSERT INTO by_primary VALUES ${numbered(300)};
     INSERT INTO by_unique SELECT id, 1000 - id, v FROM by_primary;
     INSERT INTO only_unique SELECT id, 7, v FROM by_primary`,
  );
  await expectUndone(
    scene,
    `UPDATE by_primary SET id = id + 1 ORDER BY id DESC;
     UPDATE by_unique SET u = u + 1 ORDER BY u DESC;
     UPDATE only_unique SET u = u + 1 ORDER BY u DESC`,
  );
  await expectUndone(
    scene,
    `BEGIN;
     UPDATE by_primary SET id = id - 1 ORDER BY id;
     UPDATE by_primary SET id = id + 2 WHERE id > 100 ORDER BY id DESC;
     UPDATE by_unique SET u = u - 1 ORDER BY u;
     UPDATE only_unique SET u = u - 1 ORDER BY u;
     UPDATE only_unique SET w = 8 WHERE u % 3 = 0;
     UPDATE only_unique SET u = u + 2 ORDER BY u DESC;
     COMMIT`,
  );
});

eachServer('two rows exchange a unique value', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE seats (id INT PRIMARY KEY, seat VARCHAR(10) UNIQUE) ENGINE=InnoDB;
     INSERT INTO seats VALUES (1,'1A'),(2,'1B'),(3,'1C'),(4,NULL)`,
  );
  await expectUndone(
    scene,
    `BEGIN;
     UPDATE seats SET seat = NULL WHERE id = 1;
     UPDATE seats SET seat = '1A' WHERE id = 2;
     UPDATE seats SET seat = '1B' WHERE id = 1;
     COMMIT`,
  );
  await expectUndone(
    scene,
    `BEGIN;
     UPDATE seats SET id = -1 WHERE id = 1;
     UPDATE seats SET id = 1 WHERE id = 2;
     UPDATE seats SET id = 2 WHERE id = -1;
     COMMIT`,
  );
  // No server lets one UPDATE exchange two unique values; REPLACE is the one statement that does.
  await expect(
    scene.server.sql(
      `UPDATE seats SET seat = CASE id WHEN 1 THEN '1B' ELSE '1A' END WHERE id < 3`,
      scene.database,
    ),
  ).rejects.toThrow('ERROR 1062');
  await expectUndone(scene, `REPLACE INTO seats VALUES (1,'1B'),(2,'1C'),(3,'1A')`);
});

const life = `
  INSERT INTO people VALUES (1,'born');
  UPDATE people SET v = 'child' WHERE id = 1;
  UPDATE people SET v = 'grown' WHERE id = 1;
  UPDATE people SET id = 9 WHERE id = 1;
  UPDATE people SET id = 1, v = 'back' WHERE id = 9;
  UPDATE people SET v = 'old' WHERE id = 1;
  DELETE FROM people WHERE id = 1;
  INSERT INTO people VALUES (1,'reborn')`;

for (const key of ['PRIMARY KEY', 'NOT NULL UNIQUE', 'NULL UNIQUE', 'NOT NULL']) {
  eachServer(`one row lives, dies and lives again; its key is ${key}`, async (scene) => {
    await prepare(
      scene,
      `CREATE TABLE people (id INT ${key}, v VARCHAR(20)) ENGINE=InnoDB;
       INSERT INTO people VALUES (2,'other'),(3,'other')`,
    );
    await expectUndone(scene, `BEGIN; ${life}; COMMIT`);
    await expectUndone(scene, life);
    await expectUndone(
      scene,
      `BEGIN; ${life}; COMMIT; DELETE FROM people WHERE id = 1; ${life};
       UPDATE people SET v = 'all'; DELETE FROM people WHERE id = 1; BEGIN; ${life}; DELETE FROM people; COMMIT`,
    );
  });
}

eachServer('one statement changes several tables', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB;
     CREATE TABLE b (id INT PRIMARY KEY, a INT, v VARCHAR(20), KEY (a)) ENGINE=InnoDB;
     CREATE TABLE c (a INT, v VARCHAR(20)) ENGINE=InnoDB;
     INSERT INTO a VALUES ${numbered(40)};
     INSERT INTO b SELECT id, id % 7, v FROM a;
     INSERT INTO c SELECT id % 5, 'same' FROM a`,
  );
  await expectUndone(
    scene,
    `UPDATE a JOIN b ON b.a = a.id JOIN c ON c.a = a.id
       SET a.v = CONCAT(a.v, '!'), b.v = CONCAT(a.v, b.id), b.a = b.a + 100, c.v = 'changed'`,
  );
  await expectUndone(scene, `DELETE a, c FROM a JOIN b ON b.a = a.id JOIN c ON c.a = a.id WHERE a.id < 4`);
  await expectUndone(
    scene,
    `BEGIN;
     UPDATE b x JOIN b y ON x.id = y.id + 1 SET x.v = y.v, y.a = x.a;
     DELETE b, c FROM b JOIN c ON c.a = b.a;
     INSERT INTO c SELECT a, v FROM b;
     DELETE FROM a, c USING a JOIN c ON c.a = a.id;
     COMMIT`,
  );
});

eachServer('REPLACE and ON DUPLICATE KEY UPDATE', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, u INT UNIQUE, n INT NOT NULL DEFAULT 0) ENGINE=InnoDB;
     INSERT INTO t VALUES (1,10,0),(2,20,0),(3,30,0),(4,NULL,0)`,
  );
  // The second row replaces two rows, one by each key; the third one replaces the second.
  await expectUndone(scene, `REPLACE INTO t VALUES (5,50,1),(1,20,1),(1,30,2),(4,NULL,2)`);
  await expectUndone(
    scene,
    `INSERT INTO t (id, u) VALUES (1,99),(1,98),(8,20),(2,20),(9,90),(9,91),(10,90),(1,97)
       ON DUPLICATE KEY UPDATE n = n + 1`,
  );
  await expectUndone(
    scene,
    `INSERT INTO t (id, n) VALUES (1,5),(1,6),(1,5),(1,0),(1,5) ON DUPLICATE KEY UPDATE n = VALUES(n);
     INSERT INTO t (u, n) VALUES (10,1),(11,2),(10,3) ON DUPLICATE KEY UPDATE u = u + 1, n = n + VALUES(n);
     REPLACE INTO t (u) SELECT u FROM (SELECT * FROM t) old;
     INSERT IGNORE INTO t VALUES (1,1,1),(100,100,100)`,
  );
});

eachServer('triggers write to a second table', async (scene) => {
  const events = ['INSERT', 'UPDATE', 'DELETE'].flatMap((event) =>
    ['BEFORE', 'AFTER'].map((time) => ({ event, time, row: event === 'DELETE' ? 'OLD' : 'NEW' })),
  );
  await prepare(
    scene,
    `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB;
     CREATE TABLE log (n INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(20), id INT) ENGINE=InnoDB;
     CREATE TABLE counters (what VARCHAR(20), n INT) ENGINE=InnoDB;
     INSERT INTO t VALUES ${numbered(10)};
     INSERT INTO counters VALUES ('INSERT',0),('UPDATE',0),('DELETE',0),('last',0);
     DELIMITER //
     ${events
       .map(
         ({ event, time, row }) => `CREATE TRIGGER ${time}_${event} ${time} ${event} ON t FOR EACH ROW BEGIN
            INSERT INTO log (what, id) VALUES ('${time} ${event}', ${row}.id);
            UPDATE counters SET n = n + 1 WHERE what = '${event}';
            UPDATE counters SET n = ${row}.id % 2 WHERE what = 'last';
            DELETE FROM log WHERE n % 5 = 0 LIMIT 1;
          END//`,
       )
       .join('\n')}
     DELIMITER ;`,
  );
  const damage = `
    INSERT INTO t VALUES (20,'a'),(21,'b'),(22,'c');
    UPDATE t SET v = CONCAT(v, '!') WHERE id > 5;
    UPDATE t SET id = id + 1 ORDER BY id DESC;
    DELETE FROM t WHERE id IN (3,4,21);
    REPLACE INTO t VALUES (5,'replaced'),(30,'new');
    INSERT INTO t VALUES (5,'x'),(5,'y'),(31,'z') ON DUPLICATE KEY UPDATE v = VALUES(v)`;
  const bySql: BySql = { refused: ['UNSUPPORTED', 'the table has the triggers'] };
  await expectUndone(scene, damage, { bySql });
  await expectUndone(scene, `BEGIN; ${damage}; COMMIT`, { bySql });
});

eachServer('only the table that a trigger writes to is undone', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE t (id INT PRIMARY KEY, v INT) ENGINE=InnoDB;
     CREATE TABLE latest (v INT) ENGINE=InnoDB;
     CREATE TRIGGER keep AFTER INSERT ON t FOR EACH ROW UPDATE latest SET v = NEW.v;
     INSERT INTO latest VALUES (7)`,
  );
  const { server, database } = scene;
  const before = await fingerprint(server, database);
  const file = await logged(server, 'INSERT INTO t VALUES (1,5),(2,6),(3,5),(4,6),(5,5)', database);
  const after = await fingerprint(server, database);
  // The events of one statement, apart in the log, are neighbours once the other table's are left out.
  const { plan } = await undo(server, [file], { tables: [`${database}.latest`] });
  expect(plan.rows).toBe(5);
  expect(await fingerprint(server, database)).toEqual({
    [`${database}.latest`]: before[`${database}.latest`],
    [`${database}.t`]: after[`${database}.t`],
  });
});

eachServer('LOAD DATA', async (scene) => {
  const { server, database } = scene;
  await prepare(
    scene,
    `CREATE TABLE t (id INT PRIMARY KEY, v VARBINARY(100)) ENGINE=InnoDB;
     CREATE TABLE bag (id INT, v VARBINARY(100)) ENGINE=InnoDB;
     INSERT INTO t VALUES (1,'one'),(2,'two'),(5000,'far'); INSERT INTO bag SELECT * FROM t`,
  );
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'load-'));
  const file = join(folder, 'rows.tsv');
  const lines = Array.from({ length: 3000 }, (_, i) => `${i + 1}\t${'x'.repeat(i % 90)}\xff${i}\n`);
  await writeFile(file, Buffer.from(lines.join(''), 'latin1'));
  const load = (how: string) =>
    `LOAD DATA INFILE '${file}' ${how} CHARACTER SET binary FIELDS TERMINATED BY '\\t'`;
  await expectUndone(
    scene,
    `${load('REPLACE INTO TABLE t')};
     ${load('IGNORE INTO TABLE t')};
     ${load('INTO TABLE bag')};
     ${load('INTO TABLE bag')} (id, @v) SET v = REVERSE(@v)`,
    {
      bySql: {
        only: { where: ['@1 < 150'] },
        once: 'statements read the whole of a table without a key',
      },
    },
  );
  expect(await server.sql(`SELECT ${text('t')} = 't', COUNT(*) FROM t`, database)).toBe('1\t3\n');
});

eachServer('a table without any key, full of duplicate rows', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE bag (a INT, b VARCHAR(20)) ENGINE=InnoDB;
     INSERT INTO bag VALUES (1,'x'),(2,'x'),(3,'x'),(4,'x'),(4,'x'),(4,'x'),(5,'x'),(NULL,NULL),(NULL,NULL)`,
  );
  await expectUndone(
    scene,
    `DELETE FROM bag WHERE a = 4 LIMIT 1;
     INSERT INTO bag VALUES (4,'x'),(4,'x'),(1,'x'),(NULL,NULL);
     DELETE FROM bag WHERE a = 4 LIMIT 1;
     DELETE FROM bag WHERE a IS NULL LIMIT 1;
     UPDATE bag SET b = 'y' WHERE a = 4 LIMIT 2;
     UPDATE bag SET b = NULL WHERE a = 4 LIMIT 1;
     UPDATE bag SET a = 4 WHERE a IS NULL LIMIT 1;
     DELETE FROM bag WHERE a IN (1, 4)`,
  );
});

// One row's new value is another row's old value: an order of its own could change a row twice or miss it.
const chains = [
  'UPDATE bag SET a = a + 1 ORDER BY a DESC',
  'UPDATE bag SET a = a + 1 ORDER BY a',
  'UPDATE bag SET a = a - 1 ORDER BY a',
  'UPDATE bag SET a = (a + 1) % 50',
  'UPDATE bag SET a = 49 - a',
  `UPDATE bag SET a = CASE a WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 1 ELSE a END, b = 'v' ORDER BY b`,
];
const bags = { 'without any key': '', 'with an index only': ', KEY (a)' };
for (const [what, key] of Object.entries(bags)) {
  eachServer(`rows of a table ${what} take each other's values in one statement`, async (scene) => {
    await prepare(
      scene,
      `CREATE TABLE bag (a INT NOT NULL, b VARCHAR(20)${key}) ENGINE=InnoDB;
       INSERT INTO bag VALUES ${Array.from({ length: 300 }, (_, i) => `(${i % 50},'v${i % 7 === 0 ? 1 : 2}')`).join(',')}`,
    );
    for (const chain of chains) await expectUndone(scene, chain);
    await expectUndone(scene, `BEGIN; ${chains.join(';')}; DELETE FROM bag WHERE a < 20; COMMIT`);
  });
}

eachServer('a nullable unique key', async (scene) => {
  await prepare(
    scene,
    `CREATE TABLE t (u INT NULL, v VARCHAR(20), UNIQUE (u)) ENGINE=InnoDB;
     INSERT INTO t VALUES (1,'x'),(2,'x'),(3,'x'),(4,'y'),(NULL,'x'),(NULL,'x'),(NULL,'y')`,
  );
  await expectUndone(
    scene,
    `UPDATE t SET u = u + 1 ORDER BY u DESC;
     UPDATE t SET u = NULL WHERE u IN (2,3);
     DELETE FROM t WHERE u IS NULL LIMIT 3;
     UPDATE t SET u = 2 WHERE u IS NULL AND v = 'x' LIMIT 1;
     UPDATE t SET v = 'z' WHERE u IS NULL;
     REPLACE INTO t VALUES (5,'r'),(NULL,'r'),(2,'r')`,
  );
  await expectUndone(
    scene,
    `INSERT INTO t VALUES (1,'a'),(1,'b'),(9,'c'),(1,'d'),(9,'e') ON DUPLICATE KEY UPDATE v = VALUES(v)`,
  );
});

// MySQL since 8.0 applies the rows of an event to such a table in an order of its own; see the next story.
const down = 'UPDATE t SET u = u - 1 ORDER BY u';
const nullableChain = `
  CREATE TABLE t (u INT NULL, v VARCHAR(20), UNIQUE (u)) ENGINE=InnoDB;
  INSERT INTO t VALUES ${numbered(50)}`;
eachServer(
  'a chain down a nullable unique key in one statement',
  async (scene) => {
    await prepare(scene, nullableChain);
    await expectUndone(scene, down);
  },
  { servers: serverIds.filter((id) => id !== 'mysql-9.7') },
);

// It walks an event's keys in ascending order, so the undo of 2 -> 1, 3 -> 2 meets a key not yet freed, as the
// mirrored statement does on its own replicas. The replay stops and takes everything back; one row an event works.
eachServer(
  'a chain down a nullable unique key in one statement, row by row',
  async (scene) => {
    const { server, database } = scene;
    await prepare(scene, nullableChain);
    const before = await fingerprint(server, database);
    const file = await logged(server, `${down}; INSERT INTO t VALUES (100,'later')`, database);
    const after = await fingerprint(server, database);
    // The last transaction first: it is undone by then, and put back.
    await expect(undo(server, [file], { types: ['update'] })).rejects.toThrow('ERROR 1062');
    expect(await fingerprint(server, database)).toEqual(after);
    await undo(server, [file], {}, { maxEventSize: 1 });
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: ['mysql-9.7'] },
);

const thereAndBack = [5, 6, 5, 7, 5, 6].map((n) => `(1,${n})`).join(',');
eachServer('one statement changes a row without a key there and back', async (scene) => {
  await prepare(
    scene,
    `SET GLOBAL log_bin_trust_function_creators = 1;
     CREATE TABLE t (u INT NULL, n INT, UNIQUE (u)) ENGINE=InnoDB;
     CREATE TABLE latest (n INT) ENGINE=InnoDB;
     CREATE TABLE large (n INT, b LONGBLOB) ENGINE=InnoDB;
     INSERT INTO t VALUES (1,0),(2,5),(NULL,5);
     INSERT INTO latest VALUES (0),(0);
     INSERT INTO large VALUES (1,REPEAT('z',300000)),(1,REPEAT('z',300000));
     DELIMITER //
     CREATE FUNCTION note(x INT) RETURNS INT BEGIN UPDATE latest SET n = x LIMIT 1; RETURN x; END//
     CREATE FUNCTION enlarge(x INT) RETURNS INT BEGIN
       UPDATE large SET b = CONCAT(x, REPEAT('y', 299998), x) LIMIT 1; RETURN x; END//
     DELIMITER ;`,
  );
  await expectUndone(scene, `INSERT INTO t VALUES ${thereAndBack} ON DUPLICATE KEY UPDATE n = VALUES(n)`);
  const numbers = `(SELECT 5 n UNION ALL SELECT 6 UNION ALL SELECT 5 UNION ALL SELECT 7 UNION ALL SELECT 5) q`;
  await expectUndone(scene, `SELECT note(n) FROM ${numbers}`);
  await expectUndone(scene, `SELECT enlarge(n) FROM ${numbers}`);
});
