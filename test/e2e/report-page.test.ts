/** What the page is to those who look at it otherwise: by keyboard, in the dark, on paper, on a phone, without its script. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Page, startBrowser } from '../browser/index.ts';
import { copied, openReport } from '../browser/opened.ts';
import { inShell } from '../browser/shell.ts';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { change, customers, insert, orders } from '../builder/shop.ts';
import { writeFiles } from '../helpers.ts';

let browser: Browser;
let folder: string;
let report: string;

/** Four minutes of a shop: orders come in, customers change, 40 orders are lost, a table is emptied. */
function binlog(): Buffer {
  const log = new Binlog(mysql97);
  for (let second = 0; second < 240; second += 3) {
    log.transaction([e.rowsQuery(`INSERT INTO orders VALUES (${second})`), ...insert(second)]);
    if (second % 2 === 0) log.transaction(change('update', [second], customers));
    if (second === 120) {
      const lost = Array.from({ length: 40 }, (_, i) => i);
      log.transaction([e.rowsQuery('DELETE FROM orders -- oops'), ...change('delete', lost, orders)]);
    }
    if (second === 180) log.add(e.anonymousGtid(), e.query('TRUNCATE TABLE customers', { database: 'shop' }));
    log.time += 3;
  }
  return log.bytes();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binflash-report-'));
  await writeFiles(folder, [binlog()]);
  await inShell('TZ=UTC binflash report bin.000001 -o report.html', folder);
  report = join(folder, 'report.html');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const SPIKE = '2026-11-21 03:02:00 to 03:02:01';
const title = (page: Page): Promise<string | null> => page.locator('#span-title').textContent();
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
/** What has the focus, as it would be read out. */
const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(
    'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
  );

const styleOf = (page: Page, selector: string, property: string): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);

