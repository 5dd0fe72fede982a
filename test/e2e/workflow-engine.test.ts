/**
 * The incident that the project began with: an application deletes a workflow template and all that belongs
 * to it, six tables in one transaction, documents of any size among it, and people go on working.
 */
import { createCipheriv } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import type { RewriteResult, Selection } from '../../src/index.ts';
import type { RunningServer, ServerId } from '../servers/index.ts';
import { eachServer, type Fingerprint, fingerprint, type Scene, undo } from './support.ts';

const MB = 1_000_000;

// No cascades: the application deletes from each table, as engines of this kind do.
const schema = `
  CREATE TABLE templates (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL, created DATETIME NOT NULL
  ) ENGINE=InnoDB;
  CREATE TABLE steps (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, template_id INT NOT NULL, title TEXT, weight DOUBLE,
    FOREIGN KEY (template_id) REFERENCES templates (id)
  ) ENGINE=InnoDB;
  CREATE TABLE transitions (
    from_step INT NOT NULL, to_step INT NOT NULL, guard VARCHAR(200), PRIMARY KEY (from_step, to_step),
    FOREIGN KEY (from_step) REFERENCES steps (id), FOREIGN KEY (to_step) REFERENCES steps (id)
  ) ENGINE=InnoDB;
  CREATE TABLE documents (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, template_id INT NOT NULL, body LONGBLOB,
    FOREIGN KEY (template_id) REFERENCES templates (id)
  ) ENGINE=InnoDB;
  CREATE TABLE instances (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, template_id INT NOT NULL, step_id INT,
    state ENUM('new', 'running', 'done') NOT NULL,
    FOREIGN KEY (template_id) REFERENCES templates (id), FOREIGN KEY (step_id) REFERENCES steps (id)
  ) ENGINE=InnoDB;
  CREATE TABLE tasks (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, instance_id BIGINT UNSIGNED NOT NULL, due DATE,
    cost DECIMAL(20,6), FOREIGN KEY (instance_id) REFERENCES instances (id)
  ) ENGINE=InnoDB;
  CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), logins INT) ENGINE=InnoDB;
  CREATE TABLE audit (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, line VARCHAR(200)) ENGINE=InnoDB;
  INSERT INTO users VALUES (1, 'Ada', 0), (2, 'Grace', 0), (3, 'Ольга', 0);
`;

/** A document in which every byte value stands as soon as it is long enough. */
function document(length: number): Buffer {
  const counting = Buffer.from(Uint8Array.from({ length: Math.min(length, 256) }, (_, i) => i));
  const random = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'key'), Buffer.alloc(16, 'start'));
  return Buffer.concat([counting, random.update(Buffer.alloc(length - counting.length))]);
}

const hex = (bytes: Buffer): string => (bytes.length === 0 ? "''" : `0x${bytes.toString('hex')}`);

/** A template with everything that hangs on it. */
function createTemplate(id: number, documentSizes: readonly number[]): string {
  const first = id * 100;
  const bodies = documentSizes.map(
    (size) => `INSERT INTO documents VALUES (NULL, ${id}, ${hex(document(size))});`,
  );
  return `
    BEGIN;
    INSERT INTO templates VALUES (${id}, 'Vorgang ${id} – 稟議', '2026-11-20 10:00:${10 + id}');
    INSERT INTO steps VALUES (${first}, ${id}, 'draft', 0.1), (${first + 1}, ${id}, NULL, -1.5e300), (${first + 2}, ${id}, 'done', NULL);
    INSERT INTO transitions VALUES (${first}, ${first + 1}, 'a > b'), (${first + 1}, ${first + 2}, NULL), (${first + 1}, ${first}, '');
    ${bodies.join('\n')}
    INSERT INTO documents VALUES (NULL, ${id}, NULL);
    INSERT INTO instances VALUES (${first}, ${id}, ${first}, 'new'), (${first + 1}, ${id}, ${first + 1}, 'running'), (${first + 2}, ${id}, NULL, 'done');
    INSERT INTO tasks VALUES (NULL, ${first}, '2026-12-01', 12.5), (NULL, ${first}, NULL, -0.000001), (NULL, ${first + 1}, '2027-01-31', 99999999999999.999999);
    COMMIT;`;
}

