import { type Browser, chromium } from 'playwright-core';
import { provisionBrowser } from './provision.ts';

export type { Browser, BrowserContext, Page } from 'playwright-core';

/**
 * Starts a real browser without a window. Stopping it is the caller's (`close`); it also ends with this process.
 * What it is shown here is made by the tests themselves, so it does without its sandbox, which containers forbid.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await provisionBrowser();
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--no-zygote'] });
}
