/**
 * XA transactions. MySQL 5.7 and later and MariaDB 10.5 and later log them when they are prepared; they take
 * effect with an XA COMMIT that may stand anywhere behind.
 */
import { expect } from 'vitest';
import {
  type BinflashError,
  type ErrorCode,
  rewrite,
  type Selection,
  type Skippable,
} from '../../src/index.ts';
import { serverIds } from '../servers/index.ts';
import { type Chapter, chapters, NEXT_FILE, RESTART } from './chapters.ts';
import { eachServer, expectUndone, fingerprint, undo } from './support.ts';

const servers = serverIds.filter((id) => id !== 'mysql-5.6');

const tables = `
  CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); CREATE TABLE u LIKE t; CREATE TABLE w LIKE t;
  CREATE TABLE m (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=MyISAM;
  INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO u SELECT * FROM t; INSERT INTO w SELECT * FROM t;
  INSERT INTO m SELECT * FROM t`;

const work = (xid: string, table = 't'): string =>
  `XA START ${xid}; UPDATE ${table} SET v = 'xa' WHERE id = 1; INSERT INTO ${table} VALUES (9, 'n');
   DELETE FROM ${table} WHERE id = 2; XA END ${xid}; `;

/** Before and after the transaction, which changes table t alone. */
const around = (...texts: readonly string[]): string[] => [
  "UPDATE u SET v = 'before'",
  ...texts,
  "DELETE FROM w WHERE id = 3; INSERT INTO w VALUES (7, 'after')",
];

const endings: Record<string, readonly string[]> = {
  'in one phase': [`${work("'x'")} XA COMMIT 'x' ONE PHASE`],
  'in two phases': [`${work("'g', 'b', 3")} XA PREPARE 'g', 'b', 3; XA COMMIT 'g', 'b', 3`],
  'by another connection': [`${work("'g'")} XA PREPARE 'g'`, "UPDATE w SET v = 'between'", "XA COMMIT 'g'"],
};

/** Selections of the transaction alone, each with that of the rest. */
function waysToSelect(
  database: string,
  rows: Chapter,
  decision: Chapter,
): [alone: Selection, rest: Selection][] {
  const t = [`${database}.t`];
  const byGtid = (gtid: string): [Selection, Selection] => [
    { includeGtids: [gtid] },
    { excludeGtids: [gtid] },
  ];
  return [
    byGtid(rows.gtids[0]!),
    byGtid(decision.gtids.at(-1)!),
    [{ tables: t }, { excludeTables: t }],
    // Where it took effect, which may be behind its rows.
    [{ startPosition: decision.start, stopPosition: decision.end }, { excludeTables: t }],
  ];
}

for (const [how, texts] of Object.entries(endings)) {
  eachServer(
    `committed ${how}: undone wholly, alone, or left out`,
    async (scene) => {
      const { server, database } = scene;
      await server.sql(tables, database);
      const t = `${database}.t`;
      const before = await fingerprint(server, database);
      const { plan } = await undo(server, (await chapters(scene, ...around(...texts))).files);
      expect(plan.skipped).toEqual([]);
      expect(await fingerprint(server, database)).toEqual(before);

      const { files, chapters: all } = await chapters(scene, ...around(...texts));
      const damaged = await fingerprint(server, database);
      const ways = waysToSelect(database, all[1]!, all[texts.length]!);
      for (const [alone, rest] of ways) {
        const { plan: one } = await rewrite({ inputs: files, select: alone });
        expect(one).toMatchObject({ transactions: 1, rows: 3, tables: [{ table: t }] });
        const { plan: others } = await rewrite({ inputs: files, select: rest });
        expect(others.tables.map(({ table }) => table)).not.toContain(t);
      }
      await undo(server, files, ways[1]![0]);
      expect(await fingerprint(server, database)).toEqual({ ...damaged, [t]: before[t] });
      await undo(server, files, ways[0]![1]);
      expect(await fingerprint(server, database)).toEqual(before);
    },
    { servers },
  );
}

async function expectRefused(
  files: readonly string[],
  select: Selection,
  code: ErrorCode,
  place: { file: string; start: number },
  says: string,
): Promise<void> {
  const refused = rewrite({ inputs: files, output: `${files[0]}.undo`, select });
  await expect(refused, says).rejects.toMatchObject({ code, file: place.file });
  await expect(refused, says).rejects.toThrow(says);
  const { offset } = (await refused.catch((error: unknown) => error)) as BinflashError;
  expect(offset).toBeGreaterThanOrEqual(place.start);
}

