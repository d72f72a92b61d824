// The page of a seat behind a forwarded port, a port of a node or an Ingress: which names and origins are its own.

import { expect, test } from 'vitest';
import type { Front } from '../../../src/web/access.ts';
import { serveSeat } from '../../../src/web/instructor/serve-seat.ts';
import { send, withWorkshop } from './workshop.ts';

interface Tools {
  /** Status, text and cookie. */
  ask(
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<readonly [number, string, string]>;
}

function withSeat(front: Partial<Front>, work: (tools: Tools) => Promise<void>): Promise<void> {
  return withWorkshop(async ({ desk }) => {
    const place = { address: '127.0.0.1', tls: undefined, names: ['127.0.0.1', 'localhost'] };
    const whole = { host: '', mount: '', cookie: 'podlab_seat_net-01', ...front };
    const server = await serveSeat(desk, 0, { ...place, front: whole });
    const port = Number(new URL(server.origin).port);
    try {
      await work({
        ask: async (path, headers, body) => {
          const json = { 'content-type': 'application/json', ...headers };
          const answer = await (body === undefined
            ? send(port, path, { headers })
            : send(port, path, { method: 'POST', headers: json, body: JSON.stringify(body) }));
          return [answer.status, answer.text, String(answer.headers['set-cookie'] ?? '')];
        },
      });
    } finally {
      await server.close();
    }
  });
}

const websocket = {
  ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const enter = (host: string, origin: string) => [{ host, origin }, { token: 'one' }] as const;

test.each(['127.0.0.1:9000', 'localhost:9000', '10.0.0.7:30801', '[2001:db8::1]:30801', '10.0.0.7'])(
  'a forwarded port may be called %s',
  (host) =>
    withSeat({}, async ({ ask }) => {
      expect((await ask('/seat', { host }))[0]).toBe(200);
      const [status, , cookie] = await ask('/seat/enter', ...enter(host, `http://${host}`));
      expect([status, cookie]).toEqual([
        200,
        expect.stringMatching(/^podlab_seat_net-01=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/seat$/),
      ]);
      const lab = await ask('/seat/api/lab', { host, cookie: cookie.split(';')[0] ?? '' });
      expect(lab).toEqual([200, expect.stringContaining('"stack":"net-01"'), '']);
    }),
);

test('a name that nobody has configured is refused, so rebinding one to the pod gains nothing', () =>
  withSeat({ host: 'net-01.lab.example' }, async ({ ask }) => {
    const names = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'x.lab.example', '10.0.0.7:1:1'];
    for (const host of names) {
      expect([host, (await ask('/seat', { host }))[0]]).toEqual([host, 403]);
      expect([host, (await ask('/seat/enter', ...enter(host, `http://${host}`)))[0]]).toEqual([host, 403]);
    }
  }));

test('behind an Ingress the configured name is its own, with and without TLS before it', () =>
  withSeat({ host: 'net-01.lab.example' }, async ({ ask }) => {
    const [status, , cookie] = await ask('/seat/enter', ...enter('net-01.lab.example', 'https://net-01.lab.example'));
    expect([status, cookie]).toEqual([200, expect.stringContaining('; Secure; Path=/seat')]);
    const [plain, , open] = await ask('/seat/enter', ...enter('net-01.lab.example', 'http://net-01.lab.example'));
    expect([plain, open]).toEqual([200, expect.not.stringContaining('Secure')]);
  }));

test("another page's origin is refused, also that of another seat under the same address", () =>
  withSeat({ host: 'lab.example' }, async ({ ask }) => {
    for (const [host, origin] of [
      ['lab.example', 'https://evil.example'],
      ['10.0.0.7:30801', 'http://10.0.0.7:30802'],
      ['127.0.0.1:8080', 'http://127.0.0.1:8081'],
      ['10.0.0.7:30801', 'https://10.0.0.7:30801'],
    ] as const) {
      expect([origin, (await ask('/seat/enter', ...enter(host, origin)))[0]]).toEqual([origin, 403]);
    }
    expect((await ask('/seat/enter', { host: 'lab.example' }, { token: 'one' }))[0]).toBe(403);
  }));

test('a path that a proxy passes on is taken away, and the cookie goes there alone', () =>
  withSeat({ host: 'lab.example', mount: '/day1/net-01' }, async ({ ask }) => {
    const host = 'lab.example';
    const [status, document] = await ask('/day1/net-01/seat', { host });
    expect(status).toBe(200);
    // What the page loads is relative to it, so the path stays before it.
    expect(document).not.toMatch(/(href|src)="\//);
    for (const path of document.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const { pathname } = new URL(path[1] ?? '', 'http://lab.example/day1/net-01/seat');
      expect([pathname, (await ask(pathname, { host }))[0]]).toEqual([pathname, 200]);
    }
    const [, script] = await ask('/day1/net-01/page/main.ts', { host });
    expect(script).not.toMatch(/from\s*["']\//);
    const [, , cookie] = await ask('/day1/net-01/seat/enter', ...enter(host, 'https://lab.example'));
    expect(cookie).toMatch(/; Path=\/day1\/net-01\/seat$/);
    const [own = ''] = cookie.split(';');
    expect((await ask('/day1/net-01/seat/api/lab', { host, cookie: own }))[0]).toBe(200);
    const terminal = '/day1/net-01/seat/api/terminal?place=node1&columns=80&rows=24';
    const page = { host, cookie: own, origin: 'https://lab.example' };
    expect((await ask(terminal, { ...websocket, ...page }))[0]).toBe(101);
    expect((await ask(terminal, { ...websocket, ...page, origin: 'https://evil.example' }))[0]).toBe(403);
    // No such path here: not even podlab's own files.
    expect((await ask('/day1/net-02/page/main.ts', { host, cookie: own }))[0]).toBe(401);
  }));

test('a seat has nothing for an instructor', () =>
  withSeat({}, async ({ ask }) => {
    for (const path of ['/', '/api/board', '/api/export?format=json', '/enter?token=one']) {
      expect([path, [401, 403, 404].includes((await ask(path, { host: '127.0.0.1:1' }))[0])]).toEqual([path, true]);
    }
    expect((await ask('/seat/enter', { host: '127.0.0.1:1', origin: 'http://127.0.0.1:1' }, { token: 'no' }))[0]).toBe(
      403,
    );
  }));