describe('by pointer', () => {
  it('a span is dragged, moved and given up again', async () => {
    const { page, close } = await openReport(browser, report);
    const box = (await page.locator('.control').boundingBox())!;
    const at = async (share: number): Promise<void> => page.mouse.move(box.x + box.width * share, box.y + 80);
    await at(0.25);
    await page.mouse.down();
    await at(0.4);
    await at(0.5);
    await page.mouse.up();
    expect(await title(page)).toMatch(/^2026-11-21 03:00:5\d to 03:0[12]:\d\d$/);
    expect(await page.locator('.control [aria-selected=true]').count()).toBeGreaterThan(50);
    const before = await title(page);
    await at(0.4);
    await page.mouse.down();
    await at(0.5);
    await page.mouse.up();
    expect(await title(page)).not.toBe(before);
    // A click inside of the span means the bar, not the span.
    await page.mouse.click(box.x + box.width * 0.5, box.y + 80);
    expect(await title(page)).toBe(SPIKE);
    await page.getByRole('button', { name: 'Show everything' }).click();
    expect(await title(page)).toBe('The whole time');
    await close();
  });

  it('what is pointed at is told', async () => {
    const { page, close } = await openReport(browser, report);
    const box = (await page.locator('.control .column').nth(120).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    expect(await page.locator('#readout').textContent()).toBe(
      '2026-11-21 03:02:00: 40 deletes, 1 update, 1 insert',
    );
    await close();
  });
});

describe('by keyboard alone', () => {
  it('everything is reached and done, and the focus is seen', async () => {
    const { page, close } = await openReport(browser, report);
    await press(page, 'Tab');
    expect(await focused(page)).toBe('Skip the chart');
    while (!(await focused(page)).startsWith('2026-11-21 03:00:00:')) await press(page, 'Tab');
    expect(await styleOf(page, '.column:focus', 'strokeWidth')).toBe('2px');

    // Along the bars, those without changes left out.
    await press(page, 'ArrowRight', 'ArrowRight');
    expect(await focused(page)).toBe('2026-11-21 03:00:06: 0 deletes, 1 update, 1 insert');
    await press(page, 'Enter');
    expect(await title(page)).toBe('2026-11-21 03:00:06 to 03:00:07');
    expect(await page.getByRole('status').textContent()).toContain('1 update, 1 insert in 2 transactions');
    await press(page, 'Shift+ArrowRight', 'Shift+ArrowRight');
    expect(await title(page)).toBe('2026-11-21 03:00:06 to 03:00:13');
    await press(page, 'End', 'Home', 'Escape');
    expect(await title(page)).toBe('The whole time');

    // To what stands out, and from there to the command.
    while (!(await focused(page)).startsWith('40 deletes')) await press(page, 'Tab');
    await press(page, 'Enter');
    expect(await title(page)).toBe(SPIKE);
    expect(await focused(page), 'the focus stays where it was').toMatch(/^40 deletes/);
    while ((await focused(page)) !== 'Copy: Undo these changes') await press(page, 'Tab');
    await press(page, 'Enter');
    await expect
      .poll(() => page.evaluate<string>('navigator.clipboard.readText()'))
      .toMatch(/^binflash rewrite/);
    while ((await focused(page)) !== 'shop.orders') await press(page, 'Tab');
    await press(page, 'Enter');
    expect(await page.locator('[data-action=table][aria-pressed=true]').textContent()).toBe('shop.orders');
    expect(await focused(page)).toBe('shop.orders');
    while (!(await focused(page)).includes('DELETE FROM orders -- oops')) await press(page, 'Tab');
    await press(page, 'Enter');
    expect(await page.locator('details.transaction[open] .full').textContent()).toBe(
      'DELETE FROM orders -- oops',
    );
    await close();
  });

  it('the bars are one stop on the way through the page', async () => {
    const { page, close } = await openReport(browser, report);
    expect(await page.locator('.column[tabindex="0"]').count()).toBe(1);
    await close();
  });
});

describe('to those who hear it', () => {
  it('everything has a name, headings are in order, and what is decoration keeps silent', async () => {
    const { page, close } = await openReport(browser, report);
    const problems = await page.evaluate<string[]>(`(() => {
      const problems = [];
      const named = (one) => one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') ||
        one.closest('label')?.textContent.trim() || one.textContent.trim();
      for (const one of document.querySelectorAll('button, a, input, select, summary, [tabindex="0"], [role=listbox], [role=option], [role=img], [role=region], section, ul.spikes'))
        if (!named(one)) problems.push('no name: ' + one.outerHTML.slice(0, 120));
      for (const one of document.querySelectorAll('[aria-labelledby]'))
        if (!document.getElementById(one.getAttribute('aria-labelledby'))) problems.push('dangling: ' + one.outerHTML.slice(0, 120));
      const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
      if (new Set(ids).size !== ids.length) problems.push('ids twice: ' + ids);
      let level = 0;
      for (const one of document.querySelectorAll('h1, h2, h3, h4')) {
        const own = Number(one.tagName[1]);
        if (own > level + 1) problems.push('heading out of order: ' + one.textContent);
        level = own;
      }
      if (document.querySelectorAll('h1').length !== 1 || document.querySelectorAll('main').length !== 1) problems.push('one h1, one main');
      for (const one of document.querySelectorAll('table')) if (!one.querySelector('th[scope=col]')) problems.push('table without heads');
      for (const one of document.querySelectorAll('[role=option]')) if (!one.closest('[role=listbox]')) problems.push('stray option');
      if (!document.documentElement.lang) problems.push('no language');
      return problems;
    })()`);
    expect(problems).toEqual([]);
    await close();
  });

  it.each(['light', 'dark'] as const)(
    'all text can be told from what is behind it, %s',
    async (colorScheme) => {
      const { page, close } = await openReport(browser, report, { colorScheme });
      await page.locator('.spikes button').first().click();
      await page.locator('details.transaction summary').first().click();
      await page.locator('details.further summary').click();
      const low = await page.evaluate<string[]>(`(() => {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      const rgba = (color, under) => {
        canvas.clearRect(0, 0, 1, 1);
        if (under) { canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1); }
        canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      };
      const light = ([r, g, b]) => {
        const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
      };
      const behind = (one) => {
        for (let at = one; at; at = at.parentElement) {
          const color = getComputedStyle(at).backgroundColor;
          if (rgba(color)[3] === 255) return color;
        }
        return 'white';
      };
      const low = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const one = node.parentElement;
        if (!node.textContent.trim() || one.closest('script, .unseen, .skip') || !one.checkVisibility()) continue;
        const style = getComputedStyle(one);
        const color = one instanceof SVGElement ? style.fill : style.color;
        const [a, b] = [light(rgba(color, behind(one))), light(rgba(behind(one)))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) low.push(ratio.toFixed(2) + ' ' + node.textContent.trim().slice(0, 40));
      }
      return [...new Set(low)];
    })()`);
      expect(low).toEqual([]);
      await close();
    },
  );
});

describe('in the dark', () => {
  it('it is dark', async () => {
    const { page, close } = await openReport(browser, report, { colorScheme: 'dark' });
    expect(await styleOf(page, 'body', 'backgroundColor')).toBe('rgb(18, 22, 27)');
    await close();
  });
});

describe('on paper', () => {
  it('stand the chart, the tables and the commands, without what can only be clicked, and black on white', async () => {
    const { page, close } = await openReport(browser, report, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await styleOf(page, 'body', 'backgroundColor')).toBe('rgb(255, 255, 255)');
    for (const hidden of ['.copy', '.kinds', '.overlay', '.skip', '#hint']) {
      expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
    }
    for (const shown of ['.chart', '.tables table', '.command.main code', '.transactions li']) {
      expect(await page.locator(shown).first().isVisible(), shown).toBe(true);
    }
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await close();
  });
});

describe('on a phone', () => {
  it('nothing is wider than the screen', async () => {
    const { page, close } = await openReport(browser, report, { viewport: { width: 360, height: 640 } });
    await page.locator('.spikes button').first().click();
    await page.locator('details.transaction summary').first().click();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await close();
  });
});

describe('without its script', () => {
  it('it is a page of tables, with its chart and its commands', async () => {
    const { page, close } = await openReport(browser, report, { javaScriptEnabled: false });
    expect(await page.locator('.chart .lane').count()).toBe(3);
    expect(await page.locator('.tables tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^shop\.orders\s+40\s+0\s+80/),
      expect.stringMatching(/^crm\.customers\s+0\s+40\s+0/),
    ]);
    expect(await page.locator('.command.main code').textContent()).toBe(
      'binflash rewrite bin.000001 -o undo.binlog',
    );
    // Folded things open without a script too.
    await page.getByText('Rows over time as a table').click();
    expect(await page.locator('.times tbody tr').count()).toBe(80);
    expect(await page.locator('.times tbody tr', { hasText: '03:02:00' }).innerText()).toMatch(/\t40\t1\t1$/);
    await page.locator('details.transaction summary').first().click();
    expect(await page.locator('details.transaction').first().innerText()).toContain('--start-position');
    expect(await page.locator('button:visible, input:visible, select:visible').count()).toBe(0);
    await close();
  });
});

describe('what cannot be undone', () => {
  it('stands beside the command of every span that holds it, and of no other', async () => {
    const { page, close } = await openReport(browser, report);
    const box = page.locator('.refused');
    expect(await box.textContent()).toContain('TRUNCATE TABLE customers');
    await page.locator('.spikes button').first().click();
    expect(await box.count()).toBe(0);
    // The command of the span with it is refused indeed, the other is not.
    await inShell(`${await copied(page, 'Undo these changes')} --dry-run`, folder);
    await page.getByRole('button', { name: 'Show everything' }).click();
    // It concerns one of the tables.
    await page.locator('.tables').getByRole('button', { name: 'shop.orders' }).click();
    expect(await box.count()).toBe(0);
    await page.locator('.tables').getByRole('button', { name: 'shop.orders' }).click();
    await expect(inShell(`${await copied(page, 'Undo these changes')} --dry-run`, folder)).rejects.toThrow(
      'TRUNCATE',
    );
    await close();
  });
});

describe('its policy', () => {
  it('lets nothing run and nothing be fetched, even if it came in', async () => {
    const { page, context } = await openReport(browser, report);
    const requests: string[] = [];
    // Asked only for what the policy lets out.
    await context.route('https://**', (route) => {
      requests.push(route.request().url());
      return route.abort();
    });
    const refused = await page.evaluate<string[]>(`(async () => {
      const refused = [];
      document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
      try { document.body.innerHTML += '<img src=x onerror="window.hacked = 1">'; } catch { refused.push('innerHTML'); }
      const image = document.createElement('img');
      image.setAttribute('src', 'https://binflash.invalid/x.png');
      document.body.append(image);
      await fetch('https://binflash.invalid/').catch(() => {});
      const button = document.createElement('button');
      try { button.setAttribute('onclick', 'window.hacked = 2'); } catch { refused.push('onclick'); }
      document.body.append(button);
      button.click();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return refused.concat(window.hacked === undefined ? [] : ['hacked']);
    })()`);
    expect(refused).toContain('innerHTML');
    expect(refused).toContain('img-src');
    expect(refused).toContain('connect-src');
    expect(refused).not.toContain('hacked');
    expect(requests).toEqual([]);
    await context.close();
  });
});

describe('the command', () => {
  const run = (command: string): Promise<string> => inShell(command, folder);

  it('sums up what it wrote, for programs too, and writes for its owner alone', async () => {
    expect(JSON.parse(await run('TZ=UTC binflash report bin.000001 -o summed.html --json'))).toMatchObject({
      output: 'summed.html',
      bucketSeconds: 1,
      rows: { insert: 80, update: 40, delete: 40 },
      transactions: 121,
      spike: { kind: 'delete', rows: 40, table: 'shop.orders' },
    });
    expect((await stat(join(folder, 'summed.html'))).mode & 0o777).toBe(0o600);
    expect(await run('binflash report bin.000001 -o - -q')).toMatch(/^<!doctype html>/);
  });

  it('takes row filters, and hands them on in its commands', async () => {
    const filter = "--where 'shop.orders: @1 < 10'";
    const { rows } = JSON.parse(await run(`binflash report bin.000001 -o where.html ${filter} --json`));
    expect(rows).toEqual({ insert: 4, update: 0, delete: 10 });
    const { page, close } = await openReport(browser, join(folder, 'where.html'));
    const command = await copied(page, 'Undo these changes');
    await close();
    // TIMESTAMP columns are compared in the time zone that the report was made in.
    const [start, zone] = command.split(' --time-zone ');
    expect(start).toBe(`binflash rewrite bin.000001 ${filter}`);
    expect(zone).toMatch(/^[\w/+-]+ -o undo\.binlog$/);
    expect(JSON.parse(await run(`${command} --dry-run --json`))).toMatchObject({ rows: 14 });
  });

  it.each([
    ['-o report.html', 2, 'exists already'],
    ['-o bin.000001 --force', 2, 'one of the inputs'],
    ['', 2, 'where the page goes is missing'],
    ['-o no.html --where "shop.orders: @1 <"', 2, '--where'],
    ['-o no.html -d nothing', 1, 'nothing matches'],
    ['-o missing/report.html', 5, 'missing'],
  ])('refuses %s', async (options, code, said) => {
    const failed = run(`binflash report bin.000001 ${options}`);
    await expect(failed).rejects.toThrow(`exit code ${code}`);
    await expect(failed).rejects.toThrow(said);
    expect(await readdir(folder)).not.toContain('no.html');
  });
});
