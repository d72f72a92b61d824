import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { ReportBody } from '../../src/report/event.ts';
import { check, openExercise, taskOf, type } from './at-work.ts';
import { picture } from './open-page.ts';
import { type OpenWorkshop, withWorkshop } from './open-workshop.ts';

const slow = { timeout: 20_000 };
const cellOf = (page: Page, seat: string, task: string) =>
  page.getByRole('row', { name: new RegExp(seat) }).getByRole('button', { name: new RegExp(`^${task}:`) });

test('an instructor sees a participant at work, says something to those with one mistake, answers a hand, resets the seat', () =>
  withWorkshop(['hints: locked', `closes: ${closesIn(90)}`], ['1', '2'], async (open) => {
    const { instructor, complaints, openSeat } = open;
    const page = await openSeat('day1-01');
    expect(new URL(page.url()).hash).toBe('#/');
    const other = await openSeat('day1-02');
    await page.getByText('min left').waitFor();
    await openExercise(page, 'by-hand/namespace');
    const pod = /named (\w+)/.exec((await taskOf(page, 'make').locator('h3').textContent()) ?? '')?.[1] ?? '';

    // A mistake, seen by the instructor with what was seen.
    expect((await check(page, 'make')).verdict).toMatchObject({ kind: 'fail', id: 'absent' });
    const cell = cellOf(instructor, 'Ada Lovelace', 'by-hand/namespace/make');
    await expect.poll(() => cell.getAttribute('aria-label'), slow).toContain('failing, absent, 1 tries');
    await cell.click();
    const detail = instructor.getByRole('region', { name: 'Seat', exact: true });
    await detail.locator('.netns', { hasText: 'green' }).waitFor(slow);
    await detail.locator('.observation', { hasText: 'net.netns' }).waitFor();

    // A word to those who are at the same mistake: one of two hears it.
    await instructor.getByRole('button', { name: 'Say something to those with absent' }).click();
    await instructor.getByRole('textbox').fill('ip netns has <b>the</b> verb.');
    await instructor.getByRole('button', { name: 'Send' }).click();
    await instructor.locator('.outcome', { hasText: 'Said to 1 seat.' }).waitFor();
    await page.locator('.notice', { hasText: 'ip netns has <b>the</b> verb.' }).waitFor(slow);
    expect(await page.locator('.notice b').count()).toBe(0);
    expect(await other.locator('.notice').count()).toBe(0);

    // Hints wait for the instructor.
    await taskOf(page, 'make').getByRole('button', { name: 'Hint' }).click();
    await taskOf(page, 'make').getByText('The instructor opens the hints of this task.').waitFor();
    await detail.getByRole('button', { name: 'Open hints' }).click();
    await page.locator('.notice.unlock').waitFor(slow);
    await taskOf(page, 'make').getByRole('button', { name: 'Hint' }).click();
    await page.getByRole('heading', { name: 'Hint 1' }).waitFor();

    await page.getByRole('button', { name: 'Raise hand' }).click();
    await instructor
      .getByRole('region', { name: 'Raised hands' })
      .getByRole('button', { name: 'Answer Ada Lovelace' })
      .click(slow);
    await page.locator('.notice.hand', { hasText: 'has been seen' }).waitFor(slow);
    await page.getByRole('button', { name: 'Raise hand' }).waitFor(slow);

    await type(page, 'node1', `ip netns add ${pod}; ip -n ${pod} link set lo up`);
    expect((await check(page, 'make')).solved).toBe(true);
    await expect.poll(() => cell.getAttribute('aria-label'), slow).toContain('solved');
    await detail.locator('.netns', { hasText: pod }).waitFor(slow);
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, 'workshop-seat');

    await crowd(open);
    await cell.click();
    await picturesOf(instructor);

    // Everything of that room goes, and its page goes on.
    await detail.getByRole('button', { name: 'Reset room' }).click();
    await detail.getByRole('button', { name: 'Yes, reset' }).click();
    await instructor.locator('.outcome', { hasText: 'is back at its start' }).waitFor(slow);
    await page.locator('.notice.reset', { hasText: 'built this room anew' }).waitFor(slow);
    await expect.poll(() => page.locator('.picture .netns', { hasText: pod }).count(), slow).toBe(0);
    expect((await check(page, 'serve')).verdict).toMatchObject({ kind: 'fail' });
    await other.locator('.picture', { hasText: 'node1' }).waitFor(slow);
    expect(complaints).toEqual([]);
  }));

