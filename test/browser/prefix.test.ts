// The pages of two seats under one name, each behind a path, as an Ingress with `path:` has them.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type Desk, withDesk } from '../support/podlab.ts';
import { check, openExercise, taskOf, type } from './at-work.ts';

const host = 'lab.example';
const seats = ['day1-03', 'day1-04'];
const mountOf = (seat: string) => `/seats/${seat}`;
const tokenOf = (seat: string) => `${seat}-abcdefghijklmnopqr`;

/** The page of a seat, as its container serves it. @returns its port */
async function startSeat(desk: Desk, seat: string): Promise<number> {
  const dir = join(desk.root, seat);
  mkdirSync(dir);
  const policy = { version: 1, name: 'day1', title: 'Day', labs: ['by-hand'], hints: 'open', opensAt: 0, closesAt: 0 };
  writeFileSync(join(dir, 'workshop.json'), JSON.stringify(policy));
  writeFileSync(join(dir, 'token'), createHash('sha256').update(tokenOf(seat)).digest('hex'));
  const up = await desk.podlab('up', desk.stackFile(seat, 'podlab:nodes: { count: 1 }'));
  expect(up.exitCode, up.stderr).toBe(0);
  const child = desk.start('seat', dir, '--json', '--stack', seat, '--url', `http://${host}${mountOf(seat)}/`);
  const [chunk] = await once(child.stdout ?? child, 'data');
  return Number(new URL((JSON.parse(String(chunk)) as { url: string }).url).port);
}

interface Proxy {
  readonly port: number;
  /** `PATH COOKIES` of everything that was passed on. */
  readonly passed: string[];
  close(): void;
}

/** Passes on what begins with the path of a seat, as it is, and nothing else: so does an Ingress with pathType Prefix. */
async function openProxy(ports: ReadonlyMap<string, number>): Promise<Proxy> {
  const passed: string[] = [];
  const wayOf = ({ url = '', headers }: IncomingMessage) => {
    const [seat, port] = [...ports].find(([one]) => url.startsWith(`${mountOf(one)}/`)) ?? [];
    if (seat !== undefined) passed.push(`${url} ${headers.cookie ?? ''}`);
    return port;
  };
  const server = createServer((asked, reply) => {
    const port = wayOf(asked);
    if (port === undefined) return void reply.writeHead(404).end();
    const { method, url, headers } = asked;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    reply.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  server.on('upgrade', (asked, socket, head) => {
    const port = wayOf(asked);
    if (port === undefined) return socket.destroy();
    const onward = connect(port, '127.0.0.1', () => {
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let at = 0; at < asked.rawHeaders.length; at += 2)
        lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port, passed, close };
}

async function openSeat(context: BrowserContext, seat: string, complaints: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on('console', (message) => {
    // Chromium says so of every page that has neither TLS nor a loopback address.
    if (message.text().startsWith('The Cross-Origin-Opener-Policy header has been ignored')) return;
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://${host}${mountOf(seat)}/seat#${tokenOf(seat)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

test('pages behind a path load, check, show their room as it changes, and have shells; neighbours keep their own sessions', () =>
  withDesk(async (desk) => {
    const ports = new Map<string, number>();
    await Promise.all(seats.map(async (seat) => ports.set(seat, await startSeat(desk, seat))));
    const proxy = await openProxy(ports);
    // As root Chromium's own sandbox can't be made; the pages are ours.
    const sandbox = process.geteuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [...sandbox, `--host-resolver-rules=MAP ${host}:80 127.0.0.1:${proxy.port}`],
    });
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const complaints: string[] = [];
      const [page, other] = [
        await openSeat(context, seats[0] ?? '', complaints),
        await openSeat(context, seats[1] ?? '', complaints),
      ];
      expect(new URL(page.url()).hash).toBe('#/');
      const cookies = (await context.cookies()).map(({ name, path, httpOnly, sameSite }) => ({
        ...{ name, path, httpOnly, sameSite },
      }));
      expect(cookies.sort((one, two) => one.name.localeCompare(two.name))).toEqual(
        seats.map((seat) => ({
          ...{ name: `podlab_seat_${seat}`, path: `${mountOf(seat)}/seat`, httpOnly: true, sameSite: 'Strict' },
        })),
      );

      for (const one of [page, other]) await openExercise(one, 'by-hand/namespace');
      const pod = /named (\w+)/.exec((await taskOf(page, 'make').locator('h3').textContent()) ?? '')?.[1] ?? '';
      expect((await check(page, 'make')).verdict).toMatchObject({ kind: 'fail', id: 'absent' });
      // A shell by a WebSocket, and the picture by an event stream.
      await type(page, 'node1', `ip netns add ${pod}; ip -n ${pod} link set lo up`);
      await page.locator('.picture .netns', { hasText: pod }).waitFor({ timeout: 20_000 });
      expect((await check(page, 'make')).solved).toBe(true);
      expect((await check(other, 'make')).verdict).toMatchObject({ kind: 'fail', id: 'absent' });
      await page.reload();
      await expect.poll(() => taskOf(page, 'make').getAttribute('class'), { timeout: 20_000 }).toContain('solved');

      // Each cookie went to its own seat alone.
      const foreign = proxy.passed.filter((line) =>
        /day1-03.*podlab_seat_day1-04|day1-04.*podlab_seat_day1-03/.test(line),
      );
      expect(foreign).toEqual([]);
      expect(proxy.passed.some((line) => /\/seat\/api\/terminal\?.* podlab_seat_day1-03=/.test(line))).toBe(true);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      proxy.close();
    }
  }));
