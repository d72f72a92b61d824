import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { labFiles } from '../../src/host/files.ts';
import { probes } from '../../src/probe/registry.ts';
import { loadLab } from '../../src/workshop/load-lab.ts';
import { check, openExercise, solveByHand, taskOf, type } from './at-work.ts';
import { picture, withOpenPage } from './open-page.ts';

const { lab } = await loadLab(join(import.meta.dirname, '..', '..', 'labs', 'by-hand'), labFiles, probes);
if (lab === undefined) throw new Error('there is no lab by-hand');
const nodes = ['node1', 'node2'];

/** The room's name of what a task asks for, as its heading has it. */
async function nameIn(page: Page, task: string, pattern: RegExp): Promise<string> {
  return pattern.exec((await taskOf(page, task).locator('h3').textContent()) ?? '')?.[1] ?? '';
}

test('a participant does the first exercise by hand: mistakes are told apart, the room is seen to change, a reload keeps everything', () =>
  withOpenPage('by-hand', async ({ page, complaints }) => {
    await page.getByRole('heading', { name: 'Pod networking by hand', level: 1 }).waitFor();
    await picture(page, 'page-lab');
    await page.getByRole('link', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'A pod is a namespace' }).waitFor();
    const room = page.locator('.picture');
    const pod = await nameIn(page, 'make', /named (\w+)/);

    // Nothing done yet.
    await room.locator('.netns', { hasText: 'green' }).waitFor();
    expect((await check(page, 'make')).verdict).toMatchObject({ kind: 'fail', id: 'absent' });
    const verdict = taskOf(page, 'make').locator('.verdict');
    expect(await verdict.textContent()).toContain(
      `There is no namespace ${pod} on node1; there are: blue, green, red.`,
    );
    expect(await verdict.locator('.observation').count()).toBe(1);
    expect(await page.locator('.announcer').textContent()).toContain('make: not yet.');

    // Half of it, typed into a real shell: another diagnosis, and the picture shows where.
    await type(page, 'node1', `ip netns add ${pod}`);
    await room.locator('.netns', { hasText: pod }).waitFor({ timeout: 20_000 });
    expect((await check(page, 'make')).verdict).toMatchObject({ kind: 'fail', id: 'lo-down' });
    await room.locator('.netns.bad', { hasText: pod }).waitFor();

    await type(page, 'node1', `ip -n ${pod} link set lo up`);
    expect((await check(page, 'make')).solved).toBe(true);
    await room.locator('.netns.good', { hasText: pod }).waitFor();
    await page.getByText('This is all that').waitFor();

    // A slip of form does not count; a wrong answer does.
    const port = await nameIn(page, 'serve', /port (\d+)/);
    await type(page, 'node1', `setsid ip netns exec ${pod} busybox httpd -f -p ${port} >/dev/null 2>&1 </dev/null &`);
    expect((await check(page, 'serve')).solved).toBe(true);
    expect(await check(page, 'share', 'what?')).toHaveProperty('malformed');
    expect((await check(page, 'share', '1')).verdict).toMatchObject({ kind: 'fail', id: 'node-own' });

    await page.reload();
    await page.getByRole('heading', { name: 'A pod is a namespace' }).waitFor();
    await expect.poll(() => page.locator('.task.solved').count()).toBe(2);
    await room.locator('.netns', { hasText: pod }).waitFor({ timeout: 20_000 });
    expect(await page.locator('.progress').textContent()).toContain('2 of 30');

    await page.getByRole('button', { name: 'Reset this exercise' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await expect.poll(() => page.locator('.task.solved').count()).toBe(0);
    await expect.poll(() => room.locator('.netns', { hasText: pod }).count(), { timeout: 20_000 }).toBe(0);
    expect(complaints).toEqual([]);
  }));

test('a participant does the whole lab, from the first page to the last', () =>
  withOpenPage('by-hand', async ({ page, complaints, desk }) => {
    const leftOut: string[] = [];
    for (const exercise of lab.exercises) {
      await openExercise(page, exercise.id);
      for (const task of exercise.tasks) {
        if ((await solveByHand(page, task.id, nodes)) === 'left out') leftOut.push(`${exercise.id}/${task.id}`);
      }
      await page.evaluate(() => scrollTo(0, 0));
      await picturesOf(page, exercise.id);
    }
    await page.getByRole('link', { name: 'The lab is done' }).click();
    await page.getByText('This lab is done.').waitFor();
    expect(await page.locator('.progress').textContent()).toContain('30 of 30');
    // Only what is measured may be too noisy; the browser says so as a failed request.
    expect(leftOut.filter((id) => !id.startsWith('by-hand/host-mode/'))).toEqual([]);
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
    // The same progress as the terminal's.
    const { labs } = JSON.parse((await desk.podlab('labs', '--json')).stdout);
    const exercises: { solved: number }[] = labs.find(({ name }: { name: string }) => name === 'by-hand').exercises;
    expect(exercises.reduce((sum, { solved }) => sum + solved, 0)).toBe(30 - leftOut.length);
  }));

async function picturesOf(page: Page, exercise: string): Promise<void> {
  if (exercise === 'by-hand/bridge') {
    await picture(page, 'page-exercise');
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'page-exercise-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    // 200 % is half as many pixels of the style sheet.
    await page.setViewportSize({ width: 640, height: 400 });
    await picture(page, 'page-exercise-200');
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  if (exercise === 'by-hand/vxlan') await picture(page, 'page-tunnel');
  if (exercise === 'by-hand/host-mode') {
    const chart = page.locator('.chart').last();
    if ((await chart.count()) > 0) await chart.scrollIntoViewIfNeeded();
    await picture(page, 'page-chart');
  }
}

test('everything can be done with the keyboard', () =>
  withOpenPage('by-hand', async ({ page, complaints }) => {
    await openExercise(page, 'by-hand/namespace');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the exercise');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-node1');
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.className);
    await expect.poll(focused).toContain('xterm');
    await page.keyboard.press('F6');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-node1');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-node2');
    const button = taskOf(page, 'make').getByRole('button', { name: 'Check', exact: true });
    await button.focus();
    const outline = await button.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await taskOf(page, 'make').locator('.verdict.fail').waitFor();
    expect(complaints).toEqual([]);
  }));

