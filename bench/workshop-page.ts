// The instructor's page in Debian's Chromium: when it is painted, when a report is on it, how soon it answers a click.

import { existsSync } from 'node:fs';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Spread, spread } from './timing.ts';
import { type Reporter, reportOnce } from './workshop-reports.ts';
import type { RunningServer } from './workshop-server.ts';

// What the functions below find in a browser, of which the rest of this program knows nothing.
interface PageElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  click(): void;
}
declare const document: { querySelector(selector: string): PageElement | null };
declare function requestAnimationFrame(then: (at: number) => void): number;

/** Milliseconds. */
export interface PageFigures {
  readonly toScreen: Spread;
  readonly firstPaint: Spread;
  readonly click: Spread;
}

const executablePath = '/usr/bin/chromium';
const [paints, reports, clicks] = [5, 12, 8];
const cell = 'tbody tr:first-child .cell button';

export async function measurePage(server: RunningServer, seat: Reporter): Promise<PageFigures | undefined> {
  if (!existsSync(executablePath)) return undefined;
  const args = process.geteuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(server.link);
    await page.locator(cell).waitFor();
    return {
      firstPaint: spread(await repeat(paints, () => paintOnce(context, server.origin))),
      toScreen: spread(await repeat(reports, (n) => reportToScreen(page, server.origin, seat, n))),
      click: spread(await repeat(clicks, (n) => clickOnce(page, n))),
    };
  } finally {
    await browser.close();
  }
}

/** From the navigation until the grid is painted: the frame after its first cell is there. */
async function paintOnce(context: BrowserContext, origin: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  const ms = await page.evaluate(async (selector) => {
    while (document.querySelector(selector) === null) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now();
  }, cell);
  await page.close();
  return ms;
}

/** Until the frame after the number of tries of the seat has changed. */
async function reportToScreen(page: Page, origin: string, seat: Reporter, n: number): Promise<number> {
  const diagnosis = `bench-${n}`;
  const seen = page.evaluate(
    async ([selector, wanted]) => {
      const isThere = () => document.querySelector(selector)?.getAttribute('title')?.includes(wanted) === true;
      while (!isThere()) await new Promise(requestAnimationFrame);
      return performance.timeOrigin + performance.now();
    },
    [cell, `${diagnosis},`] as const,
  );
  const sent = performance.timeOrigin + performance.now();
  await reportOnce(origin, seat, { diagnosis });
  return (await seen) - sent;
}

/** Until the frame in which the other seat is shown. */
async function clickOnce(page: Page, n: number): Promise<number> {
  return page.evaluate(async (row) => {
    const button = document.querySelector(`tbody tr:nth-child(${row}) .cell button`);
    const name = document.querySelector(`tbody tr:nth-child(${row}) th .link`)?.textContent ?? '';
    const started = performance.now();
    button?.click();
    const isThere = () => document.querySelector('.detail h2')?.textContent?.includes(name) === true;
    while (!isThere()) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
  }, n + 2);
}

async function repeat(times: number, once: (n: number) => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let n = 0; n < times; n++) values.push(await once(n));
  return values;
}