eachServer('rolled back, before and after it was prepared', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const prepared = `${work("'g'")} XA PREPARE 'g'; XA ROLLBACK 'g'`;
  const unprepared = `${work("'h'")} XA ROLLBACK 'h'`;
  const { plan } = await expectUndone(scene, around(prepared, unprepared).join(';'));
  expect(plan.tables.map(({ table }) => table)).toEqual([`${database}.u`, `${database}.w`]);
  if (server.id === 'mysql-5.6') return; // no GTIDs
  const before = await fingerprint(server, database);
  const { files, chapters: all } = await chapters(scene, ...around(prepared));
  expect(all[1]!.gtids).toHaveLength(2);
  for (const gtid of all[1]!.gtids) {
    const nothing = rewrite({ inputs: files, select: { includeGtids: [gtid] } });
    await expect(nothing).rejects.toMatchObject({ code: 'NO_MATCH' });
  }
  await undo(server, files, { excludeGtids: all[1]!.gtids });
  expect(await fingerprint(server, database)).toEqual(before);
});

eachServer(
  'never decided: refused, and can be left out',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    const texts = around(`${work("'g'")} XA PREPARE 'g'`);
    const { files, chapters: all } = await chapters(scene, ...texts);
    const xa = all[1]!;
    const says = 'was prepared, but what was read holds neither its XA COMMIT nor its XA ROLLBACK';
    await expectRefused(files, {}, 'UNFINISHED', xa, says);
    await expectRefused(files, { includeGtids: [xa.gtids[0]!] }, 'UNFINISHED', xa, says);
    await expectRefused(files, { startPosition: xa.start, stopPosition: xa.end }, 'UNFINISHED', xa, says);
    const { plan } = await undo(server, files, {}, { skip: ['prepared'] });
    expect(plan.skipped).toEqual([expect.stringContaining(`${files[0]}:${xa.start}`)]);
    expect(await fingerprint(server, database)).toEqual(before);
    await server.sql(texts.slice(-1)[0]!, database);
    await undo(server, files, { startPosition: all[2]!.start });
    await server.sql("XA ROLLBACK 'g'", database);
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers },
);

for (const [what, ...gap] of [
  ['in the next file', NEXT_FILE, "UPDATE w SET v = 'between'"],
  ['after a restart', "UPDATE w SET v = 'between'", RESTART],
] as const) {
  eachServer(
    `decided ${what}`,
    async (scene) => {
      const { server, database } = scene;
      await server.sql(tables, database);
      const before = await fingerprint(server, database);
      const skip: Skippable[] = ['prepared'];
      for (const decision of ['COMMIT', 'ROLLBACK']) {
        const texts = around(`${work("'g'")} XA PREPARE 'g'`, ...gap, `XA ${decision} 'g'`);
        const { files, chapters: all } = await chapters(scene, ...texts);
        const [first, second] = files as [string, string];
        const damaged = await fingerprint(server, database);
        await expectRefused(
          [first],
          {},
          'UNFINISHED',
          all[1]!,
          'holds neither its XA COMMIT nor its XA ROLLBACK',
        );
        // The file of the decision alone: an XA COMMIT brings changes that it does not hold.
        if (decision === 'COMMIT') {
          const says = "XA COMMIT X'67',X'',1\" commits changes that were prepared in an earlier file";
          await expectRefused([second], {}, 'UNFINISHED', all[3]!, says);
        }
        const { plan } = await undo(server, [second], {}, decision === 'COMMIT' ? { skip } : {});
        expect(plan.skipped).toHaveLength(decision === 'COMMIT' ? 1 : 0);
        await undo(server, [await server.closeBinlog()]);
        expect(await fingerprint(server, database)).toEqual(damaged);
        await undo(server, [second, first]);
        expect(await fingerprint(server, database)).toEqual(before);
      }
    },
    { servers },
  );
}

