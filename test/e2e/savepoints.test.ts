/**
 * What ROLLBACK TO SAVEPOINT took back. MySQL cuts it out of the log; MariaDB does so as well, unless
 * something in the transaction cannot be taken back: then the rows stay, and ROLLBACK TO follows them.
 */
import { expect } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { type ServerId, serverIds } from '../servers/index.ts';
import { chapters } from './chapters.ts';
import { eachServer, expectUndone, fingerprint, logged, type Scene, undo } from './support.ts';

const mariadbs: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];
/** With GTIDs, its default, MySQL 9.7 refuses transactions that mix engines: error 1785. */
const withoutGtids = ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'];

function eachMixingServer(name: string, story: (scene: Scene) => Promise<void>): void {
  eachServer(name, story, { servers: serverIds.filter((id) => id !== 'mysql-9.7') });
  eachServer(name, story, { servers: ['mysql-9.7'], args: withoutGtids });
}

/** Tables t and u with transactions, m without, and a trigger from `watched` to m. */
const tables = (engine: string): string => `
  CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); CREATE TABLE u LIKE t; CREATE TABLE watched LIKE t;
  CREATE TABLE bag (v VARCHAR(20)); CREATE TABLE m (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20)) ENGINE=${engine};
  CREATE TRIGGER watch AFTER INSERT ON watched FOR EACH ROW INSERT INTO m (v) VALUES (NEW.v);
  INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO u SELECT * FROM t; INSERT INTO m SELECT * FROM t;
  INSERT INTO bag SELECT v FROM t`;

/** Changes a row, whatever it was before: what changes nothing is not logged. */
const set = (value: string, id: number, table = 't'): string =>
  `UPDATE ${table} SET v = LEFT(SHA2(CONCAT(v, '${value}'), 256), 9) WHERE id = ${id};`;
const m = "INSERT INTO m (v) VALUES ('m');";
const temporary = 'CREATE TEMPORARY TABLE tmp (id INT) ENGINE=InnoDB;';

