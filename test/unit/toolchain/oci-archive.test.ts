// Assembled images, read back: the same files give the same bytes, and every digest is the one of what is there.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { constants, createZstdCompress, zstdDecompressSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inOrder, type LayerEntry, packLayer, withParents, zstdLevel } from '../../../src/toolchain/layer.ts';
import { writeOciArchive } from '../../../src/toolchain/oci-archive.ts';
import { fullReference, readArchive } from '../../../src/toolchain/read-archive.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-oci-'));
  writeFileSync(join(dir, 'program'), 'a program\n');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const entries = (): readonly LayerEntry[] => [
  { type: 'link', path: 'bin/[', to: 'bin/busybox' },
  { type: 'file', path: 'bin/busybox', from: join(dir, 'program'), mode: 0o755 },
  { type: 'symlink', path: 'sbin/ip', to: '/bin/ip' },
  { type: 'text', path: 'etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\n' },
  { type: 'directory', path: 'tmp', mode: 0o1777 },
  { type: 'noise', path: 'data/noise', bytes: 3_000_000 },
];

const config = { entrypoint: ['/bin/busybox'], cmd: ['sh'], path: '/bin' };

async function archive(name: string): Promise<{ file: string; digest: string }> {
  const layer = await packLayer(entries(), join(dir, `${name}.layer`));
  const file = join(dir, `${name}.tar`);
  return { file, digest: await writeOciArchive(file, 'podlab.local/box:1', config, [layer]) };
}

async function untar(bytes: Buffer) {
  const found: { name: string; type: string; mode: number; mtime: number; link: string; content: Buffer }[] = [];
  const reader = extract();
  Readable.from([bytes]).pipe(reader as unknown as NodeJS.WritableStream);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, type, mode, mtime, linkname } = entry.header;
    const head = { name, type: type ?? '', mode: mode ?? 0, mtime: mtime?.getTime() ?? -1, link: linkname ?? '' };
    found.push({ ...head, content: Buffer.concat(chunks) });
  }
  return found;
}

test('the same files give the same archive, whenever they were written', async () => {
  const first = await archive('first');
  utimesSync(join(dir, 'program'), 1, 1);
  const second = await archive('second');
  expect(second.digest).toBe(first.digest);
  expect(readFileSync(second.file).equals(readFileSync(first.file))).toBe(true);
  writeFileSync(join(dir, 'program'), 'A program\n');
  expect((await archive('third')).digest).not.toBe(first.digest);
});

test('the bytes of a layer do not depend on how its pieces came to be compressed', async () => {
  const program: LayerEntry = { type: 'file', path: 'usr/bin/program', from: join(dir, 'program'), mode: 0o755 };
  const { file } = await packLayer([program], join(dir, 'layer'));
  const packed = readFileSync(file);
  // In one piece, and only then the end: Node's streams may join the two, and zstd writes other bytes then.
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: zstdLevel } });
  await new Promise<void>((done) => zstd.write(zstdDecompressSync(packed), () => done()));
  zstd.end();
  expect(packed.equals(Buffer.concat(await zstd.toArray()))).toBe(true);
});

test('every blob is what its name says, and the index leads to all of them', async () => {
  const { file, digest } = await archive('image');
  const files = new Map((await untar(readFileSync(file))).map(({ name, content }) => [name, content]));
  for (const [name, content] of files) {
    if (!name.startsWith('blobs/')) continue;
    expect(name).toBe(`blobs/sha256/${createHash('sha256').update(content).digest('hex')}`);
  }
  const blob = (of: string) => files.get(`blobs/sha256/${of.slice('sha256:'.length)}`) ?? Buffer.alloc(0);
  const index = JSON.parse(String(files.get('index.json')));
  expect(index.manifests[0].digest).toBe(digest);
  const manifest = JSON.parse(String(blob(digest)));
  const image = JSON.parse(String(blob(manifest.config.digest)));
  expect(image.config).toEqual({ Env: ['PATH=/bin'], Entrypoint: ['/bin/busybox'], Cmd: ['sh'] });
  const layer = zstdDecompressSync(blob(manifest.layers[0].digest));
  expect(image.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(layer).digest('hex')}`]);
});

test('a layer has parents first, links last, no times and no owners', async () => {
  const layer = await packLayer(entries(), join(dir, 'layer'));
  const found = await untar(zstdDecompressSync(readFileSync(layer.file)));
  expect(found.map(({ name, type, mode, link }) => `${type} ${name} ${mode.toString(8)} ${link}`.trim())).toEqual([
    'directory bin/ 755',
    'file bin/busybox 755',
    'directory data/ 755',
    'file data/noise 644',
    'directory etc/ 755',
    'file etc/passwd 644',
    'directory sbin/ 755',
    'symlink sbin/ip 777 /bin/ip',
    'directory tmp/ 1777',
    'link bin/[ 755 bin/busybox',
  ]);
  expect(new Set(found.map(({ mtime }) => mtime))).toEqual(new Set([0]));
  expect(found.find(({ name }) => name === 'data/noise')?.content).toHaveLength(3_000_000);
  // It can't be compressed, or the image would have no size.
  expect(layer.bytes).toBeGreaterThan(3_000_000);
});

test('a directory that is listed keeps its mode', () => {
  const listed: LayerEntry = { type: 'directory', path: 'root', mode: 0o700 };
  const all = withParents([listed, { type: 'text', path: 'root/.profile', text: '' }]);
  expect(all.filter(({ path }) => path === 'root')).toEqual([listed]);
  expect(inOrder(all)[0]).toBe(listed);
});

test('an archive says which image it holds', async () => {
  const { file, digest } = await archive('image');
  expect(await readArchive(file)).toEqual([{ reference: 'podlab.local/box:1', digest }]);
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 200_000), 'no whole tar archive'],
  ['compressed', () => Buffer.from('1f8b0800', 'hex'), 'is compressed'],
  ['something else', () => Buffer.alloc(10_240, 'x'), ''],
])('an archive that is %s is refused', async (_what, change, message) => {
  const { file } = await archive('image');
  writeFileSync(file, change(readFileSync(file)));
  await expect(readArchive(file)).rejects.toMatchObject({
    code: 'DAMAGED',
    message: expect.stringContaining(message),
  });
});

test.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['a/b:1', 'docker.io/a/b:1'],
  ['registry.example:5000/a', 'registry.example:5000/a:latest'],
  ['localhost/a:1', 'localhost/a:1'],
  ['registry.example/a@sha256:00', 'registry.example/a@sha256:00'],
])('%s is short for %s', (short, full) => {
  expect(fullReference(short)).toBe(full);
});