test('names and evidence are text, whatever they say', () =>
  withOpenPage('by-hand', async ({ page, complaints }) => {
    await openExercise(page, 'by-hand/namespace');
    const hostile = '<img src=x onerror=alert(1)>';
    await type(
      page,
      'node1',
      `ip netns add '${hostile}'; ip link add '<b>x</b>' type dummy; printf '\\033]0;<script>alert(2)</script>\\007'`,
    );
    await page.locator('.picture .netns', { hasText: '<img src=x' }).waitFor({ timeout: 20_000 });
    expect((await check(page, 'make')).verdict).toMatchObject({ kind: 'fail', id: 'absent' });
    expect(await taskOf(page, 'make').locator('.verdict').textContent()).toContain(hostile);
    expect(await page.locator('img, .verdict b, .picture b').count()).toBe(0);
    await page.evaluate(() => {
      location.hash = '#/<img src=x onerror=alert(3)>';
    });
    await page.locator('.verdict.broken', { hasText: 'has no exercise' }).waitFor();
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  }));

test('a used link, no cookie and another page in the same browser get nowhere', () =>
  withOpenPage('by-hand', async ({ browser, context, page, link, origin }) => {
    await openExercise(page, 'by-hand/namespace');
    const stranger = await (await browser.newContext()).newPage();
    expect((await stranger.goto(link))?.status()).toBe(403);
    expect((await stranger.goto(`${origin}/`))?.status()).toBe(401);

    const evil = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>hello'));
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    try {
      const other = await context.newPage();
      await other.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
      const seen = await other.evaluate(async (target) => {
        const tried = (path: string, init: RequestInit) =>
          fetch(target + path, { credentials: 'include', ...init }).then(
            (response) => `${response.status}`,
            () => 'refused',
          );
        const socket = new WebSocket(`${target.replace('http', 'ws')}/api/terminal?place=node1&columns=80&rows=24`);
        const terminal = await new Promise<string>((resolve) => {
          socket.onopen = () => resolve('open');
          socket.onerror = () => resolve('refused');
        });
        const frame = document.createElement('iframe');
        frame.src = `${target}/`;
        document.body.append(frame);
        await new Promise((resolve) => {
          frame.onload = resolve;
        });
        return {
          read: await tried('/api/lab', {}),
          act: await tried('/api/reset', {
            method: 'POST',
            body: '{"exercise":"by-hand/namespace"}',
            headers: { 'content-type': 'application/json' },
          }),
          simple: await tried('/api/reset', { method: 'POST', body: '{}', mode: 'no-cors' }),
          terminal,
        };
      }, origin);
      expect(seen).toEqual({ read: 'refused', act: 'refused', simple: 'refused', terminal: 'refused' });
    } finally {
      evil.close();
    }
    const large = await page.evaluate(async () => {
      const body = JSON.stringify({ exercise: 'x'.repeat(20_000) });
      return (await fetch('/api/enter', { method: 'POST', body, headers: { 'content-type': 'application/json' } }))
        .status;
    });
    expect(large).toBe(413);
    const traversal = await page.evaluate(async () => (await fetch('/pictures/..%2f01-namespace.md')).status);
    expect(traversal).toBe(404);
  }));