/** Inside BEGIN and COMMIT. */
const transactions: Record<string, string> = {
  'nothing taken back': `${set('1', 1)} SAVEPOINT a; ${set('2', 2)} RELEASE SAVEPOINT a; ${m}`,
  'the other engine after the savepoint': `${set('1', 1)} SAVEPOINT a; ${set('2', 2)} ${m} ROLLBACK TO SAVEPOINT a; ${set('3', 3)}`,
  'the other engine before it': `${m} ${set('1', 1)} SAVEPOINT a; ${set('2', 2)} DELETE FROM u; ROLLBACK TO a; ${set('3', 3)}`,
  'the other engine alone': `${set('1', 1)} SAVEPOINT a; ${m} UPDATE m SET v = 'q'; ROLLBACK TO a; DELETE FROM m WHERE id = 1;`,
  'a table without a key': `${m} UPDATE bag SET v = 'x' LIMIT 1; SAVEPOINT a; UPDATE bag SET v = 'y'; DELETE FROM bag LIMIT 2; ROLLBACK TO a;
     UPDATE bag SET v = 'z' WHERE v = 'x'`,
  nested: `${set('1', 1)} SAVEPOINT a; ${set('2', 2)} SAVEPOINT b; ${m} ${set('3', 3)} ROLLBACK TO b; RELEASE SAVEPOINT b;
     INSERT INTO t VALUES (14, '4'); ROLLBACK TO a; INSERT INTO t VALUES (15, '5')`,
  'an outer one, twice': `${m} ${set('1', 1)} SAVEPOINT a; SAVEPOINT b; ${set('2', 2)} SAVEPOINT c; ${set('3', 3)} RELEASE SAVEPOINT b; ${m}
     ${set('u', 1, 'u')} ROLLBACK TO a; ROLLBACK TO a; ${set('end', 2, 'u')}`,
  'the same name again, in another case': `${m} ${set('1', 1)} SAVEPOINT a; ${set('2', 2)} SAVEPOINT A; ${set('3', 3)} ${m} ROLLBACK TO a; INSERT INTO t VALUES (25, '5')`,
  'a released name again': `${m} ${set('1', 1)} SAVEPOINT a; ${set('2', 2)} SAVEPOINT b; ${set('3', 3)} RELEASE SAVEPOINT b; SAVEPOINT b;
     INSERT INTO t VALUES (34, '4'); ${m} ROLLBACK TO b`,
  'one statement over both engines': `${set('1', 1)} SAVEPOINT a; UPDATE t, m SET t.v = 'both', m.v = 'both' WHERE t.id = m.id; ROLLBACK TO a; ${set('3', 3)}`,
  'a trigger': `${set('1', 1)} SAVEPOINT a; INSERT INTO watched VALUES (1, 'w'), (2, 'w'); ${set('2', 2)} ROLLBACK TO a; ${set('3', 3)}`,
  'a procedure': `${m} ${set('1', 1)} SAVEPOINT a; ${set('2', 2, 'u')} CALL there_and_back(); ${set('end', 1)} ROLLBACK TO a; ${set('end', 3, 'u')}`,
  'a function that goes back itself over both engines': `${set('1', 1)} SELECT change_both_and_back(); ${set('end', 1)}`,
  'a function that goes back itself': `${m} ${set('1', 1)} SAVEPOINT a; ${set('2', 2, 'u')} SELECT there_and_back(); ${set('end', 1)}`,
  'a function': `${m} ${set('1', 1)} SAVEPOINT a; ${set('2', 2, 'u')} SELECT there(); ROLLBACK TO a; ${set('end', 1)}`,
  'a temporary table made after the savepoint': `${set('1', 1)} SAVEPOINT a; ${temporary} ${set('2', 2)} ROLLBACK TO a; ${set('3', 3)}`,
  'a temporary table made before it': `${set('1', 1)} ${temporary} SAVEPOINT a; ${set('2', 2)} ROLLBACK TO a; DROP TEMPORARY TABLE tmp; ${set('3', 3)}`,
  'names that need quotes': `${m} ${set('1', 1)} SAVEPOINT \`we\`\`ird; name'\`; ${set('2', 2)} ROLLBACK WORK TO SAVEPOINT \`we\`\`ird; name'\`;
     SAVEPOINT \`a\\nb "c\`; ${set('2', 2)} SET sql_mode = 'ANSI_QUOTES'; ROLLBACK TO "a\\nb ""c"; SAVEPOINT "select"; ${set('3', 3)} SET sql_mode = '';
     rollback /* x */ to \`SELECT\`; SAVEPOINT Ünï; ${set('3', 3)} ROLLBACK TO ÜNÏ; SAVEPOINT \`Ж\`; ${set('3', 3)} ROLLBACK TO \`ж\`; ${set('end', 3)}`,
  'names without quotes': `SET sql_quote_show_create = 0; ${m} ${set('1', 1)} SAVEPOINT plain; ${set('2', 2)} ROLLBACK TO PLAIN; SAVEPOINT \`two words\`;
     ${set('2', 2)} ROLLBACK TO \`two words\`; SAVEPOINT \`select\`; ${set('2', 2)} ROLLBACK TO \`select\`; ${set('end', 3)}`,
  // The last one, for it moves the rows.
  'rows that come and go': `${m} DELETE FROM t WHERE id = 1; SAVEPOINT a; INSERT INTO t VALUES (1, 'new'); UPDATE t SET id = id + 1 ORDER BY id DESC;
     ROLLBACK TO a; INSERT INTO t VALUES (1, 'newer'); SAVEPOINT a; DELETE FROM t; ROLLBACK TO a; UPDATE t SET id = id + 10 ORDER BY id DESC`,
};

const routines = `SET GLOBAL log_bin_trust_function_creators = ON;
DELIMITER //
CREATE PROCEDURE there_and_back() BEGIN SAVEPOINT a; ${set('inner', 2)} ROLLBACK TO a; ${set('kept', 3)} END//
CREATE FUNCTION there() RETURNS INT MODIFIES SQL DATA BEGIN SAVEPOINT a; ${set('inner', 3)} RETURN 1; END//
CREATE FUNCTION there_and_back() RETURNS INT MODIFIES SQL DATA
  BEGIN SAVEPOINT a; ${set('inner', 2)} INSERT INTO t VALUES (50, 'gone'); ROLLBACK TO a; ${set('kept', 3)} RETURN 1; END//
CREATE FUNCTION change_both_and_back() RETURNS INT MODIFIES SQL DATA
  BEGIN ${m} ${set('2', 2)} SAVEPOINT a; INSERT INTO t VALUES (50, 'gone'); ${m} ROLLBACK TO a; ${set('kept', 3)} RETURN 1; END//
DELIMITER ;`;

