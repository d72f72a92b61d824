// Published manifests from a loopback server with upstream's layout: good, another file, missing, kept.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentReporter } from '../../../src/reporter.ts';
import { fetchManifest } from '../../../src/toolchain/manifest.ts';

const text = 'kind: ConfigMap\n';
const sha256 = createHash('sha256').update(text).digest('hex');
const pinned = { path: 'owner/name/v1/dir/file.yml', sha256 };

let server: Server;
let cacheDir: string;
let answer: { status: number; body: string };
let asked: string[];

beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'podlab-manifest-'));
  answer = { status: 200, body: text };
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(() => {
  server.close();
  rmSync(cacheDir, { recursive: true, force: true });
});

const fetchIt = (base = '/') => {
  const mirror = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`);
  return fetchManifest(pinned, { cacheDir, env: {}, signal: new AbortController().signal, mirror }, silentReporter);
};
const kept = () => join(cacheDir, 'manifests', `${sha256}.yaml`);

test('what has the checksum is taken, kept, and not fetched again', async () => {
  expect(await fetchIt()).toBe(text);
  expect(readFileSync(kept(), 'utf8')).toBe(text);
  expect(await fetchIt()).toBe(text);
  expect(asked).toEqual(['/owner/name/v1/dir/file.yml']);
});

test('a mirror may be in a directory, with or without a slash at its end', async () => {
  await fetchIt('/raw');
  rmSync(kept());
  await fetchIt('/raw/');
  expect(asked).toEqual(['/raw/owner/name/v1/dir/file.yml', '/raw/owner/name/v1/dir/file.yml']);
});

test('another file is refused and not kept', async () => {
  answer.body = 'kind: Secret\n';
  const got = createHash('sha256').update(answer.body).digest('hex');
  await expect(fetchIt()).rejects.toMatchObject({
    code: 'DAMAGED',
    message: expect.stringContaining(`has the SHA-256 checksum ${got}, and podlab expects ${sha256}`),
  });
  answer.body = text;
  expect(await fetchIt()).toBe(text);
});

test('a file that is not there names the ways without a download', async () => {
  answer.status = 404;
  await expect(fetchIt()).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('the server said 404'),
    hint: `Write podlab:cni: { manifest: ./FILE } with a copy of it, or put one at ${kept()}.`,
  });
});

test('a damaged copy is fetched again', async () => {
  await fetchIt();
  writeFileSync(kept(), 'kind: Con');
  expect(await fetchIt()).toBe(text);
  expect(asked).toHaveLength(2);
  expect(readFileSync(kept(), 'utf8')).toBe(text);
});