eachServer(
  'several at a time, decided in another order, with DDL between',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    const texts = [
      `${work("'one'", 't')} XA PREPARE 'one'`,
      `${work("'two', 'one'", 'u')} XA PREPARE 'two', 'one'`,
      "INSERT INTO m VALUES (77, 'between'); CREATE TABLE made (id INT)",
      `${work("'one', 'two', 2", 'w')} XA PREPARE 'one', 'two', 2`,
      "XA COMMIT 'two', 'one'",
      "XA ROLLBACK 'one', 'two', 2; UPDATE w SET v = 'since'",
      "XA COMMIT 'one'; UPDATE t SET v = 'later'; DROP TABLE made",
    ];
    const { files } = await chapters(scene, ...texts);
    // The dropped table cannot come back.
    const changed = ['w', 't', 'm', 'u'].map((table) => `${database}.${table}`);
    await undo(server, files, { tables: changed });
    expect(await fingerprint(server, database)).toEqual(before);
    const again = await chapters(scene, ...texts);
    for (const table of changed) await undo(server, again.files, { tables: [table] });
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers },
);

eachServer('the same XID again and again', async (scene) => {
  await scene.server.sql(tables, scene.database);
  const again = (statement: string, ending: string): string =>
    `XA START 'g'; ${statement}; XA END 'g'; XA PREPARE 'g'; XA ${ending} 'g';`;
  await expectUndone(
    scene,
    [
      again("UPDATE t SET v = 'one'", 'COMMIT'),
      again('DELETE FROM t', 'ROLLBACK'),
      again("UPDATE t SET v = 'two', id = id + 10", 'COMMIT'),
      again('DELETE FROM t WHERE id = 11', 'COMMIT'),
      again('INSERT INTO t SELECT id + 50, v FROM t', 'ROLLBACK'),
      again('INSERT INTO t SELECT id + 70, v FROM t', 'COMMIT'),
    ].join(''),
  );
});

const long = `'${'g'.repeat(64)}', '${'b'.repeat(64)}', 2147483647`;
const mysqlOnly = ["'', ''", "X'ff', X'00', 4294967295"]; // MariaDB refuses both
eachServer('XIDs of any form', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const xids = ["X'00ff2761', 'b''q', 7", "'ä', ''", long, "'XA COMMIT'"];
  if (server.flavour === 'mysql') xids.push(...mysqlOnly);
  const each = xids.map(
    (xid, i) =>
      `XA BEGIN ${xid}; INSERT INTO t VALUES (${i + 10}, 'x'); XA END ${xid}; XA PREPARE ${xid}; xa commit ${xid};`,
  );
  // MariaDB finds a prepared one whatever the format id, and logs the true one.
  if (server.flavour === 'mariadb')
    each.push("XA START 'f', '', 5; DELETE FROM t; XA END 'f', '', 5; XA PREPARE 'f', '', 6; XA COMMIT 'f'");
  await expectUndone(scene, each.join(''));
});

const savepoint = `XA START 'g'; UPDATE t SET v = 'p' WHERE id = 1; SAVEPOINT a; UPDATE t SET v = 'q' WHERE id = 2;
  INSERT INTO m VALUES (70, 'm'); ROLLBACK TO a; UPDATE t SET v = 'r' WHERE id = 3; XA END 'g'; XA PREPARE 'g'; XA COMMIT 'g'`;
// With GTIDs, MySQL 9.7 refuses transactions that mix engines.
const withoutGtids = ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'];
for (const [ids, args] of [
  [servers.filter((id) => id !== 'mysql-9.7'), []],
  [['mysql-9.7'], withoutGtids],
] as const) {
  eachServer(
    'with changes that cannot be rolled back, and a savepoint',
    async (scene) => {
      await scene.server.sql(tables, scene.database);
      await expectUndone(scene, savepoint);
      const { plan } = await expectUndone(scene, savepoint.replace('XA COMMIT', 'XA ROLLBACK'));
      expect(plan.tables.map(({ table }) => table)).toEqual([`${scene.database}.m`]);
      // Of MyISAM rows alone, MariaDB prepares an empty transaction beside them.
      const only = "XA START 'g'; INSERT INTO m VALUES (71, 'm'); XA END 'g'; XA PREPARE 'g'";
      await expectUndone(scene, `${only}; XA COMMIT 'g'; ${only.replace('71', '72')}; XA ROLLBACK 'g'`);
    },
    { servers: ids, args },
  );
}

eachServer(
  'changes by statement in an XA transaction are refused',
  async (scene) => {
    await scene.server.sql(tables, scene.database);
    const { files, chapters: all } = await chapters(
      scene,
      `SET SESSION binlog_format = STATEMENT; ${work("'g'")} XA PREPARE 'g'; XA COMMIT 'g'`,
    );
    await expectRefused(files, {}, 'STATEMENT', all[0]!, "UPDATE t SET v = 'xa' WHERE id = 1");
  },
  { servers },
);
