/** Selection by GTID, whatever kinds of them a server gives; and DDL that MariaDB logs in two phases. */
import { expect } from 'vitest';
import { rewrite, type Selection } from '../../src/index.ts';
import type { ServerId } from '../servers/index.ts';
import { chapters } from './chapters.ts';
import { eachServer, fingerprint, type Scene, undo } from './support.ts';

const mariadbs: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

/** One row of t is one chapter's: each sets its own. */
const chapterOf = (before: string, i: number, after = ''): string =>
  `${before} BEGIN; UPDATE t SET v = 'changed' WHERE id = ${i}; COMMIT; ${after}`;

async function createRows({ server, database }: Scene, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => `(${i}, 'v${i}')`);
  await server.sql(
    `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO t VALUES ${rows.join(', ')}`,
    database,
  );
}

/** Undoes what is selected, and expects the rows of these chapters, and no others, to be as they were. */
async function expectSelected(
  { server, database }: Scene,
  files: readonly string[],
  select: Selection,
  expected: readonly number[],
): Promise<void> {
  await undo(server, files, select, {
    bySql: { once: 'what is selected is told before any text is written' },
  });
  const undone = await server.sql("SELECT id FROM t WHERE v LIKE 'v%' ORDER BY id", database);
  expect(undone.split('\n').filter(Boolean).map(Number), JSON.stringify(select)).toEqual(expected);
  await server.sql("UPDATE t SET v = 'changed'", database);
}

eachServer(
  'tagged GTIDs',
  async (scene) => {
    const { server, database } = scene;
    await createRows(scene, 9);
    const before = await fingerprint(server, database);
    const tag = (name: string): string => `SET gtid_next = 'AUTOMATIC:${name}';`;
    const compressed = 'SET binlog_transaction_compression = ON;';
    const own = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
    const { files, chapters: all } = await chapters(
      scene,
      chapterOf('', 0),
      chapterOf(tag('shop'), 1),
      chapterOf(tag('shop') + compressed, 2),
      chapterOf(tag(`_${'x'.repeat(31)}`), 3),
      chapterOf(`SET gtid_next = '${own}:Mine:7';`, 4, "SET gtid_next = 'AUTOMATIC';"),
      chapterOf(`SET gtid_next = '${own}:8';`, 5, "SET gtid_next = 'AUTOMATIC';"),
      `${tag('xa')} XA START 'x'; UPDATE t SET v = 'changed' WHERE id = 6; XA END 'x'; XA PREPARE 'x';
       SET gtid_next = 'AUTOMATIC'; XA COMMIT 'x'`,
      chapterOf(`${tag('shop')} CREATE TABLE made (id INT);`, 7),
      chapterOf('', 8),
    );
    const gtids = all.map((chapter) => [...chapter.gtids]);
    expect(gtids.map((each) => each.length)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 1]);
    const uuid = gtids[0]![0]!.slice(0, 36);
    expect([gtids[1], gtids[2], gtids[7]]).toEqual([
      [`${uuid}:shop:1`],
      [`${uuid}:shop:2`],
      [`${uuid}:shop:3`, `${uuid}:shop:4`],
    ]);
    await expectSelected(scene, files, {}, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // That of a CREATE TABLE holds no rows.
    gtids[7]!.shift();
    for (const [i, each] of gtids.entries())
      for (const gtid of each) await expectSelected(scene, files, { includeGtids: [gtid] }, [i]);
    await expectSelected(scene, files, { includeGtids: [`${uuid}:shop:1-2`] }, [1, 2]);
    await expectSelected(
      scene,
      files,
      { includeGtids: [`${uuid.toUpperCase()}:SHOP:1:4:xa:1-9`, `${own}:1-100`] },
      [1, 5, 6, 7],
    );
    // Numbers without a tag are none of the tagged ones, and the other way round.
    await expectSelected(scene, files, { includeGtids: [`${uuid}:1-1000000`] }, [0, 6, 8]);
    await expectSelected(
      scene,
      files,
      { excludeGtids: [`${uuid}:1-1000000:shop:2`, `${own}:mine:7`] },
      [1, 3, 5, 7],
    );
    await undo(server, files);
    expect((await fingerprint(server, database))[`${database}.t`]).toEqual(before[`${database}.t`]);
  },
  { servers: ['mysql-9.7'] }, // MySQL has them since 8.3
);

