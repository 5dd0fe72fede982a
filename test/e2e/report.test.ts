/** The bad transaction found by eye: a report in a real browser, and what its commands do on real servers. */
import { mkdtemp, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { incident, LOST } from '../browser/incident.ts';
import { type Browser, startBrowser } from '../browser/index.ts';
import { copied, openReport } from '../browser/opened.ts';
import { inShell } from '../browser/shell.ts';
import type { RunningServer } from '../servers/index.ts';
import { eachServer, expectReadable, type Fingerprint, fingerprint, logged, quote } from './support.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** The servers' own clock says when, whatever this machine's says. */
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** The tables by name alone, so that databases can be compared. */
async function tablesOf(server: RunningServer, database: string): Promise<Fingerprint> {
  const states = Object.entries(await fingerprint(server, database));
  return Object.fromEntries(states.map(([name, state]) => [name.slice(database.length + 1), state]));
}

/** Replays an undo that a shell command has made, where the command was run. */
async function replay(server: RunningServer, folder: string): Promise<void> {
  await expectReadable(server, join(folder, 'undo.binlog'));
  await server.replay([join(folder, 'undo.binlog')]);
}

eachServer(
  'finds the accident by its spike and undoes it with the copied command',
  async ({ server, database }) => {
    const story = incident(server);
    // The same night without the accident, next door: what the undo must come to.
    const calm = `${database}_calm`;
    await server.sql(`CREATE DATABASE ${calm} DEFAULT CHARACTER SET utf8mb4`);
    await server.sql(story.before, calm);
    await server.sql(story.calmNight, calm);
    await server.sql(story.before, database);
    const binlog = await logged(server, story.night, database);
    expect(await tablesOf(server, database)).not.toEqual(await tablesOf(server, calm));

    const folder = await mkdtemp(join(dirname(server.binlogFolder), 'report-'));
    await rename(binlog, join(folder, basename(binlog)));
    await inShell(`binflash report ${basename(binlog)} -o report.html`, folder);
    const { page, close } = await openReport(browser, join(folder, 'report.html'));

    // The tallest bar of the deletes, by eye: the chart marks it with its number.
    const spike = page.locator('.lane.delete .spike', { hasText: /^1,2\d\d$/ }).locator('path');
    const box = (await spike.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + 30);
    await expect
      .poll(() => page.locator('#span-title').textContent())
      .toBe('2026-11-21 04:13:30 to 04:14:00');

    // Its tables, its transactions, the statement that did it.
    const documents = page.locator('.tables tr', { hasText: 'documents' });
    expect(await documents.locator('td.number').first().textContent()).toBe('1,203');
    const transaction = page.locator('details.transaction').first();
    expect(await transaction.locator('.counts').textContent()).toContain(
      `${(LOST + 1).toLocaleString('en')} deletes`,
    );
    expect(await transaction.locator('.statement').textContent()).toContain(
      'DELETE FROM documents WHERE template_id = 42',
    );

    // The command of the span would undo its neighbours too: here it is just looked at.
    const whole = JSON.parse(
      await inShell(`${await copied(page, 'Undo these changes')} --dry-run --json`, folder),
    ) as { rows: number };
    const shown = await page.locator('.tables td.number').allTextContents();
    expect(whole.rows).toBe(shown.reduce((sum, text) => sum + Number(text.replace(',', '')), 0));

    // Narrowed to what was deleted of one table.
    await page.getByRole('checkbox', { name: 'updates' }).uncheck();
    await page.getByRole('checkbox', { name: 'inserts' }).uncheck();
    await documents.getByRole('button').click();
    const narrow = await copied(page, 'Undo these changes');
    expect(narrow).toContain('--type delete');
    expect(JSON.parse(await inShell(`${narrow} --dry-run --json`, folder))).toMatchObject({
      rows: LOST,
      tables: [{ table: `${database}.documents`, delete: LOST }],
    });

    // The accident alone, undone.
    await transaction.locator('summary').click();
    const command = await copied(page, 'Undo this transaction');
    await close();
    expect(command).toMatch(
      /^binflash rewrite binlog\.\d+ --start-position \d+ --stop-position \d+ -o undo\.binlog$/,
    );
    await inShell(command, folder);
    await replay(server, folder);
    expect(await tablesOf(server, database)).toEqual(await tablesOf(server, calm));
  },
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
