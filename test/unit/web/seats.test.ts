// The pages of seats on the workshop's server: what a seat can do to itself, and can't to others.

import { describe, expect, test } from 'vitest';
import { withWorkshop } from './workshop.ts';

const websocket = {
  ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('a card', () => {
  test('opens the page of its seat, and gives a cookie for that alone', () =>
    withWorkshop(async ({ ask, origin, enter, seat }) => {
      const answer = await ask('/seat/enter', {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: '{"token":"one"}',
      });
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(/^podlab_seat_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/seat$/),
      ]);
      expect(JSON.parse((await seat(await enter('one'), '/seat/api/lab')).text)).toMatchObject({ stack: 'net-01' });
    }));

  test('that is wrong opens nothing, however it is written', () =>
    withWorkshop(async ({ enter, ask, origin }) => {
      expect(await enter('three')).toBe('');
      const headers = { origin, 'content-type': 'application/json' };
      for (const body of ['{}', '{"token":""}', `{"token":"${'x'.repeat(200)}"}`, '{"token":"one","seat":"net-02"}']) {
        expect([body, (await ask('/seat/enter', { method: 'POST', headers, body })).status]).toEqual([body, 400]);
      }
    }));

  test('is of no use to another page in the same browser', () =>
    withWorkshop(async ({ ask }) => {
      for (const headers of [{ origin: 'http://evil.example' }, {}]) {
        const all = { ...headers, 'content-type': 'application/json' };
        expect((await ask('/seat/enter', { method: 'POST', headers: all, body: '{"token":"one"}' })).status).toBe(403);
      }
    }));

  test('that is revoked ends the pages that it had opened, and its reports', () =>
    withWorkshop(async ({ enter, seat, tokens, report }) => {
      const cookie = await enter('one');
      expect((await seat(cookie, '/seat/api/lab')).status).toBe(200);
      tokens.delete('one');
      expect((await seat(cookie, '/seat/api/lab')).status).toBe(401);
      expect((await report('one', { events: [] })).status).toBe(401);
      // A new card for the same seat does not bring the old page back.
      tokens.set('fresh', 'net-01');
      expect((await seat(cookie, '/seat/api/lab')).status).toBe(401);
    }));
});

