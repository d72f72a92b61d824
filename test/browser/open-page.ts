// A participant's browser: Debian's Chromium on a page that podlab serves, with every complaint of the browser noted.

import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Desk, withDesk } from '../support/podlab.ts';

export interface OpenPage {
  readonly desk: Desk;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** The link that podlab printed; it has been used. */
  readonly link: string;
  readonly origin: string;
  /** Errors, refused requests and violations of the page's policy, as the browser says them. */
  readonly complaints: string[];
}

/** Serves a lab and opens it in a window of 1280 by 800; everything is gone afterwards. */
export async function withOpenPage(lab: string, work: (open: OpenPage) => Promise<void>): Promise<void> {
  await withDesk(async (desk) => {
    const server = desk.start('page', lab);
    const [chunk] = await once(server.stdout ?? server, 'data');
    const link = String(chunk).trim();
    // As root Chromium's own sandbox can't be made; the page is ours.
    const args = process.geteuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(link);
      await page.waitForURL(new URL('/', link).href);
      await work({ desk, browser, context, page, link, origin: new URL(link).origin, complaints });
    } finally {
      await browser.close();
    }
  });
}

/** Writes a picture for the docs when PODLAB_PICTURES is 1; a test alone leaves the tree as it is. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PODLAB_PICTURES !== '1') return;
  const dir = join(import.meta.dirname, '..', '..', 'docs', 'images');
  mkdirSync(dir, { recursive: true });
  // What appears does so slowly.
  await page.waitForTimeout(900);
  await page.screenshot({ path: join(dir, `${name}.png`) });
}
