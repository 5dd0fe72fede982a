/**
 * Makes the pictures of docs/report.md anew, from a shipped binlog: `npx tsx test/browser/screenshots.ts`, after a
 * build.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startBrowser } from './index.ts';
import { inShell } from './shell.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/mysql-9.7/', import.meta.url));
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'binflash-pictures-'));
const browser = await startBrowser();
try {
  const report = join(folder, 'report.html');
  await inShell(`TZ=UTC binflash report incident.binlog -o '${report}'`, fixtures);
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1120, height: 1560 } });
    await page.goto(pathToFileURL(report).href);
    await page.locator('.spikes button').first().click();
    await page.locator('details.transaction summary').first().click();
    // The pointer and the focus are no part of the picture.
    await page.mouse.move(0, 0);
    await page.evaluate('document.activeElement.blur()');
    await page.screenshot({ path: join(images, `report-${colorScheme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
