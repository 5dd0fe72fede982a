/**
 * The incident drill: a busy night of 20,000 transactions with one wrong DELETE and one wrong UPDATE in it, found
 * and undone as the person on call would. docs/incident-drill.md tells it with what it took.
 */
import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { RunningServer, ServerId } from '../servers/index.ts';
import { type Found, findByEye } from './incident/by-eye.ts';
import {
  DELETE_HOUR,
  isBlocked,
  isDeleted,
  MEANT_DELETE,
  MEANT_UPDATE,
  UPDATE_HOUR,
  WRONG_DELETE,
  WRONG_UPDATE,
} from './incident/mistakes.ts';
import { makeNight, makeOracle, NIGHT_ARGS } from './incident/night.ts';
import { CUSTOMERS, OLD_ORDERS, shopSql } from './incident/shop.ts';
import { Terminal } from './incident/terminal.ts';
import { eachServer, type Fingerprint, fingerprint, logged } from './support.ts';

/** The replay command in a summary of `rewrite`. */
const replayCommand = (stderr: string): string => /^Replay with:\n {2}(.*)$/m.exec(stderr)![1]!;

/** The command under a ranking of `transactions`. */
const printedCommand = (stdout: string): string => /^ {2}(binflash rewrite .*)$/m.exec(stdout)![1]!;

/** A shell in a quiet place with copies of the logs. */
async function atTheTerminal(server: RunningServer, files: readonly string[]): Promise<Terminal> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'drill-'));
  const logs = join(folder, 'logs');
  await mkdir(logs);
  for (const file of files) await copyFile(file, join(logs, basename(file)));
  return Terminal.open(logs, server);
}

/** The state of a database, whatever its name. */
async function stateOf(server: RunningServer, database: string): Promise<Fingerprint> {
  const tables = await fingerprint(server, database);
  return Object.fromEntries(
    Object.entries(tables).map(([name, state]) => [name.slice(database.length + 1), state]),
  );
}

/** One of each kind: a night takes a server a quarter of a minute. */
const SERVERS: readonly ServerId[] = ['mysql-9.7', 'mysql-5.6', 'mariadb-11.8'];

eachServer(
  'finds and undoes two wrong statements of a busy night',
  async ({ server }) => {
    const files = await makeNight(server, 'shop');
    await makeOracle(server, 'oracle');
    expect(files).toHaveLength(10);
    const meant = await stateOf(server, 'oracle');
    expect(Object.keys(meant)).toHaveLength(12);
    const damaged = await stateOf(server, 'shop');
    const differing = Object.keys(meant).filter(
      (table) => damaged[table]!.checksum !== meant[table]!.checksum,
    );
    expect(differing).toEqual(['customers', 'orders']);

    const terminal = await atTheTerminal(server, files);
    await terminal.write(
      'schema.sql',
      await server.sql('SHOW CREATE TABLE orders; SHOW CREATE TABLE customers', 'shop'),
    );
    await terminal.run('binflash inspect binlog.0*');

    // The largest DELETE of all was meant; by the table that people complain about, the wrong one is the first.
    const deletes = await terminal.run('binflash transactions binlog.0* --sort deleted --top 3');
    expect(deletes.stdout).toMatch(/ 3500 .* shop\.sessions/);
    const inOrders = 'binflash transactions binlog.0* -T shop.orders --sort deleted --top 3';
    await undoFirst(
      terminal,
      inOrders,
      await findByEye(server, files[DELETE_HOUR - 1]!, 'DELETE FROM', 'shop.orders'),
    );

    // Where the log holds the statements, the other is found by its text, else by table again.
    const byText = "binflash transactions binlog.0* --contains 'update customers' --sort rows --top 3";
    const byTable = 'binflash transactions binlog.0* -T shop.customers --sort updated --top 3';
    const inCustomers = server.flavour === 'mariadb' ? byText : byTable;
    await undoFirst(
      terminal,
      inCustomers,
      await findByEye(server, files[UPDATE_HOUR - 1]!, 'UPDATE', 'shop.customers'),
    );

    expect(await stateOf(server, 'shop')).toEqual(meant);
    await terminal.record(server.id);
  },
  { args: NIGHT_ARGS, servers: SERVERS },
);

/** Has a look at the first transaction of a ranking, which must be this one, and undoes it with the printed command. */
async function undoFirst(terminal: Terminal, ranking: string, { start, end, rows }: Found): Promise<void> {
  const listed = await terminal.run(ranking);
  const command = printedCommand(listed.stdout);
  expect(command).toContain(`--start-position ${start} --stop-position ${end} `);
  const look = command.replace('rewrite', 'show').replace(/ -o \S+$/, ' --schema schema.sql --limit 2');
  const shown = await terminal.run(look);
  expect(shown.stdout.match(/^ {2}(DELETE|UPDATE) shop\./gm)).toHaveLength(2);
  const { stderr, code } = await terminal.run(command);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(new RegExp(`^Undid ${rows} row changes in 1 transaction`));
  expect(await terminal.replay(replayCommand(stderr))).toMatchObject({ code: 0, stderr: '' });
  await terminal.run('rm undo.binlog');
}

