import { copyFile } from 'node:fs/promises';
import { type RunningServer, type ServerId, startServer } from '../test/servers/index.ts';
import { cached } from './cache.ts';
import { repeatLog } from './repeated.ts';
import { wideWorkload } from './wide.ts';

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

/** A database with a table of the numbers from 0 to 999, not logged, and after it what `tables` makes. */
export function setUp(tables: string): string {
  return `
    CREATE DATABASE bench;
    SET sql_log_bin = 0;
    CREATE TABLE bench.digits (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
    INSERT INTO bench.digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
    CREATE TABLE bench.thousand (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
    INSERT INTO bench.thousand SELECT a.n + 10 * b.n + 100 * c.n FROM bench.digits a, bench.digits b, bench.digits c;
    ${tables}
    SET sql_log_bin = 1;
  `;
}

/** An INSERT of thousands of rows: those whose first number `condition` takes. */
function insertOrders(condition: string): string {
  return `INSERT INTO bench.orders
    SELECT a.n * 1000 + b.n, a.n * 7919 + b.n, b.n % 5, CONCAT('ref', LPAD(a.n * 1000 + b.n, 8, '0')),
      (a.n * 1000 + b.n) / 100, '2026-11-21 03:00:00.123', a.n / (b.n + 1), REPEAT('n', 30 + b.n % 32), NULL
    FROM bench.thousand a, bench.thousand b WHERE ${condition};`;
}

const UPDATE_ORDERS =
  "UPDATE bench.orders SET amount = amount + 1, status = 9, changed = '2026-11-21 03:10:00'";

/** One INSERT, one UPDATE of all, one DELETE of half: nine columns of mixed types. */
function orders(thousands: number): string {
  return `${setUp(ORDERS)} ${insertOrders(`a.n < ${thousands}`)} ${UPDATE_ORDERS}; DELETE FROM bench.orders WHERE id % 2 = 0;`;
}

/** The same rows by a thousand statements of each kind. */
function smallOrders(thousands: number): string {
  const statements = [setUp(ORDERS)];
  for (let n = 0; n < thousands; n++) {
    const range = `id BETWEEN ${n * 1000} AND ${n * 1000 + 999}`;
    statements.push(insertOrders(`a.n = ${n}`), `${UPDATE_ORDERS} WHERE ${range};`);
    statements.push(`DELETE FROM bench.orders WHERE ${range} AND id % 2 = 0;`);
  }
  return statements.join('\n');
}

/** 204 values of 1 to 4 MiB, inserted one by one, deleted at once: 1020 MiB in the log. */
async function blobs(server: RunningServer): Promise<void> {
  await server.sql(`CREATE DATABASE bench;
    CREATE TABLE bench.documents (id INT NOT NULL PRIMARY KEY, body LONGBLOB NOT NULL) ENGINE=InnoDB;`);
  const inserts: string[] = [];
  for (let i = 1; i <= 204; i++) {
    const body = `REPEAT(UNHEX(SHA2(${i}, 256)), ${32768 * (1 + (i % 4))})`;
    inserts.push(`INSERT INTO bench.documents VALUES (${i}, ${body});`);
  }
  await server.sql(inserts.join('\n'));
  await server.sql('DELETE FROM bench.documents');
}

/** Rows of two INTs: a million inserted, half of them changed, all deleted. */
const TINY = `
  ${setUp('CREATE TABLE bench.pairs (a INT NOT NULL PRIMARY KEY, b INT NOT NULL) ENGINE=InnoDB;')}
  INSERT INTO bench.pairs SELECT a.n * 1000 + b.n, b.n FROM bench.thousand a, bench.thousand b;
  UPDATE bench.pairs SET b = b + 1 WHERE a % 2 = 0;
  DELETE FROM bench.pairs;
`;
/** Row changes of {@link TINY}. */
const TINY_CHANGES = 2_500_000;

interface Workload {
  readonly args?: readonly string[];
  readonly run: string | ((server: RunningServer) => Promise<void>);
}

const COMPRESSED = { args: ['--binlog-transaction-compression=ON'] };

type Kind = 'rows' | 'few-rows' | 'blobs' | 'tiny' | 'wide' | 'packed' | 'packed-large';

const workloads: Record<Kind, Workload> = {
  rows: { run: orders(1000) },
  // 64 MB.
  'few-rows': { run: orders(190) },
  blobs: { args: ['--max-allowed-packet=64M'], run: blobs },
  tiny: { run: TINY },
  wide: { run: wideWorkload(setUp) },
  packed: { ...COMPRESSED, run: smallOrders(1000) },
  'packed-large': { ...COMPRESSED, run: orders(1000) },
};

/** A workload's binlog, made by the server once and kept under the user's cache folder. */
export async function workloadBinlog(id: ServerId, kind: Kind = 'rows'): Promise<string> {
  const { args = [], run } = workloads[kind];
  return cached(`${kind}-${id}.000001`, async (path) => {
    const server = await startServer(id, { args: ['--max-binlog-size=1G', ...args] });
    try {
      if (typeof run === 'string') await server.sql(run);
      else await run(server);
      await copyFile(await server.closeBinlog(), path);
    } finally {
      await server.stop();
    }
  });
}

/** A workload's transactions over and over, in as many bytes at least or as many times. */
export async function repeatedBinlog(
  kind: Kind,
  name: string,
  repetition: Parameters<typeof repeatLog>[2],
): Promise<string> {
  const source = await workloadBinlog('mysql-9.7', kind);
  return cached(`${name}.000001`, (path) => repeatLog(source, path, repetition));
}

/** 20 million changes of tiny rows. */
export const TINY_ROWS = 20_000_000;

export function tinyBinlog(): Promise<string> {
  return repeatedBinlog('tiny', 'tiny-20-million', { times: TINY_ROWS / TINY_CHANGES });
}
