import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Browser, BrowserContext, Page } from './index.ts';

export type ContextOptions = Parameters<Browser['newContext']>[0];

/** A report in a browser, watched: it must say nothing, ask nothing and fetch nothing. */
export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Closes it; fails when the page has done anything but show itself. */
  close(): Promise<void>;
}

/** Opens the page at a path, as a double click does. */
export async function openReport(
  browser: Browser,
  path: string,
  options: ContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1240, height: 900 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const address = pathToFileURL(path).href;
  const done: string[] = [];
  context.on('request', (request) => {
    if (request.url() !== address) done.push(`request: ${request.url()}`);
  });
  context.on('page', (other) => done.push(`window: ${other.url()}`));
  page.on('console', (message) => done.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => done.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    done.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return {
    page,
    context,
    async close() {
      await context.close();
      expect(done, 'what the page did besides showing itself').toEqual([]);
    },
  };
}

/** Presses the button beside a command and answers what is on the clipboard then. */
export async function copied(page: Page, name: string): Promise<string> {
  const button = page.getByRole('button', { name: `Copy: ${name}` }).first();
  await button.click();
  await expect.poll(() => button.textContent()).toBe('Copied');
  return page.evaluate<string>('navigator.clipboard.readText()');
}
