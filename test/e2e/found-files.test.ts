/**
 * A workload over dozens of binary logs, named as they are found: by their index, by a pattern with strangers, in reverse,
 * in part in archives, on standard input; with one missing, and one of another server in its place. One server of each
 * flavour: how files are named is no matter of versions.
 */
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { inspect, rewrite } from '../../src/index.ts';
import { plainPlan, zstd } from '../builder/zstd.ts';
import { binflash } from '../cli/run.ts';
import type { RunningServer } from '../servers/index.ts';
import { eachServer, fingerprint, makeUndo, replayUndo } from './support.ts';

const TRANSACTIONS = 40;

/** Moves keys, so that transactions can only be turned back in exactly reverse order. */
const step = (i: number): string => `
  BEGIN;
  UPDATE move SET id = id + 1 ORDER BY id DESC;
  INSERT INTO move VALUES (1, REPEAT('${i % 10}', ${300 + i}));
  DELETE FROM move WHERE id > 5;
  COMMIT;`;

/** Copies the logs of a workload into a folder, some of them packed; answers their paths, the oldest first. */
async function collect(server: RunningServer, logs: readonly string[]): Promise<string[]> {
  const folder = join(dirname(server.binlogFolder), `found-${basename(logs[0]!)}`);
  await mkdir(folder);
  await writeFile(join(folder, 'binlog.idx'), 'of another program');
  return Promise.all(
    logs.map(async (log, i) => {
      const path = join(folder, basename(log));
      if (i % 3 > 0) await copyFile(log, path);
      else if (i % 2 > 0) await writeFile(`${path}.gz`, gzipSync(await readFile(log)));
      else await writeFile(`${path}.zst`, zstd(await readFile(log), { ...plainPlan, blocks: [1000] }));
      return i % 3 > 0 ? path : i % 2 > 0 ? `${path}.gz` : `${path}.zst`;
    }),
  );
}

eachServer(
  'finds the logs of a workload however they are named, and a hole or a stranger among them',
  async ({ server, database }) => {
    await server.sql('CREATE TABLE move (id INT PRIMARY KEY, body TEXT) ENGINE=InnoDB;', database);
    const before = await fingerprint(server, database);
    const earlier = new Set(await server.binlogs());
    await server.closeBinlog();
    await server.sql(Array.from({ length: TRANSACTIONS }, (_, i) => step(i)).join(''), database);
    await server.closeBinlog();
    const logs = (await server.binlogs()).slice(0, -1).filter((log) => !earlier.has(log));
    expect(logs.length).toBeGreaterThan(24);
    const paths = await collect(server, logs);
    const folder = dirname(paths[0]!);
    const index = join(folder, 'binlog.index');
    await writeFile(index, paths.map((path) => `./${basename(path)}\r\n`).join(''));

    const undos: Buffer[] = [];
    const warnings: string[] = [];
    for (const inputs of [[index], [join(folder, 'binlog.*')], [folder], paths.toReversed()]) {
      const output = join(dirname(folder), 'undo.binlog');
      await rewrite({ inputs, output, force: true, onWarning: (warning) => warnings.push(warning) });
      undos.push(await readFile(output));
    }
    for (const bytes of undos) expect(bytes.equals(undos[0]!)).toBe(true);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^binlog\.idx, binlog\.index of .* are no binary logs/);

    const whole = gzipSync(Buffer.concat(await Promise.all(logs.map((log) => readFile(log)))));
    const streamed = await binflash(['rewrite', '-', '-q', '-o', '-'], {}, whole);
    expect(streamed).toMatchObject({ code: 0, stderr: '' });
    expect(streamed.stdout.equals(undos[0]!)).toBe(true);

    const result = await makeUndo(server, [index], { databases: [database] });
    expect(result.plan).toMatchObject({ transactions: TRANSACTIONS });
    await replayUndo(server, result);
    expect(await fingerprint(server, database)).toEqual(before);

    const middle = paths.length >> 1;
    await rename(paths[middle]!, join(dirname(folder), 'gone'));
    await expect(inspect([index])).rejects.toMatchObject({ code: 'IO', file: paths[middle]! });
    await expect(inspect([join(folder, 'binlog.0*')])).rejects.toMatchObject({
      code: 'GAP',
      file: paths[middle + 1]!,
    });
    const place = join(folder, basename(logs[middle]!));
    for (const foreign of ['mysql-9.7', 'mysql-5.6', 'mariadb-11.8', 'mariadb-10.5']) {
      await copyFile(fixture(foreign), place);
      await expect(inspect([join(folder, 'binlog.0*')]), foreign).rejects.toMatchObject({
        code: expect.stringMatching(/^(GAP|UNSUPPORTED)$/),
        file: expect.stringMatching(`${basename(place)}|${basename(paths[middle + 1]!)}`),
      });
    }
    await rm(folder, { recursive: true });
  },
  { servers: ['mysql-9.7', 'mariadb-11.8'], args: ['--max-binlog-size=4096'] },
);

const fixture = (server: string): string =>
  fileURLToPath(new URL(`../../fixtures/${server}/order.binlog`, import.meta.url));
