import { copyFile, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ServerId, startServer } from '../test/servers/index.ts';

/** The table of the workload. */
export const ORDERS = `CREATE TABLE bench.orders (
    id INT NOT NULL PRIMARY KEY,
    customer BIGINT NOT NULL,
    status TINYINT NOT NULL,
    reference CHAR(12) NOT NULL,
    amount DECIMAL(12,2) NOT NULL,
    created DATETIME(3) NOT NULL,
    weight DOUBLE NOT NULL,
    note VARCHAR(100) NOT NULL,
    changed TIMESTAMP NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=latin1;`;

/** One INSERT of a million rows, one UPDATE of all, one DELETE of half: nine columns of mixed types. */
const WORKLOAD = `
  CREATE DATABASE bench;
  SET sql_log_bin = 0;
  CREATE TABLE bench.digits (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO bench.digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
  CREATE TABLE bench.thousand (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO bench.thousand SELECT a.n + 10 * b.n + 100 * c.n FROM bench.digits a, bench.digits b, bench.digits c;
  ${ORDERS}
  SET sql_log_bin = 1;
  INSERT INTO bench.orders
    SELECT a.n * 1000 + b.n, a.n * 7919 + b.n, b.n % 5, CONCAT('ref', LPAD(a.n * 1000 + b.n, 8, '0')),
      (a.n * 1000 + b.n) / 100, '2026-11-21 03:00:00.123', a.n / (b.n + 1), REPEAT('n', 30 + b.n % 32), NULL
    FROM bench.thousand a, bench.thousand b;
  UPDATE bench.orders SET amount = amount + 1, status = 9, changed = '2026-11-21 03:10:00';
  DELETE FROM bench.orders WHERE id % 2 = 0;
`;

const BLOBS = `
  CREATE DATABASE bench;
  CREATE TABLE bench.documents (id INT NOT NULL PRIMARY KEY, body LONGBLOB NOT NULL) ENGINE=InnoDB;
`;

/** The workload's binlog, made by the server once and kept under the user's cache folder. */
export async function workloadBinlog(id: ServerId, kind: 'rows' | 'blobs' = 'rows'): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'binflash', 'bench');
  const path = join(folder, `${kind}-${id}.000001`);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(folder, { recursive: true });
  const server = await startServer(id, { args: ['--max-binlog-size=1G'] });
  try {
    if (kind === 'rows') await server.sql(`${WORKLOAD}`);
    else {
      await server.sql(BLOBS);
      for (let i = 1; i <= 128; i++) {
        await server.sql(
          `INSERT INTO bench.documents VALUES (${i}, REPEAT(UNHEX(SHA2(${i}, 256)), ${32768 * (1 + (i % 4))}))`,
        );
      }
      await server.sql('DELETE FROM bench.documents');
    }
    await copyFile(await server.closeBinlog(), path);
  } finally {
    await server.stop();
  }
  return path;
}