test('a seat that is revoked loses its page and its terminals; another browser with the same card had its own', () =>
  withWorkshop(['seats: 12'], ['1'], async ({ desk, file, openSeat, origin, tokens, browser }) => {
    const page = await openSeat('day1-01');
    const second = await openSeat('day1-01');
    await openExercise(page, 'by-hand/namespace');
    await type(page, 'node1', 'true');
    expect((await desk.podlab('fleet', 'revoke', '1', '-w', file)).exitCode).toBe(0);
    await page.locator('#terminal-node1 .xterm-rows', { hasText: 'the session has ended' }).waitFor(slow);
    expect(await second.evaluate(async () => (await fetch('/seat/api/lab')).status)).toBe(401);
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(`${origin}/seat#${tokens.get('day1-01')}`);
    await stranger.getByText('The token on this card is not valid (any more).').waitFor();
    // A page that nobody has shown a card to says how to get in.
    await stranger.goto('about:blank');
    await stranger.goto(`${origin}/seat`);
    await stranger.getByText('This page opens with the address on your card.').waitFor();
  }));

test('names and evidence that want to be markup are text, at the instructor too', () =>
  withWorkshop(['seats: 12'], ['1'], async ({ instructor, report, complaints }) => {
    const evil = '<img src=x onerror=alert(1)>';
    const evidence = JSON.stringify([
      { probe: evil, args: { on: evil }, observation: { [evil]: evil, list: [{ a: evil }] } },
    ]);
    await report('day1-03', [{ verdict: 'fail', diagnosis: 'x'.repeat(200), say: evil, evidence }]);
    await cellOf(instructor, 'Grace Hopper', 'by-hand/namespace/make').click(slow);
    await instructor.locator('.observation', { hasText: evil }).waitFor(slow);
    expect(await instructor.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  }));

test('with TLS of its own the pages, their terminals and a reporting podlab work', () =>
  withWorkshop(
    ['seats: 12'],
    ['1'],
    async ({ desk, file, openSeat, origin, instructor }) => {
      expect(origin).toMatch(/^https:/);
      const page = await openSeat('day1-01');
      await openExercise(page, 'by-hand/namespace');
      await type(page, 'node1', 'true');
      // A participant on a machine of their own, who knows the fingerprint from the card.
      await desk.podlab('up', 'quickstart');
      const csv = join(desk.root, 'five.csv');
      const words = ['fleet', 'cards', '5', '--self-signed', '--json', '-w', file, '--url', `${origin}/`, '--csv', csv];
      const { fingerprint } = JSON.parse((await desk.podlab(...words)).stdout);
      const token = join(desk.root, 'token');
      writeFileSync(token, `${/seat#([\w-]+)/.exec(readFileSync(csv, 'utf8'))?.[1]}\n`);
      const report = (print: string) =>
        desk.podlab('report', `${origin}/`, '-s', 'quickstart', '--token-file', token, '--fingerprint', print);
      expect(await report('AB'.repeat(32))).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('another certificate'),
      });
      expect(await report(fingerprint)).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('has everything'),
      });
      await desk.podlab('hand', '-s', 'quickstart');
      await instructor.getByRole('region', { name: 'Raised hands' }).getByText('Edsger Dijkstra').waitFor(slow);
    },
    ['--self-signed'],
  ));

function closesIn(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString();
}

/** Ten more seats, each somewhere else: what a board looks like in the middle of a morning. */
async function crowd({ report }: OpenWorkshop): Promise<void> {
  const pass = (exercise: string, ...tasks: readonly string[]) =>
    tasks.map((task) => ({ exercise: `by-hand/${exercise}`, task }));
  const fail = (exercise: string, task: string, diagnosis: string, times = 1) =>
    Array.from(
      { length: times },
      (): Partial<ReportBody> => ({
        ...{ exercise: `by-hand/${exercise}`, task, verdict: 'fail', diagnosis },
        say: 'The members of `cni1` are veth-web. `web` and `db` belong to `cni0`.',
      }),
    );
  const first = pass('namespace', 'make', 'serve', 'share');
  const second = pass('veth', 'cable', 'address', 'peer');
  await report('day1-03', [...first, ...second, ...fail('bridge', 'plug', 'neighbour', 4)]);
  await report('day1-04', [...first, ...second, ...pass('bridge', 'bridge'), ...fail('bridge', 'plug', 'neighbour')]);
  await report('day1-05', [
    ...first,
    ...second,
    ...pass('bridge', 'bridge'),
    ...fail('bridge', 'plug', 'neighbour', 2),
  ]);
  await report('day1-06', [...first, ...fail('veth', 'cable', 'name-outside', 3)]);
  await report('day1-07', [...first, ...pass('veth', 'cable')]);
  await report('day1-08', [...fail('namespace', 'make', 'lo-down')]);
  await report('day1-09', [...first, ...second, ...pass('bridge', 'bridge', 'plug')]);
  await report('day1-10', [...first, { kind: 'hand-up', exercise: '', task: '', verdict: '' }]);
  await report('day1-11', [...first, ...second, ...fail('bridge', 'bridge', 'address')]);
}

async function picturesOf(page: Page): Promise<void> {
  await picture(page, 'workshop-board');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'workshop-board-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  // 200 % is half as many pixels of the style sheet.
  await page.setViewportSize({ width: 720, height: 450 });
  await picture(page, 'workshop-board-200');
  await page.setViewportSize({ width: 1440, height: 900 });
}
