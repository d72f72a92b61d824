// Disks that a stack file names by URL: only with the checksum that it says.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchedImage } from '../../../src/infra/fetched-image.ts';
import { silentReporter } from '../../../src/reporter.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-image-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sha256 = createHash('sha256').update('disk').digest('hex');
const fetched = (url: string, sum = sha256, isPreview = false) => {
  const signal = new AbortController().signal;
  const workplace = { cacheDir: dir, home: '', path: '', env: {}, uid: 0, signal };
  return fetchedImage({ kind: 'download', url, sha256: sum }, workplace, isPreview, silentReporter);
};

test('a file is used where it is, if it is the one', async () => {
  const path = join(dir, 'd.qcow2');
  writeFileSync(path, 'disk');
  expect(await fetched(pathToFileURL(path).href)).toBe(path);
  await expect(fetched(pathToFileURL(path).href, '0'.repeat(64))).rejects.toMatchObject({ code: 'DAMAGED' });
  await expect(fetched(pathToFileURL(join(dir, 'none')).href)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a download is kept under its checksum, and asked for once', async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end('disk');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/d.qcow2`;
  try {
    expect(await fetched(url, sha256, true)).toBe(join(dir, 'vm-downloads', `${sha256}.qcow2`));
    expect(asked).toBe(0);
    const kept = await fetched(url);
    expect(readFileSync(kept, 'utf8')).toBe('disk');
    expect(await fetched(url)).toBe(kept);
    expect(asked).toBe(1);
    await expect(fetched(url, 'f'.repeat(64))).rejects.toMatchObject({ code: 'DAMAGED' });
  } finally {
    server.close();
  }
});
