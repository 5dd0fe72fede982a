/** The bad transaction found by eye: a report in a real browser, and what its commands do on real servers. */
import { copyFile, mkdtemp, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Browser, startBrowser } from '../browser/index.ts';
import { copied, openReport } from '../browser/opened.ts';
import { inShell } from '../browser/shell.ts';
import type { RunningServer } from '../servers/index.ts';
import { eachServer, expectReadable, fingerprint, logged, quote } from './support.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Times on the page are those of a place, whatever this machine's is. */
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** Replays an undo that a shell command has made, where the command was run. */
async function replay(server: RunningServer, folder: string): Promise<void> {
  await expectReadable(server, join(folder, 'undo.binlog'));
  await server.replay([join(folder, 'undo.binlog')]);
}

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** The shop as it was before the night of the shipped incident. */
async function shopBefore(server: RunningServer): Promise<void> {
  const scenario = await readFile(join(FIXTURES, 'scenarios', 'incident.sql'), 'utf8');
  await server.sql(`DROP DATABASE IF EXISTS shop; ${scenario.split('-- damage')[0]}`);
}

/** Replays row changes of a binlog as another server would: those between two offsets, where they are given. */
async function replayNight(server: RunningServer, file: string, ...span: string[]): Promise<void> {
  await server.replay([...(server.flavour === 'mysql' ? ['--skip-gtids'] : []), ...span, file]);
}

eachServer(
  'finds the shipped incident by its spike and undoes it with the copied command',
  async ({ server }) => {
    const folder = await mkdtemp(join(dirname(server.binlogFolder), 'report-'));
    const binlog = join(folder, 'bin.000042');
    await copyFile(join(FIXTURES, server.id, 'incident.binlog'), binlog);
    await shopBefore(server);
    await replayNight(server, binlog);
    expect(await server.sql('SELECT COUNT(*) FROM shop.orders WHERE id BETWEEN 1001 AND 1400')).toBe('56\n');

    await inShell('binflash report bin.000042 -o report.html', folder);
    const { page, close } = await openReport(browser, join(folder, 'report.html'));

    // The tallest bar of the deletes, by eye: the chart marks it with its number.
    const spike = page.locator('.lane.delete .spike', { hasText: '870' }).locator('path');
    const box = (await spike.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + 30);
    await expect
      .poll(() => page.locator('#span-title').textContent())
      .toBe('2026-11-21 04:12:00 to 04:13:00');

    // Its tables, its transactions, the statement that did it.
    const orders = page.locator('.tables tr', { has: page.getByText('shop.orders', { exact: true }) });
    expect(await orders.locator('td.number').first().textContent()).toBe('344');
    const transaction = page.locator('details.transaction').first();
    expect(await transaction.locator('.counts').textContent()).toContain('869 deletes');
    expect(await transaction.locator('.statement').textContent()).toContain(
      "DELETE FROM order_lines WHERE order_id IN (SELECT id FROM orders WHERE status = 'cart' OR placed < '2026-11-01')",
    );

    // The command of the minute would undo its neighbours too: here it is just looked at.
    const minute = await copied(page, 'Undo these changes');
    expect(JSON.parse(await inShell(`${minute} --dry-run --json`, folder))).toMatchObject({
      rows: 871,
      transactions: 3,
    });

    // Narrowed to what was deleted of one table.
    await page.getByRole('checkbox', { name: 'updates' }).uncheck();
    await page.getByRole('checkbox', { name: 'inserts' }).uncheck();
    await orders.getByRole('button').click();
    const narrow = await copied(page, 'Undo these changes');
    expect(JSON.parse(await inShell(`${narrow} --dry-run --json`, folder))).toMatchObject({
      rows: 344,
      tables: [{ table: 'shop.orders', insert: 0, update: 0, delete: 344 }],
    });

    // The accident alone, undone.
    await transaction.locator('summary').click();
    const command = await copied(page, 'Undo this transaction');
    await close();
    const [, start, stop] =
      /^binflash rewrite bin\.000042 --start-position (\d+) --stop-position (\d+) -o undo\.binlog$/.exec(
        command,
      )!;
    await inShell(command, folder);
    await replay(server, folder);
    const undone = await fingerprint(server, 'shop');

    // What it must come to: the same night without that transaction.
    await shopBefore(server);
    await replayNight(server, binlog, `--stop-position=${start}`);
    await replayNight(server, binlog, `--start-position=${stop}`);
    expect(undone).toEqual(await fingerprint(server, 'shop'));
  },
  // The fixture is made on these.
  { servers: ['mysql-9.7', 'mariadb-11.8'] },
);

eachServer('is not moved by any name, and neither is the shell', async ({ server }) => {
  const database = '</script><img src=x onerror=alert(1)>';
  const table = `"'><svg onload=alert(2)> $(touch hacked) \`touch hacked\`; #`;
  const column = '<b>&amp;\'"';
  await server.sql(`CREATE DATABASE ${quote(database)}`);
  await server.sql(
    `CREATE TABLE ${quote(table)} (id INT PRIMARY KEY, ${quote(column)} VARCHAR(40)) ENGINE=InnoDB;
     CREATE TABLE \`a.b\` (id INT PRIMARY KEY) ENGINE=InnoDB;
     INSERT INTO ${quote(table)} VALUES (1, 'one'), (2, 'two'); INSERT INTO \`a.b\` VALUES (1), (2);`,
    database,
  );
  const before = await fingerprint(server, database);
  const texts = server.flavour === 'mysql' ? 'SET SESSION binlog_rows_query_log_events = ON;' : '';
  const binlog = await logged(
    server,
    `${texts} DELETE FROM \`a.b\`; DELETE FROM ${quote(table)} WHERE id < 9 AND '</script><!--<script>alert(3)' <> '<img src=x onerror=alert(4)>';`,
    database,
  );
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'report-'));
  const file = `<img src=x onerror=alert(5)>'"; touch hacked; $(touch hacked) bin.000001`;
  await rename(binlog, join(folder, file));
  await inShell('binflash report *.000001 -o report.html', folder);

  const { page, close } = await openReport(browser, join(folder, 'report.html'));
  await page.locator('details.transaction summary').last().click();
  await page.getByRole('button', { name: `${database}.${table}` }).click();
  await page.locator('details.transaction summary').first().click();
  expect(await page.locator('.full').first().textContent()).toContain('</script><!--<script>alert(3)');
  expect(
    await page.locator('img, iframe, object, a:not(.skip), [onload], [onerror], b, script:not([id])').count(),
  ).toBe(1);
  const command = await copied(page, 'Undo these changes');
  await close();

  await inShell(command, folder);
  await replay(server, folder);
  // What was looked at is back, its neighbour is not; nobody has touched anything.
  expect(
    await server.sql(`SELECT COUNT(*) FROM ${quote(table)}; SELECT COUNT(*) FROM \`a.b\``, database),
  ).toBe('2\n0\n');
  expect((await readdir(folder)).sort()).toEqual([file, 'report.html', 'undo.binlog'].sort());
  await server.sql('INSERT INTO `a.b` VALUES (1), (2)', database);
  expect(await fingerprint(server, database)).toEqual(before);
});