const transaction = (inside: string): string =>
  `BEGIN; ${inside}; COMMIT; DROP TEMPORARY TABLE IF EXISTS tmp;`;

/** Those in which ROLLBACK TO may mean one of two savepoints: a later one may be a function's own, and is here. */
const reusing: readonly string[] = [
  'the same name again, in another case',
  'a released name again',
  'a procedure',

  'rows that come and go',
];

/** All of them in one log, but for those that are refused. */
async function tellOfEngine(scene: Scene, engine: string): Promise<void> {
  const { server, database } = scene;
  await server.sql(`${tables(engine)};\n${routines}`, database);
  const keepsRows = server.flavour === 'mariadb' && engine !== 'InnoDB';
  const refused = keepsRows ? reusing : [];
  const names = Object.keys(transactions).filter((name) => !refused.includes(name));
  await expectUndone(scene, names.map((name) => transaction(transactions[name]!)).join('\n'));
  for (const name of refused) {
    const file = await logged(server, transaction(transactions[name]!), database);
    await expect(rewrite({ inputs: [file], output: `${file}.undo` }), name).rejects.toMatchObject({
      code: 'ROLLED_BACK',
      file,
    });
  }
}

eachMixingServer('around changes of MyISAM', (scene) => tellOfEngine(scene, 'MyISAM'));

for (const engine of ['Aria TRANSACTIONAL=0', 'MEMORY']) {
  eachServer(`around changes of ${engine}`, (scene) => tellOfEngine(scene, engine), { servers: mariadbs });
}

eachServer(
  'before changes of Aria TRANSACTIONAL=1, which lets nobody set one behind',
  async (scene) => {
    await scene.server.sql(tables('Aria TRANSACTIONAL=1'), scene.database);
    for (const what of [
      'the other engine after the savepoint',
      'one statement over both engines',
      'a trigger',
    ])
      await expectUndone(scene, transaction(transactions[what]!));
  },
  { servers: mariadbs },
);

eachServer('among tables with transactions', (scene) => tellOfEngine(scene, 'InnoDB'));

eachMixingServer('a savepoint before the first change', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables('MyISAM'), database);
  const before = await fingerprint(server, database);
  for (const [engine, damage] of [
    ['InnoDB', transaction(`SAVEPOINT a; ${set('2', 2)} ROLLBACK TO a; ${set('3', 3)}`)],
    ['both', transaction(`SAVEPOINT a; ${set('2', 2)} ${m} ROLLBACK TO a; ${set('3', 3)}`)],
    ['both', transaction(`SAVEPOINT a; ${set('2', 2)} ${m} ROLLBACK TO a`)],
    [
      'both, and the savepoint in the log',
      transaction(`${m} SAVEPOINT a; ${set('2', 2)} ROLLBACK TO a; ${set('3', 3)}`),
    ],
  ] as const) {
    const file = await logged(server, damage, database);
    // MariaDB ends the group with ROLLBACK there, as if the whole transaction had been rolled back.
    if (server.flavour === 'mariadb' && engine === 'both') {
      await expect(rewrite({ inputs: [file], output: `${file}.undo` }), damage).rejects.toMatchObject({
        code: 'ROLLED_BACK',
      });
    }
    await undo(server, [file], {}, { skip: ['rolled-back'] });
    expect(await fingerprint(server, database), damage).toEqual(before);
  }
});

eachMixingServer('inside a transaction that is rolled back', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables('MyISAM'), database);
  const before = await fingerprint(server, database);
  const back = `${set('1', 1)} SAVEPOINT a; ${set('2', 2)} ROLLBACK TO a; ${set('3', 3)} ROLLBACK;`;
  const file = await logged(
    server,
    `BEGIN; ${m} ${back} BEGIN; ${temporary} ${back} ${set('end', 1)}`,
    database,
  );
  const { plan } = await undo(server, [file], {}, { skip: ['rolled-back'] });
  // MariaDB logs the transaction with the temporary table all the same.
  expect(plan.skipped).toHaveLength(server.flavour === 'mariadb' ? 1 : 0);
  expect(await fingerprint(server, database)).toEqual(before);
});

