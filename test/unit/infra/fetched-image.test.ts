// Disks that a stack file names by URL: only with the checksum that it says.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseChecksum } from '../../../src/infra/checksum.ts';
import { fetchedImage } from '../../../src/infra/fetched-image.ts';
import { silentReporter } from '../../../src/reporter.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-image-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sumOf = (algorithm: string) => `${algorithm}:${createHash(algorithm).update('disk').digest('hex')}`;
const sha256 = sumOf('sha256');
const wrong = `sha256:${'0'.repeat(64)}`;
const keptPlace = (sum: string) => join(dir, 'vm-downloads', `${sum.slice(7)}.qcow2`);
const fetched = (url: string, sum = sha256, isPreview = false) => {
  const signal = new AbortController().signal;
  const workplace = { cacheDir: dir, home: '', path: process.env.PATH ?? '', env: {}, uid: 0, signal };
  const image = { url, checksum: parseChecksum(sum, 'podlab:image'), key: 'podlab:image' };
  return fetchedImage(image, workplace, isPreview, silentReporter);
};

async function served<T>(answer: Parameters<typeof createServer>[1], work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/d.qcow2`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test.each(['sha256', 'sha512'])('a file is used where it is, if it is the one: %s', async (algorithm) => {
  const path = join(dir, 'd.qcow2');
  writeFileSync(path, 'disk');
  expect(await fetched(pathToFileURL(path).href, sumOf(algorithm))).toBe(path);
  writeFileSync(path, 'disc');
  await expect(fetched(pathToFileURL(path).href, sumOf(algorithm))).rejects.toMatchObject({ code: 'DAMAGED' });
  await expect(fetched(pathToFileURL(join(dir, 'none')).href)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a download is kept under its checksum, and asked for once, by however many at a time', async () => {
  let asked = 0;
  const answer: Parameters<typeof createServer>[1] = (_request, response) => {
    asked++;
    response.end('disk');
  };
  await served(answer, async (url) => {
    expect(await fetched(url, sha256, true)).toBe(keptPlace(sha256));
    expect(asked).toBe(0);
    const [kept = '', other] = await Promise.all([fetched(url), fetched(url)]);
    expect(readFileSync(kept, 'utf8')).toBe('disk');
    expect(other).toBe(kept);
    expect(await fetched(url)).toBe(kept);
    expect(asked).toBe(1);
  });
});

test('a wrong checksum is an error that names both, and nothing of the download stays', async () => {
  await served(
    (_request, response) => response.end('disk'),
    async (url) => {
      await expect(fetched(url, wrong)).rejects.toMatchObject({
        code: 'DAMAGED',
        message: `podlab:image: ${url} has the SHA-256 checksum ${sha256.slice(7)}, not ${wrong.slice(7)}`,
      });
      expect(existsSync(`${keptPlace(wrong)}.part`)).toBe(false);
    },
  );
});

test('a download that was cut off is gone on with', async () => {
  const part = `${keptPlace(sha256)}.part`;
  mkdirSync(join(dir, 'vm-downloads'));
  writeFileSync(part, 'di');
  let range: string | undefined;
  await served(
    (request, response) => {
      range = request.headers.range;
      response.writeHead(206, { 'Content-Range': 'bytes 2-3/4', 'Content-Length': 2 });
      response.end('sk');
    },
    async (url) => expect(readFileSync(await fetched(url), 'utf8')).toBe('disk'),
  );
  expect(range).toBe('bytes=2-');
});

test.each([
  '',
  'abc',
  `sha1:${'a'.repeat(40)}`,
  `sha256:${'a'.repeat(63)}`,
  `sha512:${'a'.repeat(64)}`,
  'a'.repeat(64),
])('%j is no checksum', (text) => {
  expect(() => parseChecksum(text, 'vm:imageChecksum')).toThrow(`vm:imageChecksum: ${JSON.stringify(text)} is no`);
});

test('a checksum is read whatever the case of its letters', () => {
  expect(parseChecksum(`SHA256:${'AB'.repeat(32)}`, 'x')).toEqual({ algorithm: 'sha256', hex: 'ab'.repeat(32) });
});