describe('a seat', () => {
  test('reads and writes itself; there is no way to name another', () =>
    withWorkshop(async ({ enter, seat, seats }) => {
      const [one, two] = [await enter('one'), await enter('two')];
      expect((await seat(one, '/seat/api/enter', { exercise: 'tiny/keys' })).status).toBe(200);
      expect(seats['net-01']?.session.progress.data.current).toEqual({ tiny: 'tiny/keys' });
      expect(seats['net-02']?.session.progress.data.current).toEqual({});
      for (const query of ['seat=net-02', 'stack=net-02', 'name=net-02']) {
        const { status, text } = await seat(one, `/seat/api/lab?${query}`);
        expect([query, status]).toEqual([query, query.startsWith('name') ? 404 : 400]);
        expect(text).not.toContain('"stack":"net-02"');
      }
      expect((await seat(one, '/seat/api/reset', { exercise: 'tiny/keys', seat: 'net-02' })).status).toBe(400);
      expect(JSON.parse((await seat(two, '/seat/api/lab')).text)).toMatchObject({ stack: 'net-02', begun: false });
    }));

  test('raises its own hand', () =>
    withWorkshop(async ({ enter, seat, raised }) => {
      await seat(await enter('two'), '/seat/api/hand', { up: true });
      expect(raised).toEqual(['net-02 true']);
    }));

  test("gets nothing of the instructor's, and the instructor's cookie opens no seat", () =>
    withWorkshop(async ({ enter, seat, instructor }) => {
      const cookie = await enter('one');
      const paths = ['/', '/api/board', '/api/seat?seat=net-01', '/api/board/events', '/api/export?format=json'];
      for (const path of paths) expect([path, (await seat(cookie, path)).status]).toEqual([path, 401]);
      const actions = ['/api/say', '/api/unlock', '/api/answer', '/api/reset', '/api/forget'];
      for (const path of actions) expect([path, (await seat(cookie, path, {})).status]).toEqual([path, 401]);
      // Under the instructor's name it is worth nothing either.
      const renamed = cookie.replace('podlab_seat_', 'podlab_');
      for (const path of paths) expect([path, (await seat(renamed, path)).status]).toEqual([path, 401]);
      expect((await instructor('/seat/api/lab')).status).toBe(401);
    }));

  test('that asks too often is slowed down, and its neighbour behind the same address is not', () =>
    withWorkshop(async ({ enter, seat }) => {
      const [one, two] = [await enter('one'), await enter('two')];
      let last = 0;
      for (let n = 0; n < 130; n++) last = (await seat(one, '/seat/api/hand', { up: true })).status;
      expect(last).toBe(429);
      expect((await seat(two, '/seat/api/hand', { up: true })).status).toBe(200);
    }));

  test('opens no terminal without its cookie or for another page, and none on a place that it does not have', () =>
    withWorkshop(async ({ ask, enter, origin }) => {
      const cookie = await enter('one');
      const path = '/seat/api/terminal?place=node1&columns=80&rows=24';
      expect((await ask(path, { headers: { ...websocket, cookie, origin: 'http://evil.example' } })).status).toBe(403);
      expect((await ask(path, { headers: { ...websocket, cookie } })).status).toBe(403);
      expect((await ask(path, { headers: { ...websocket, origin } })).status).toBe(401);
      const wide = path.replace('columns=80', 'columns=100000');
      expect((await ask(wide, { headers: { ...websocket, cookie, origin } })).status).toBe(400);
      const extra = `${path}&stack=net-02`;
      expect((await ask(extra, { headers: { ...websocket, cookie, origin } })).status).toBe(400);
    }));

  test('sends bodies of a few kilobytes and no more', () =>
    withWorkshop(async ({ enter, seat }) => {
      const body = { exercise: 'tiny/keys', task: 'count', given: 'x'.repeat(20_000) };
      expect((await seat(await enter('one'), '/seat/api/check', body)).status).toBe(413);
    }));

  test.each([
    '/seat/pictures/../room.svg',
    '/seat/pictures/tiny/..%2f..%2fsecret',
    '/seat/pictures//etc/passwd',
    '/seat/../api/board',
    '/seat/..%2fapi%2fboard',
    '/seat%2f..%2fapi%2fboard',
    '/page/../server.ts',
    '/page/..%2fserver.ts',
  ])('%s leads nowhere', (path) =>
    withWorkshop(async ({ enter, seat }) => {
      const { status, text } = await seat(await enter('one'), path);
      expect([400, 401, 404]).toContain(status);
      expect(text).not.toMatch(/root:|createPageServer|"seats"/);
    }),
  );

  test("has its lab's pictures, which can't run anything", () =>
    withWorkshop(async ({ enter, seat }) => {
      const { status, headers } = await seat(await enter('one'), '/seat/pictures/tiny/pictures/room.svg');
      expect([status, headers['content-security-policy']]).toEqual([200, "default-src 'none'; sandbox"]);
    }));
});

test("what is open to everybody shows nothing: the page's document and podlab's own files", () =>
  withWorkshop(async ({ ask }) => {
    const { status, headers, text } = await ask('/seat');
    expect(status).toBe(200);
    expect(text).not.toMatch(/<style|style=|<script(?! type="module" src=)|\son\w+=|https?:|net-0/);
    expect(String(headers['content-security-policy'])).toContain("default-src 'none'");
    expect((await ask('/page/main.ts')).status).toBe(200);
    for (const path of ['/seat/api/lab', '/seat/api/events', '/seat/pictures/tiny/pictures/room.svg', '/']) {
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
    }
  }));

test('under a name that is not its own the server says nothing, so rebinding gains nothing', () =>
  withWorkshop(async ({ ask, enter }) => {
    const cookie = await enter('one');
    expect((await ask('/seat/api/lab', { headers: { cookie, host: 'evil.example' } })).status).toBe(403);
    expect((await ask('/seat', { headers: { host: 'evil.example' } })).status).toBe(403);
  }));