eachServer(
  'domains and server ids',
  async (scene) => {
    await createRows(scene, 6);
    const { files, chapters: all } = await chapters(
      scene,
      chapterOf('', 0),
      chapterOf('SET gtid_domain_id = 7;', 1),
      chapterOf('SET server_id = 99;', 2),
      chapterOf('SET gtid_domain_id = 7, gtid_seq_no = 500;', 3),
      chapterOf(
        'SET gtid_domain_id = 4294967295, server_id = 4294967295, gtid_seq_no = 18446744073709551000;',
        4,
      ),
      chapterOf('', 5),
    );
    const gtids = all.map((chapter) => chapter.gtids[0]!);
    expect(gtids[3]).toBe('7-1-500');
    expect(gtids[4]).toBe('4294967295-4294967295-18446744073709551000');
    expect(gtids[2]).toMatch(/^0-99-/);
    for (const [i, gtid] of gtids.entries())
      await expectSelected(scene, files, { includeGtids: [gtid] }, [i]);
    await expectSelected(scene, files, { includeGtids: [`${gtids[1]},${gtids[3]}`, gtids[4]!] }, [1, 3, 4]);
    await expectSelected(scene, files, { excludeGtids: gtids.slice(1, 4) }, [0, 4, 5]);
    await expectSelected(scene, files, { serverIds: [99] }, [2]);
    await expectSelected(scene, files, {}, [0, 1, 2, 3, 4, 5]);
  },
  { servers: mariadbs },
);

// Both kinds of transaction in one file, as on the way from gtid_mode=OFF to ON.
eachServer(
  'anonymous transactions among those with GTIDs',
  async (scene) => {
    await createRows(scene, 4);
    const other = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
    const { files, chapters: all } = await chapters(
      scene,
      chapterOf("SET gtid_next = 'ANONYMOUS';", 0),
      chapterOf('', 1),
      chapterOf(`SET gtid_next = '${other}:23';`, 2, "SET gtid_next = 'AUTOMATIC';"),
      chapterOf("SET gtid_next = 'ANONYMOUS';", 3),
    );
    const uuid = all[1]!.gtids[0]!.slice(0, 36);
    await expectSelected(scene, files, { includeGtids: [`${uuid}:1-1000`] }, [1]);
    await expectSelected(scene, files, { includeGtids: [`${other}:20-30`] }, [2]);
    await expectSelected(scene, files, { excludeGtids: [`${uuid}:1-1000`] }, [0, 2, 3]);
    await expectSelected(scene, files, {}, [0, 1, 2, 3]);
  },
  { servers: ['mysql-9.7'], args: ['--gtid-mode=ON_PERMISSIVE'] },
);

eachServer(
  'GTIDs of MySQL 5.6',
  async (scene) => {
    await createRows(scene, 3);
    const { files, chapters: all } = await chapters(scene, ...[0, 1, 2].map((i) => chapterOf('', i)));
    const gtids = all.map((chapter) => chapter.gtids[0]!);
    await expectSelected(scene, files, { includeGtids: [gtids[1]!] }, [1]);
    await expectSelected(scene, files, { excludeGtids: [`${gtids[0]}-${gtids[1]!.slice(37)}`] }, [2]);
  },
  {
    servers: ['mysql-5.6'],
    args: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--log-slave-updates'],
  },
);

// MariaDB has it since 10.8. An ALTER that fails stands in the log as well, with its ROLLBACK ALTER.
eachServer(
  'ALTER TABLE in two phases, done or failed, is refused for its table alone',
  async (scene) => {
    const { server, database } = scene;
    await createRows(scene, 2);
    await server.sql(
      'CREATE TABLE other (id INT PRIMARY KEY, n INT); INSERT INTO other VALUES (1, 1), (2, 1)',
      database,
    );
    const [t, other] = [`${database}.t`, `${database}.other`];
    const before = await fingerprint(server, database);
    const twoPhases = (alter: string): string => `SET SESSION binlog_alter_two_phase = ON;
DELIMITER //
BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; ${alter}; END//
DELIMITER ;`;
    const { files, chapters: all } = await chapters(
      scene,
      chapterOf('INSERT INTO other VALUES (3, 3);', 0),
      twoPhases('ALTER TABLE other ADD UNIQUE (n)'),
      'UPDATE other SET n = n + 5',
      twoPhases('ALTER TABLE other ADD COLUMN w INT, ALGORITHM=COPY'),
      chapterOf('', 1),
    );
    expect([all[1]!.gtids.length, all[3]!.gtids.length]).toEqual([2, 2]);
    const refused = rewrite({ inputs: files, output: `${files[0]}.undo`, select: { tables: [other] } });
    await expect(refused).rejects.toMatchObject({ code: 'DDL', file: files[0] });
    await undo(server, files, { tables: [t] });
    expect((await fingerprint(server, database))[t]).toEqual(before[t]);
    await server.sql('ALTER TABLE other DROP COLUMN w', database);
    await undo(server, files, { tables: [other] }, { skip: ['ddl'] });
    expect((await fingerprint(server, database))[other]).toEqual(before[other]);
  },
  { servers: ['mariadb-10.11', 'mariadb-11.8'] },
);