// To MySQL and MariaDB 10 names that differ by accents are one, to MariaDB 11.8 they are two.
eachServer(
  'names that may be the same are refused, and nothing else is',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables('MyISAM'), database);
    const before = await fingerprint(server, database);
    const texts = [
      set('before', 1, 'u'),
      transaction(
        `${m} ${set('1', 1)} SAVEPOINT e; ${set('2', 2)} SAVEPOINT \`é\`; ${set('3', 3)} ROLLBACK TO e`,
      ),
      transaction(`${m} SAVEPOINT e; ${set('after', 2, 'u')} SAVEPOINT f; ${set('x', 3, 'u')} ROLLBACK TO F`),
    ];
    const { files, chapters: all } = await chapters(scene, ...texts);
    const refused = rewrite({ inputs: files, output: `${files[0]}.undo` });
    await expect(refused).rejects.toMatchObject({ code: 'ROLLED_BACK', file: files[0] });
    await expect(refused).rejects.toThrow('"ROLLBACK TO `e`" takes back rows of a selected transaction');
    await undo(server, files, { startPosition: all[2]!.start });
    await undo(server, files, { stopPosition: all[1]!.start });
    await undo(server, files, { tables: [`${database}.m`], stopPosition: all[2]!.start });
    await server.sql("UPDATE t SET v = ELT(id, 'a', 'b', 'c')", database);
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: mariadbs },
);

eachServer(
  'selected by table, by kind and by position inside the transaction',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables('MyISAM'), database);
    const damage = transaction(
      `${set('1', 1)} ${set('1', 1, 'u')} ${temporary} SAVEPOINT a; DELETE FROM t; INSERT INTO u VALUES (4, 'd'); ROLLBACK TO a;
       DELETE FROM u WHERE id = 2; INSERT INTO t VALUES (5, 'e')`,
    );
    const before = await fingerprint(server, database);
    const file = await logged(server, damage, database);
    const events = await server.sql(`SHOW BINLOG EVENTS IN '${file.split('/').at(-1)}'`);
    const [, rollbackTo] = /^\S+\t(\d+)\tQuery\t.*ROLLBACK TO/m.exec(events)!;
    const rowsOf = async (select: object): Promise<number> =>
      (await rewrite({ inputs: [file], select })).plan.rows;
    expect(await rowsOf({})).toBe(4);
    expect(await rowsOf({ tables: [`${database}.t`] })).toBe(2);
    expect(await rowsOf({ types: ['delete'] })).toBe(1);
    expect(await rowsOf({ types: ['update'] })).toBe(2);
    // Behind a stop position the transaction is read to its end, to know what was taken back.
    expect(await rowsOf({ stopPosition: Number(rollbackTo) })).toBe(2);
    expect(await rowsOf({ startPosition: Number(rollbackTo) })).toBe(2);
    await undo(server, [file], { startPosition: Number(rollbackTo) });
    await undo(server, [file], { stopPosition: Number(rollbackTo) });
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: mariadbs }, // the others have no such rows in the log
);

eachServer(
  'a savepoint inside a function or trigger is not taken for that of the transaction',
  async (scene) => {
    const { server, database } = scene;
    const both = `${m} ${set('2', 2)} SAVEPOINT a; ${set('3', 3)}`;
    await server.sql(
      `${tables('MyISAM')}; SET GLOBAL log_bin_trust_function_creators = ON;
DELIMITER //
CREATE FUNCTION f() RETURNS INT MODIFIES SQL DATA BEGIN ${both} RETURN 1; END//
CREATE TRIGGER tr AFTER INSERT ON u FOR EACH ROW BEGIN ${both} END//
DELIMITER ;`,
      database,
    );
    for (const call of ['SELECT f()', "INSERT INTO u VALUES (90, 'u')"]) {
      const damage = `${set('1', 1)} SAVEPOINT a; ${set('3', 3)} ${call}; ROLLBACK TO a; ${set('end', 1)}`;
      const file = await logged(server, transaction(damage), database);
      await expect(rewrite({ inputs: [file], output: `${file}.undo` }), call).rejects.toMatchObject({
        code: 'ROLLED_BACK',
      });
    }
  },
  { servers: mariadbs },
);