/** What the application does when somebody clicks on the wrong template. */
const deleteTemplate = (id: number): string => `
  BEGIN;
  DELETE FROM tasks WHERE instance_id IN (SELECT id FROM instances WHERE template_id = ${id});
  DELETE FROM instances WHERE template_id = ${id};
  DELETE FROM transitions WHERE from_step IN (SELECT id FROM steps WHERE template_id = ${id});
  DELETE FROM steps WHERE template_id = ${id};
  DELETE FROM documents WHERE template_id = ${id};
  DELETE FROM templates WHERE id = ${id};
  COMMIT;`;

/** What else goes on, in the same tables and in others. Deletes are in other tables only. */
const life = (round: number): string => `
  INSERT INTO audit (line) VALUES ('round ${round}'), ('zu löschen ${round}');
  BEGIN;
  UPDATE users SET logins = logins + ${round} WHERE id = 1;
  INSERT INTO instances (template_id, step_id, state) VALUES (1, 100, 'new');
  INSERT INTO tasks (instance_id, due, cost) VALUES (LAST_INSERT_ID(), '2026-11-21', ${round}.25);
  UPDATE documents SET body = CONCAT(IFNULL(body, ''), 0x00ff27${10 + round}) WHERE template_id = 1;
  COMMIT;
  DELETE FROM audit WHERE line LIKE 'zu löschen%';
  UPDATE tasks SET cost = cost + 1 WHERE instance_id = 100;`;

/** Where the two bad transactions stand in the log, in each of the ways to say so. */
interface Incident {
  readonly file: string;
  /** The oldest first. */
  readonly bad: readonly { position: [number, number]; time: [number, number]; gtid: string }[];
}

/** Waits for a new second of the server's clock and answers it: all that was logged is stamped earlier. */
async function nextSecond(server: RunningServer): Promise<number> {
  return Number(await server.sql('DO SLEEP(1.01); SELECT UNIX_TIMESTAMP()'));
}

/** The GTID of the latest transaction. */
async function lastGtid(server: RunningServer): Promise<string> {
  if (server.flavour === 'mariadb') return (await server.sql('SELECT @@GLOBAL.gtid_binlog_pos')).trim();
  const executed = (await server.sql('SELECT @@GLOBAL.gtid_executed')).trim();
  return executed.replace(/:(\d+-)?(\d+)$/, ':$2');
}

/** Runs the whole workload in a database; without the wrong clicks it is the control of the experiment. */
async function work(
  server: RunningServer,
  database: string,
  wrongClicks: 'none' | 'in a second of their own' | 'in a rush',
  sizes: readonly number[],
): Promise<Incident> {
  const second = wrongClicks === 'in a second of their own' ? nextSecond : async () => 0;
  await server.sql(schema, database);
  await server.closeBinlog();
  const bad: { position: [number, number]; time: [number, number]; gtid: string }[] = [];
  const click = async (id: number): Promise<void> => {
    if (wrongClicks === 'none') return;
    const time = await second(server);
    const { position } = await server.position();
    await server.sql(deleteTemplate(id), database);
    const end = await server.position();
    const gtid = await lastGtid(server);
    bad.push({ position: [position, end.position], time: [time, await second(server)], gtid });
  };
  await server.sql(createTemplate(1, [10, 300]), database);
  await server.sql(createTemplate(2, sizes), database);
  await server.sql(createTemplate(3, [1000, 5]), database);
  await server.sql(life(1), database);
  // One session begins before the first wrong click and commits after it.
  const slow = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root', database });
  try {
    await slow.query('BEGIN');
    await slow.query('UPDATE users SET logins = logins + 100 WHERE id = 2');
    await click(2);
    await slow.query("INSERT INTO audit (line) VALUES ('slow')");
    await slow.query('COMMIT');
  } finally {
    await slow.end();
  }
  await server.sql(life(2), database);
  await server.sql(createTemplate(4, [77]), database);
  await click(3);
  await server.sql(life(3), database);
  return { file: await server.closeBinlog(), bad };
}

const smallSizes = [0, 1, 2, 255, 256, 257, 65_535, 65_536, 1 * MB];
/** Rows of templates 2 and 3; each has one document of NULL besides those of the sizes. */
const rowsOf = (documents: number): number => 1 + 3 + 3 + (documents + 1) + 3 + 3;

