import type { RunningServer } from '../../servers/index.ts';
import { DELETE_HOUR, UPDATE_HOUR, WRONG_DELETE, WRONG_UPDATE } from './mistakes.ts';
import { shopSql } from './shop.ts';
import { HOURS, WORKERS, workerNight } from './traffic.ts';

/** Durability costs more than the work on a machine without a battery, and no test needs it. */
export const NIGHT_ARGS: readonly string[] = [
  '--sync-binlog=0',
  '--innodb-flush-log-at-trx-commit=0',
  // A DELETE that reads a whole table must not lock what it does not delete.
  '--transaction-isolation=READ-COMMITTED',
];

/** What else is done in the night, and is right: larger than the mistakes, so that size alone does not tell. */
const MAINTENANCE: Readonly<Record<number, string>> = {
  2: `DELETE FROM sessions WHERE expires < '2026-11-20'`,
  5: 'UPDATE products SET price = ROUND(price * 1.03, 2)',
};

const MISTAKES: Readonly<Record<number, string>> = {
  [DELETE_HOUR]: WRONG_DELETE,
  [UPDATE_HOUR]: WRONG_UPDATE,
};

/** Where the wrong statements are left out and nothing is logged: what the shop must look like after the undo. */
export async function makeOracle(server: RunningServer, database: string): Promise<void> {
  const unlogged = (sql: string): string => `SET sql_log_bin = 0;\n${sql}`;
  await server.sql(unlogged(`CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8mb4`));
  await server.sql(unlogged(shopSql()), database);
  // The hours need no order among the workers, but the maintenance has its place in them.
  const nights = Array.from({ length: WORKERS }, (_, worker) => workerNight(worker));
  const from = (first: number, last: number): Promise<string[]> =>
    Promise.all(nights.map((night) => server.sql(unlogged(night.slice(first - 1, last).join('')), database)));
  await server.sql(unlogged(Object.values(MAINTENANCE).join(';\n')), database);
  await from(1, HOURS);
}

/** The night with its mistakes: 20,000 transactions and more of eleven connections. Answers its logs, an hour each. */
export async function makeNight(server: RunningServer, database: string): Promise<string[]> {
  await server.sql(`CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8mb4`);
  await server.sql(shopSql(), database);
  const nights = Array.from({ length: WORKERS }, (_, worker) => workerNight(worker));
  const files: string[] = [];
  await server.closeBinlog();
  for (let hour = 1; hour <= HOURS; hour++) {
    const others = [MAINTENANCE[hour], MISTAKES[hour]].filter((sql) => sql !== undefined);
    const traffic = nights.map((night) => server.sql(night[hour - 1]!, database));
    await Promise.all([...traffic, ...others.map((sql) => server.sql(sql, database))]);
    files.push(await server.closeBinlog());
  }
  return files;
}