eachServer(
  'undoes only what was not meant and was not repaired by hand since',
  async ({ server, database }) => {
    const oracle = `${database}_oracle`;
    await server.sql(shopSql(), database);
    const unlogged = (sql: string): string => `SET sql_log_bin = 0; ${sql}`;
    await server.sql(unlogged(`CREATE DATABASE ${oracle} DEFAULT CHARACTER SET utf8mb4`));
    await server.sql(unlogged(`${shopSql()} ${MEANT_DELETE}; ${MEANT_UPDATE};`), oracle);
    const { repairs, reentered, touched } = handRepairs();
    await server.sql(unlogged(`DELETE FROM orders WHERE id IN (${reentered}); ${repairs}`), oracle);

    const mistakes = await logged(server, `${WRONG_DELETE}; ${WRONG_UPDATE};`, database);
    const later = await logged(server, repairs, database);
    const repaired = await stateOf(server, database);
    const terminal = await atTheTerminal(server, [mistakes, later]);
    await terminal.write(
      'schema.sql',
      await server.sql('SHOW CREATE TABLE orders; SHOW CREATE TABLE customers', database),
    );
    for (const [table, type, error, damaged, wrong] of [
      ['orders', 'delete', '1062', 'id <= 6000', 'not (state = "cancelled" and placed < "2026-09-01")'],
      ['customers', 'update', '1032', 'before.remark = "overdue"', 'before.credit <= 400'],
    ] as const) {
      const name = `${database}.${table}`;
      const rewrite = `binflash rewrite ${basename(mistakes)} -T ${name} --type ${type} --schema schema.sql -o ${table}.undo`;
      const all = await terminal.run(rewrite);
      const stopped = await terminal.replay(replayCommand(all.stderr));
      expect(stopped.stderr).toMatch(new RegExp(`ERROR ${error} |Error_code: ${error}`));
      expect(await stateOf(server, database), 'a replay that stops leaves nothing').toEqual(repaired);

      // Which rows were changed since is in the log, too.
      const since = `binflash show ${basename(later)} --schema schema.sql --json --where '${name}: ${damaged}'`;
      const ids = (await terminal.run(since)).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { before?: { id: number }; after?: { id: number } })
        .map(({ before, after }) => (before ?? after)!.id);
      expect(ids).toEqual(touched[table]);
      // The same filter, for the command that undoes what is left: it is printed with it.
      const where = `${name}: ${wrong} and id not in (${ids.join(', ')})`;
      const listed = await terminal.run(
        `binflash transactions ${basename(mistakes)} --type ${type} --schema schema.sql --where '${where}'`,
      );
      const some = await terminal.run(`${printedCommand(listed.stdout)} --force`);
      expect(some.code, some.stderr).toBe(0);
      expect(await terminal.replay(replayCommand(some.stderr))).toMatchObject({ code: 0, stderr: '' });
      Object.assign(repaired, { [table]: (await stateOf(server, oracle))[table] });
    }
    expect(await stateOf(server, database)).toEqual(await stateOf(server, oracle));
    await terminal.record(`${server.id}-repaired`);

    // Nothing stops an undo that takes a row back to before the mistake: what was done to it since is lost.
    const [id] = touched.customers;
    const blunt = await terminal.run(
      `binflash rewrite ${basename(mistakes)} --where '${database}.customers: @1 = ${id}' -o blunt.undo`,
    );
    expect(await terminal.replay(replayCommand(blunt.stderr))).toMatchObject({ code: 0, stderr: '' });
    const row = `SELECT state, credit, remark FROM customers WHERE id = ${id}`;
    expect(await server.sql(row, database)).toBe(`active\t${id}.25\tNULL\n`);
  },
  { args: NIGHT_ARGS, servers: SERVERS },
);

/** What people did between the mistakes and their undo, to rows that the undo would reach. */
function handRepairs(): {
  repairs: string;
  reentered: string;
  touched: Record<'orders' | 'customers', number[]>;
} {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  const lost = numbers(OLD_ORDERS).filter(isDeleted);
  const blocked = numbers(CUSTOMERS).filter(isBlocked);
  const orders = [lost[3]!, lost.at(-1)!];
  const unblocked = [blocked[0]!, blocked[7]!, blocked[100]!];
  const gone = blocked[50]!;
  const entered = orders.map((id) => `(${id}, 17, 'entered', 99.90, '2026-11-21 04:00:00', 'by hand', NULL)`);
  return {
    repairs: `
      UPDATE customers SET state = 'active', credit = 25, remark = 'by hand' WHERE id IN (${unblocked});
      DELETE FROM customers WHERE id = ${gone};
      INSERT INTO orders VALUES ${entered.join(', ')};`,
    reentered: orders.join(', '),
    touched: { orders, customers: [...unblocked, gone] },
  };
}