async function expectedState(
  server: RunningServer,
  twin: string,
  sizes: readonly number[],
): Promise<Fingerprint> {
  await server.sql(`CREATE DATABASE ${twin} DEFAULT CHARACTER SET utf8mb4`);
  await work(server, twin, 'none', sizes);
  return stateOf(server, twin);
}

/** The state without the database's name, so that twins can be compared. */
async function stateOf(server: RunningServer, database: string): Promise<Fingerprint> {
  const state = await fingerprint(server, database);
  return Object.fromEntries(
    Object.entries(state).map(([name, table]) => [name.slice(database.length + 1), table]),
  );
}

/** Undoes an incident in one or more steps, each given by its selection, and compares with the control. */
async function tell(
  { server, database }: Scene,
  steps: (incident: Incident) => readonly Selection[],
  wrongClicks: 'in a second of their own' | 'in a rush' = 'in a rush',
): Promise<void> {
  const expected = await expectedState(server, `${database}_control`, smallSizes);
  const incident = await work(server, database, wrongClicks, smallSizes);
  expect(await stateOf(server, database), 'the wrong clicks change something').not.toEqual(expected);
  const results: RewriteResult[] = [];
  for (const select of steps(incident)) results.push(await undo(server, [incident.file], select));
  expect(await stateOf(server, database)).toEqual(expected);
  const sum = (count: (result: RewriteResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  expect(sum(({ plan }) => plan.transactions)).toBe(2);
  expect(sum(({ plan }) => plan.rows)).toBe(rowsOf(smallSizes.length) + rowsOf(2));
}

const sixTables = ['templates', 'steps', 'transitions', 'documents', 'instances', 'tasks'];

// A range of positions or of time holds one of the two; the newer one is undone first.
eachServer('undoes the wrong clicks by position', (scene) =>
  tell(scene, ({ bad }) =>
    bad.toReversed().map(({ position: [startPosition, stopPosition] }) => ({ startPosition, stopPosition })),
  ),
);

eachServer('undoes the wrong clicks by time', (scene) =>
  tell(
    scene,
    ({ bad }) =>
      bad.toReversed().map(({ time: [startDatetime, stopDatetime] }) => ({ startDatetime, stopDatetime })),
    'in a second of their own',
  ),
);

eachServer('undoes the wrong clicks by table and kind', (scene) =>
  tell(scene, () => [{ tables: sixTables.map((name) => `${scene.database}.${name}`), types: ['delete'] }]),
);

// MySQL 5.6 has no GTIDs by default.
const serversWithGtids: ServerId[] = ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

eachServer(
  'undoes the wrong clicks by GTID',
  (scene) => tell(scene, ({ bad }) => [{ includeGtids: bad.map(({ gtid }) => gtid) }]),
  { servers: serversWithGtids },
);

eachServer('brings back a document of 40 MB', bringBackHugeDocument, {
  // What it takes to insert such a document; the replay goes without.
  args: ['--max-allowed-packet=1G'],
});

async function bringBackHugeDocument({ server, database }: Scene): Promise<void> {
  const sizes = [...smallSizes, 40 * MB];
  const expected = await expectedState(server, `${database}_control`, sizes);
  const { file, bad } = await work(server, database, 'in a rush', sizes);
  // The replay finds the server with its default settings.
  await server.restart({ args: [] });

  const [older, newer] = bad.map(({ position }) => ({
    startPosition: position[0],
    stopPosition: position[1],
  }));
  await undo(server, [file], newer, { bySql: { left: 'has no huge document' } });
  // 40 MB are 54 MB of base64: MySQL 9.7 takes 64 MiB by default, MySQL 5.6 4 MiB and MariaDB 16 MiB.
  const { outputs, plan } = await undo(server, [file], older, {
    hugeRow: server.id !== 'mysql-9.7',
    // In SQL text a byte is two letters, and a condition on the whole row has it once more.
    bySql: ['mysql-9.7', 'mariadb-11.8'].includes(server.id)
      ? { hugeRow: true, once: 'texts of a hundred megabytes' }
      : { left: 'texts of a hundred megabytes, on one server of each family' },
  });
  expect(await stateOf(server, database)).toEqual(expected);
  expect(plan.rows).toBe(rowsOf(sizes.length));
  // The undo carries the very bytes.
  expect((await readFile(outputs[0]!)).includes(document(40 * MB))).toBe(true);
}
