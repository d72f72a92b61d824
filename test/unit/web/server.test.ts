import { describe, expect, test } from 'vitest';
import { withPage } from './page-desk.ts';

describe('who may come in', () => {
  test('nothing is to be had without the cookie, neither page nor data nor a style sheet', () =>
    withPage(async ({ ask }) => {
      const paths = ['/', '/api/lab', '/api/events', '/page/main.ts', '/page/style.css', '/npm/preact.js'];
      const statuses = await Promise.all(paths.map(async (path) => (await ask(path)).status));
      expect(statuses).toEqual(paths.map(() => 401));
    }));

  test('the icon that browsers ask for on their own is no complaint, and tells nothing', () =>
    withPage(async ({ ask }) => {
      expect(await ask('/favicon.ico')).toMatchObject({ status: 204, text: '' });
    }));

  test('a link works once, and gives a cookie that no script and no other site can use', () =>
    withPage(async ({ ask, link }) => {
      const path = link();
      const first = await ask(path);
      expect(first.status).toBe(200);
      expect(first.headers['set-cookie']).toEqual([
        expect.stringMatching(/^podlab_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/),
      ]);
      expect((await ask(path)).status).toBe(403);
    }));

  test('a new link makes the one before it worthless, and leaves those who are in alone', () =>
    withPage(async ({ ask, link, page }) => {
      const old = link();
      const fresh = link();
      expect((await ask(old)).status).toBe(403);
      expect((await ask(fresh)).status).toBe(200);
      expect((await page('/')).status).toBe(200);
    }));

  test('a made-up cookie opens nothing', () =>
    withPage(async ({ ask, cookie }) => {
      const made = cookie.replace(/=.*/, `=${'A'.repeat(43)}`);
      expect((await ask('/', { headers: { cookie: made } })).status).toBe(401);
    }));

  test('guessing links is slowed down', () =>
    withPage(async ({ ask }) => {
      const statuses: number[] = [];
      for (let n = 0; n < 30; n++) statuses.push((await ask(`/enter?token=${n}`)).status);
      expect(statuses.slice(0, 15)).toEqual(Array(15).fill(403));
      expect(statuses.at(-1)).toBe(429);
    }));
});

describe('who may ask', () => {
  test('another host name is refused, so that rebinding a name to 127.0.0.1 gains nothing', () =>
    withPage(async ({ ask, cookie, port }) => {
      for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port}.evil.example`]) {
        expect((await ask('/', { headers: { cookie, host } })).status).toBe(403);
      }
      expect((await ask('/', { headers: { cookie, host: `localhost:${port}` } })).status).toBe(200);
    }));

  test.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an origin that hides itself', { origin: 'null' }],
    ['no origin at all', {}],
  ])('an action from %s is refused', (_name, headers) =>
    withPage(async ({ ask, cookie }) => {
      const body = JSON.stringify({ exercise: 'tiny/keys' });
      const all = { cookie, 'content-type': 'application/json', ...headers };
      expect((await ask('/api/reset', { method: 'POST', headers: all, body })).status).toBe(403);
    }),
  );

  test('data asked for by another page in the same browser is refused', () =>
    withPage(async ({ ask, cookie }) => {
      const headers = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
      expect((await ask('/api/lab', { headers })).status).toBe(403);
    }));

  test.each([
    ['a foreign origin', { origin: 'http://evil.example' }, 403],
    ['no origin', {}, 403],
    ['no cookie', { cookie: '' }, 401],
  ])('a terminal is not opened for %s', (_name, headers, status) =>
    withPage(async ({ ask, cookie, port }) => {
      const upgrade = {
        ...{ cookie, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
        ...{
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          ...(status === 401 ? { origin: `http://127.0.0.1:${port}` } : {}),
        },
        ...headers,
      };
      expect((await ask('/api/terminal?place=node1&columns=80&rows=24', { headers: upgrade })).status).toBe(status);
    }),
  );
});

describe('what may be asked', () => {
  test.each([
    '/page/../server.ts',
    '/page/..%2fserver.ts',
    '/page/tsconfig.json',
    '/npm/../../package.json',
    '/npm/%2e%2e/%2e%2e/package.json',
    '/pictures/../secret.md',
    '/pictures/..%2fsecret.md',
    '/pictures/secret.md',
    '/pictures/pictures/%2e%2e/secret.md',
    '/pictures//etc/passwd',
    '/%00',
  ])('%s leads nowhere', (path) =>
    withPage(async ({ page }) => {
      const { status, text } = await page(path);
      expect([400, 404]).toContain(status);
      expect(text).not.toMatch(/the answer|createPageServer|compilerOptions|root:/);
    }),
  );

  test("the lab's pictures are there, and can't run anything", () =>
    withPage(async ({ page }) => {
      const { status, headers } = await page('/pictures/pictures/room.svg');
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('image/svg+xml');
      expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    }));

  test('a body that is too large is not read', () =>
    withPage(async ({ page }) => {
      const { status } = await page('/api/check', { exercise: 'tiny/keys', task: 'count', given: 'x'.repeat(20_000) });
      expect(status).toBe(413);
    }));

  test.each([
    ['a field that nobody knows', { exercise: 'tiny/keys', evil: 1 }],
    ['a field of another type', { exercise: { $gt: '' } }],
    ['a field that is missing', {}],
  ])('%s is refused', (_name, body) =>
    withPage(async ({ page }) => {
      expect((await page('/api/enter', body)).status).toBe(400);
    }),
  );

  test('an exercise that is not there is said to be, with the nearest name', () =>
    withPage(async ({ page }) => {
      const { status, text } = await page('/api/exercise?id=tiny%2Fkeyz');
      expect(status).toBe(404);
      expect(JSON.parse(text).error).toEqual({
        code: 'NOT_FOUND',
        message: 'lab tiny has no exercise "tiny/keyz"',
        hint: expect.stringContaining('tiny/keys'),
      });
    }));
});

test('no answer allows an inline script or style, a frame, or anything from elsewhere', () =>
  withPage(async ({ page }) => {
    for (const path of ['/', '/api/lab', '/page/main.ts', '/nothing']) {
      const { headers } = await page(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe|http|\*|data:|blob:/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const { text } = await page('/');
    expect(text).not.toMatch(/<style|style=|<script(?! type="module" src=)|\son\w+=|https?:/);
  }));

test("the page's modules are JavaScript whose imports all lead to this server", () =>
  withPage(async ({ page }) => {
    const seen = new Set<string>();
    const follow = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const { status, headers, text } = await page(path);
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/javascript; charset=utf-8']);
      for (const [, specifier = ''] of text.matchAll(
        /(?:^|[;}])\s*(?:import|export)\s*[^;'"()]*?\bfrom\s*["']([^"']+)["']/gm,
      )) {
        expect(specifier).toMatch(/^[./]/);
        await follow(new URL(specifier, `http://page${path}`).pathname);
      }
    };
    await follow('/page/main.ts');
    expect([...seen]).toEqual(expect.arrayContaining(['/npm/preact.js', '/npm/xterm.js', '/page/room-layout.ts']));
    expect([...seen].some((path) => path.includes('participant'))).toBe(false);
  }));
