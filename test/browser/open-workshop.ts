// A workshop that is served: an instructor's browser, participants' browsers, and seats that report from elsewhere.

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { chainEvent, type ReportBody, type ReportEvent } from '../../src/report/event.ts';
import { type Desk, withDesk } from '../support/podlab.ts';

export interface OpenWorkshop {
  readonly desk: Desk;
  readonly file: string;
  readonly origin: string;
  readonly browser: Browser;
  readonly instructor: Page;
  /** Tokens by seat. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Errors, refused requests and violations of the pages' policy, as the browser says them. */
  readonly complaints: string[];
  /** The page that a seat's card leads to, in a browser of its own. */
  openSeat(seat: string, context?: BrowserContext): Promise<Page>;
  /** As a podlab somewhere else does. */
  report(seat: string, bodies: readonly Partial<ReportBody>[]): Promise<void>;
}

const people = [
  ...['Ada Lovelace', 'Barbara Liskov', 'Grace Hopper', 'Radia Perlman', 'Edsger Dijkstra', 'Sally Floyd'],
  ...['Jon Postel', 'Elizabeth Feinler', 'Paul Baran', 'Donald Davies', 'Van Jacobson', 'Yogen Dalal'],
];

/** @param built seats whose rooms are built; the others only report */
export async function withWorkshop(
  lines: readonly string[],
  built: readonly string[],
  work: (open: OpenWorkshop) => Promise<void>,
  serve: readonly string[] = [],
): Promise<void> {
  await withDesk(async (desk) => {
    const file = join(desk.root, 'workshop.yaml');
    const head = ['name: day1', 'title: Kubernetes networking', 'stack: quickstart', 'labs: [by-hand]'];
    writeFileSync(join(desk.root, 'people.csv'), ['name', ...people, ''].join('\n'));
    writeFileSync(file, [...head, 'roster: people.csv', ...lines, ''].join('\n'));
    const csv = join(desk.root, 'cards.csv');
    const cards = ['fleet', 'cards', '-w', file, '--url', 'https://lab.example/', '--csv', csv];
    expect(await desk.podlab(...cards)).toMatchObject({ exitCode: 0 });
    expect(await desk.podlab('fleet', 'up', ...built, '-w', file)).toMatchObject({ exitCode: 0 });
    const server = desk.start('serve', '-w', file, '--json', ...serve);
    const [chunk] = await once(server.stdout ?? server, 'data');
    const { url, reports } = JSON.parse(String(chunk)) as { url: string; reports: string };
    const origin = new URL(reports).origin;
    const tokens = new Map(
      [...readFileSync(csv, 'utf8').matchAll(/^(day1-\d+),.*seat#([\w-]+),/gm)].map(([, seat = '', token = '']) => [
        seat,
        token,
      ]),
    );
    // As root Chromium's own sandbox can't be made; the pages are ours.
    const args = process.geteuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
    const complaints: string[] = [];
    const newPage = async (context: BrowserContext) => {
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      return page;
    };
    const window = { viewport: { width: 1440, height: 900 }, colorScheme: 'light', ignoreHTTPSErrors: true } as const;
    const chains = new Map<string, ReportEvent[]>();
    try {
      const instructor = await newPage(await browser.newContext(window));
      await instructor.goto(url);
      await instructor.getByText('live', { exact: true }).waitFor();
      await work({
        ...{ desk, file, origin, browser, instructor, tokens, complaints },
        openSeat: async (seat, context) => {
          const page = await newPage(
            context ?? (await browser.newContext({ ...window, viewport: { width: 1280, height: 800 } })),
          );
          await page.goto(`${origin}/seat#${tokens.get(seat)}`);
          await page.getByRole('heading', { level: 1 }).waitFor();
          return page;
        },
        report: async (seat, bodies) => {
          const events = chains.get(seat) ?? [];
          for (const body of bodies) events.push(chainEvent({ ...nothing, at: Date.now(), ...body }, events.at(-1)));
          chains.set(seat, events);
          const answer = await fetch(`${origin}/api/events`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.get(seat)}` },
            body: JSON.stringify({ events: events.slice(-50) }),
          });
          expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"taken"')]);
        },
      });
    } finally {
      await browser.close();
    }
  });
}

const nothing: ReportBody = {
  at: 0,
  ...{ kind: 'check', exercise: 'by-hand/namespace', task: 'make', verdict: 'pass' },
  ...{ diagnosis: '', say: '', evidence: '' },
};
