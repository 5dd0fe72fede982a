/** Logs of MySQL 5.1 and 5.5 and MariaDB 5.5, which no server here writes any more, replayed on those that followed. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { mariadb55, mysql51, mysql55, type Server } from '../builder/format.ts';
import { oldShop, oldShopSql } from '../builder/old-shop.ts';
import { type RunningServer, startServer } from '../servers/index.ts';
import { eachServer, expectProved, fingerprint, type Scene } from './support.ts';

interface Way extends Pick<Parameters<typeof rewrite>[0], 'rowsVersion' | 'checksum'> {
  /** Has the table columns of the old temporal types? */
  readonly temporals?: boolean;
  /** Where the undo is replayed; default: where mysqlbinlog is. */
  readonly target?: RunningServer;
}

/** Undoes the log of an old server, replays that, and then the undo of the undo. */
async function thereAndBack(
  { server, database }: Scene,
  old: Server,
  { temporals = true, target = server, ...options }: Way = {},
): Promise<void> {
  const sql = oldShopSql(temporals);
  const states = [];
  for (const make of [sql.before, sql.after]) {
    await target.sql(make, database);
    states.push(await fingerprint(target, database));
  }
  const folder = dirname(server.binlogFolder);
  const source = join(folder, 'old.000001');
  await writeFile(source, oldShop(old, `${database}.shop`, { temporals }));
  const undo = { inputs: [source], ...options, output: join(folder, 'undo'), force: true };
  const redo = { ...undo, inputs: [undo.output], output: join(folder, 'redo') };
  for (const [step, state] of [
    [undo, states[0]],
    [redo, states[1]],
  ] as const) {
    await expectProved(await rewrite(step), step);
    const { code, stdout, stderr } = await server.mysqlbinlog(['--verify-binlog-checksum', step.output]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // MariaDB's program sets a variable more than MySQL has.
    const text = stdout.toString('latin1').replaceAll(/, @@session\.check_constraint_checks=\d/g, '');
    await target.sql(Buffer.from(text, 'latin1'));
    expect(await fingerprint(target, database)).toEqual(state);
  }
}

// The mysqlbinlog beside MySQL 5.6 is one of 9.7, which reads no version 1.
eachServer(
  'MySQL 5.1 and 5.5, as they are, on MariaDB and on MySQL 5.6',
  async (scene) => {
    await thereAndBack(scene, mysql51);
    await thereAndBack(scene, mysql55);
    const target = await startServer('mysql-5.6');
    try {
      await target.sql(`CREATE DATABASE ${scene.database}`);
      await thereAndBack(scene, mysql51, { target });
      await thereAndBack(scene, mysql55, { target });
    } finally {
      await target.stop();
    }
  },
  { servers: ['mariadb-10.5'] },
);

eachServer(
  'MySQL 5.5, with rows events of version 2 and with checksums',
  async (scene) => {
    // MySQL 9.7 takes no rows with temporal columns of the old types, whoever writes them.
    const temporals = scene.server.id === 'mysql-5.6';
    await thereAndBack(scene, mysql55, { temporals, rowsVersion: 2 });
    await thereAndBack(scene, mysql55, { temporals, rowsVersion: 2, checksum: 'crc32' });
  },
  { servers: ['mysql-5.6', 'mysql-9.7'] },
);

eachServer(
  'MariaDB 5.5, as it is and with rows events of version 2',
  async (scene) => {
    await thereAndBack(scene, mariadb55, {});
    await thereAndBack(scene, mariadb55, { rowsVersion: 2 });
  },
  { servers: ['mariadb-10.5'] },
);
