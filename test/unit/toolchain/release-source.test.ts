// Release downloads from a loopback server with upstream's layout: good, changed, cut, missing, slow, continued.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadText } from '../../../src/host/download.ts';
import { silentReporter } from '../../../src/reporter.ts';
import { releaseSource } from '../../../src/toolchain/release-source.ts';
import { arch, cachePlaces, type ToolchainRequest } from '../../../src/toolchain/request.ts';

const content = Buffer.from(Array.from({ length: 40_000 }, (_, index) => index % 251));
const sha256 = createHash('sha256').update(content).digest('hex');
const place = `/release/v1.36.3/bin/linux/${arch}`;

interface Asked {
  readonly path: string;
  readonly range: string | undefined;
}

let server: Server;
let cacheDir: string;
let asked: Asked[];
let serve: (path: string, request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'podlab-release-'));
  asked = [];
  serve = good;
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, range: request.headers.range });
    serve(path, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(cacheDir, { recursive: true, force: true });
});

/** As upstream: checksums, whole files, and the rest of a file for those who ask for it. */
function good(path: string, request: IncomingMessage, response: ServerResponse): void {
  if (path.endsWith('.sha256')) {
    response.end(sha256);
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const head = from === 0 ? {} : { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(from === 0 ? 200 : 206, { ...head, 'Content-Length': content.length - from });
  response.end(content.subarray(from));
}

const requestOf = (): ToolchainRequest => ({
  version: 'v1.36.3',
  cacheDir,
  home: '/nowhere',
  path: '',
  env: {},
  uid: 0,
  signal: new AbortController().signal,
  mirror: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
});

const kubectl = async () => {
  const source = await releaseSource(requestOf(), silentReporter);
  return (await source.get(['kubectl']))[0];
};

const partFile = () => join(cachePlaces(cacheDir).downloads, `kubectl-${sha256}.part`);
const fetched = () => asked.filter(({ path }) => path === `${place}/kubectl`).map(({ range }) => range);

test('a release is fetched once, checked, made executable, and taken from the cache after that', async () => {
  const program = await kubectl();
  expect(program).toMatchObject({ name: 'kubectl', sha256, origin: 'release' });
  expect(readFileSync(program?.file ?? '').equals(content)).toBe(true);
  expect(statSync(program?.file ?? '').mode & 0o777).toBe(0o755);
  await kubectl();
  expect(fetched()).toEqual([undefined]);
  expect(readdirSync(cachePlaces(cacheDir).downloads)).toEqual([]);
});

test('a cached program that was changed is fetched again', async () => {
  const file = (await kubectl())?.file ?? '';
  writeFileSync(file, Buffer.alloc(content.length, 7));
  expect(readFileSync((await kubectl())?.file ?? '').equals(content)).toBe(true);
  expect(fetched()).toEqual([undefined, undefined]);
});

test('a file that is not what its checksum says is refused, and nothing of it is kept', async () => {
  serve = (path, request, response) => {
    if (path.endsWith('.sha256')) good(path, request, response);
    else response.end(Buffer.alloc(content.length, 7));
  };
  await expect(kubectl()).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining(sha256) });
  expect(readdirSync(cachePlaces(cacheDir).downloads)).toEqual([]);
});

test('a checksum that is none is refused', async () => {
  serve = (_path, _request, response) => {
    response.end('<html>not here</html>');
  };
  await expect(kubectl()).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('<html>') });
});

test('a connection that ends early is continued where it ended', async () => {
  let isFirst = true;
  serve = (path, request, response) => {
    if (path.endsWith('.sha256') || !isFirst) return good(path, request, response);
    isFirst = false;
    response.writeHead(200, { 'Content-Length': content.length });
    response.write(content.subarray(0, 15_000), () => response.destroy());
  };
  expect((await kubectl())?.sha256).toBe(sha256);
  expect(fetched()).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
});

test('connections that always end early are given up, and what came is kept for the next run', async () => {
  serve = (path, request, response) => {
    if (path.endsWith('.sha256')) return good(path, request, response);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const head = from === 0 ? {} : { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from === 0 ? 200 : 206, { ...head, 'Content-Length': content.length - from });
    response.write(content.subarray(from, from + 2000), () => response.destroy());
  };
  await expect(kubectl()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  expect(fetched()).toHaveLength(5);
  const kept = readFileSync(partFile());
  expect(kept.equals(content.subarray(0, kept.length))).toBe(true);
  serve = good;
  expect((await kubectl())?.sha256).toBe(sha256);
});

test('what an earlier run left is continued', async () => {
  mkdirSync(cachePlaces(cacheDir).downloads, { recursive: true });
  writeFileSync(partFile(), content.subarray(0, 12_345));
  expect((await kubectl())?.sha256).toBe(sha256);
  expect(fetched()).toEqual(['bytes=12345-']);
});

test('what an earlier run left whole needs one more question only', async () => {
  mkdirSync(cachePlaces(cacheDir).downloads, { recursive: true });
  writeFileSync(partFile(), content);
  serve = (path, request, response) => {
    if (request.headers.range === undefined) return good(path, request, response);
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
  };
  expect((await kubectl())?.sha256).toBe(sha256);
  expect(fetched()).toEqual([`bytes=${content.length}-`]);
});

test('a bad part of an earlier run is thrown away, and the file fetched whole', async () => {
  mkdirSync(cachePlaces(cacheDir).downloads, { recursive: true });
  writeFileSync(partFile(), Buffer.alloc(12_345, 7));
  expect((await kubectl())?.sha256).toBe(sha256);
  expect(fetched()).toEqual(['bytes=12345-', undefined]);
});

test('a server that can only send whole files starts from the beginning', async () => {
  mkdirSync(cachePlaces(cacheDir).downloads, { recursive: true });
  writeFileSync(partFile(), content.subarray(0, 12_345));
  serve = (path, request, response) => {
    delete request.headers.range;
    good(path, request, response);
  };
  expect((await kubectl())?.sha256).toBe(sha256);
});

test('a release that does not exist is told by its address, without a second try', async () => {
  serve = (_path, _request, response) => {
    response.writeHead(404).end();
  };
  const message = expect.stringMatching(/kube\w+\.sha256 could not be fetched: the server said 404 Not Found$/);
  await expect(kubectl()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED', message });
  expect(new Set(asked.map(({ path }) => path)).size).toBe(asked.length);
});

test('a server that does not answer is given up at the time limit', async () => {
  serve = () => {};
  const options = { env: {}, signal: new AbortController().signal, answerWithinMs: 50 };
  await expect(downloadText(requestOf().mirror as URL, 100, options)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('no answer within 0.05 s'),
  });
});

test('a server that falls silent is given up at the time limit', async () => {
  serve = (_path, _request, response) => {
    response.writeHead(200, { 'Content-Length': 10 });
    response.write('abc');
  };
  const options = { env: {}, signal: new AbortController().signal, silentForMs: 50 };
  await expect(downloadText(requestOf().mirror as URL, 100, options)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('nothing came for 0.05 s'),
  });
});

test('an interrupted download is told from a failed one', async () => {
  const abort = new AbortController();
  serve = () => abort.abort();
  const asking = downloadText(requestOf().mirror as URL, 100, { env: {}, signal: abort.signal });
  await expect(asking).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('nobody there is a failed download', async () => {
  const mirror = requestOf().mirror as URL;
  await new Promise((resolve) => server.close(resolve));
  const options = { env: {}, signal: new AbortController().signal };
  await expect(downloadText(mirror, 100, options)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});
