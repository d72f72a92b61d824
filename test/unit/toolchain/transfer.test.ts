// A toolchain from one cache to another through one file: whole, or not at all.

import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { extract as createExtract, pack as createPack, type Header } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentReporter } from '../../../src/reporter.ts';
import { exportToolchain } from '../../../src/toolchain/export-toolchain.ts';
import { importToolchain } from '../../../src/toolchain/import-toolchain.ts';
import { presentToolchain } from '../../../src/toolchain/resolve-toolchain.ts';
import { contentsHashName, contentsName, renderContents } from '../../../src/toolchain/transfer.ts';
import { makeSmallToolchain, smallRequest, smallVersion } from '../../support/small-toolchain.ts';

interface Member {
  readonly head: Partial<Header> & { readonly name: string };
  readonly content: Buffer;
}

let dir: string;
let archive: string;
let cacheDir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-transfer-'));
  archive = join(dir, 'toolchain.tar');
  cacheDir = join(dir, 'there');
  await makeSmallToolchain(join(dir, 'here'));
  await exportToolchain(archive, smallRequest(join(dir, 'here')), silentReporter);
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const importIt = (file = archive) => importToolchain(file, smallRequest(cacheDir), silentReporter);

/** All files below a directory with what is in them; manifests of entries have times in them. */
const filesIn = (root: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(root.length), readFileSync(path, 'utf8').replaceAll(/"mtimeMs": [\d.]+/g, '')]),
  );

test('what was exported is imported: the toolchain, images that were given, and manifests', async () => {
  const imported = await importIt();
  expect(imported).toMatchObject({
    version: smallVersion,
    sha256: createHash('sha256').update(readFileSync(archive)).digest('hex'),
  });
  const there = await presentToolchain({ ...smallRequest(cacheDir), verify: true });
  expect(there).toMatchObject({ id: (await presentToolchain(smallRequest(join(dir, 'here'))))?.id });
  const expected = new Map(
    [...filesIn(join(dir, 'here'))].filter(([path]) => !/another_version|manifests\/0000/.test(path)),
  );
  expect(filesIn(cacheDir)).toEqual(expected);
});

test('the same cache gives the same bytes, and nothing but the archive', async () => {
  const again = join(dir, 'again.tar');
  await exportToolchain(again, smallRequest(join(dir, 'here')), silentReporter);
  expect(readFileSync(again).equals(readFileSync(archive))).toBe(true);
  expect(readdirSync(dir).sort()).toEqual(['again.tar', 'here', 'toolchain.tar']);
});

test('of the images that were given, those that nobody wants stay here; parts of the toolchain always go', async () => {
  const less = join(dir, 'less.tar');
  const names = new Set<string>();
  const isLeftOut = (reference: string) => {
    names.add(reference);
    return true;
  };
  const { files } = await exportToolchain(less, smallRequest(join(dir, 'here')), silentReporter, isLeftOut);
  expect([...names]).toEqual(['registry.example/web:1']);
  expect(files.map(({ path }) => path)).not.toContainEqual(expect.stringContaining('given_web'));
  expect(await importToolchain(less, smallRequest(cacheDir), silentReporter)).toMatchObject({ version: smallVersion });
  expect(await presentToolchain({ ...smallRequest(cacheDir), verify: true })).toBeDefined();
});

test('what is there and whole stays; what is damaged is replaced', async () => {
  await importIt();
  const program = join(cacheDir, 'toolchain/programs/kubectl-small/kubectl');
  const before = filesIn(cacheDir);
  rmSync(program);
  writeFileSync(program, 'PROGRAM kubectl');
  await importIt();
  expect(filesIn(cacheDir)).toEqual(before);
});

test('a cache that is damaged is not exported', async () => {
  const program = join(dir, 'here/toolchain/programs/kubelet-small/kubelet');
  const { length } = readFileSync(program);
  writeFileSync(program, 'x'.repeat(length));
  const target = join(dir, 'damaged.tar');
  await expect(exportToolchain(target, smallRequest(join(dir, 'here')), silentReporter)).rejects.toThrow();
  expect(readdirSync(dir)).not.toContain('damaged.tar.part');
  expect(readdirSync(dir)).not.toContain('damaged.tar');
});

test.each([
  ['a directory', (at: string) => mkdirSync(at), 'is a directory'],
  ['a directory that is not there', () => {}, 'no such file'],
])('an archive can not be written to %s', async (_what, prepare, message) => {
  const at = join(dir, 'target');
  prepare(at);
  const target = message === 'is a directory' ? at : join(at, 'toolchain.tar');
  await expect(exportToolchain(target, smallRequest(join(dir, 'here')), silentReporter)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(message),
  });
});

test('whichever byte is changed, or wherever it is cut: the same files, or none', async () => {
  const whole = readFileSync(archive);
  await importIt();
  const good = filesIn(cacheDir);
  const change = fc.oneof(
    fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7) }),
    fc.record({ cut: fc.nat(whole.length - 1) }),
  );
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(change, async (one) => {
      rmSync(cacheDir, { recursive: true, force: true });
      const changed = 'cut' in one ? whole.subarray(0, one.cut) : Buffer.from(whole);
      if ('at' in one) changed[one.at] = (changed[one.at] ?? 0) ^ (1 << one.bit);
      writeFileSync(join(dir, 'changed.tar'), changed);
      const outcome = await importIt(join(dir, 'changed.tar')).catch((error: unknown) => error);
      const files = filesIn(cacheDir);
      if (outcome instanceof Error) {
        refused++;
        expect(outcome).toMatchObject({ code: 'DAMAGED' });
        expect([...files.keys()]).toEqual([]);
      } else {
        // The padding between members, or the end that says that there is no more.
        expect(files).toEqual(good);
      }
    }),
    { numRuns: 60 },
  );
  expect(refused).toBeGreaterThan(20);
});

test.each([
  ['an empty file', Buffer.alloc(0), 'does not begin with podlab-toolchain.json'],
  ['no tar archive', Buffer.alloc(4096, 'text '), 'no whole toolchain archive'],
  ['a compressed one', gzipSync(Buffer.alloc(4096)), 'no whole toolchain archive'],
])('%s is refused', async (_what, content, message) => {
  writeFileSync(archive, content);
  await expect(importIt()).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining(message) });
  expect([...filesIn(cacheDir).keys()]).toEqual([]);
});

test('a file that is not there is not found', async () => {
  await expect(importIt(join(dir, 'nothing.tar'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

/** The archive with other members. */
async function rewrite(change: (members: Member[]) => readonly Member[]): Promise<void> {
  const members: Member[] = [];
  const extract = createExtract();
  extract.end(readFileSync(archive));
  for await (const entry of extract) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    members.push({ head: entry.header, content: Buffer.concat(chunks) });
  }
  const pack = createPack();
  for (const { head, content } of change(members)) {
    if (content.length === 0) pack.entry(head);
    else pack.entry({ ...head, size: content.length }, content);
  }
  pack.finalize();
  await pipeline(pack, createWriteStream(archive));
}

/** The same with another first member, whose checksum is right. */
function rewriteContents(change: (contents: ReturnType<typeof JSON.parse>) => void): Promise<void> {
  return rewrite(([first, , ...others]) => {
    const contents = JSON.parse(String(first?.content));
    change(contents);
    const { text, hash } = renderContents(contents);
    const member = (name: string, content: string): Member => ({ head: { name }, content: Buffer.from(content) });
    return [member(contentsName, text), member(contentsHashName, hash), ...others];
  });
}

const outside: readonly string[] = [
  '../../outside',
  '/tmp/podlab-outside',
  'programs/../../outside',
  'programs/kubectl-small/../../../outside',
  'programs/./kubectl',
  'manifests/.hidden',
  'bin/kubectl',
  'records/v1.json',
  'programs/a/b/c',
  'programs/kubectl-small/k\u0000',
];

test.each(outside)('a file that would go to %j is refused', async (path) => {
  const content = Buffer.from('outside');
  const sha256 = createHash('sha256').update(content).digest('hex');
  await rewriteContents((contents) => {
    contents.files.push({ path, bytes: content.length, sha256 });
    contents.entries[path.slice(0, path.lastIndexOf('/'))] = {};
  });
  await rewrite((members) => [...members, { head: { name: path }, content }]);
  await expect(importIt()).rejects.toMatchObject({
    code: 'DAMAGED',
    message: expect.stringContaining('is no place for a file of a toolchain'),
  });
  expect([...filesIn(cacheDir).keys()]).toEqual([]);
  expect(readdirSync(dir)).not.toContain('outside');
});

test.each<[string, (members: Member[]) => readonly Member[], string]>([
  ['a file that is not listed', (all) => [...all, { head: { name: '../x' }, content: Buffer.from('x') }], 'not belong'],
  [
    'a link in the place of a file',
    (all) =>
      all.map((one) =>
        one.head.name.endsWith('/kubectl')
          ? { head: { name: one.head.name, type: 'symlink', linkname: '/etc/shadow' }, content: Buffer.alloc(0) }
          : one,
      ),
    'is a symlink, not a file',
  ],
  ['one member less', (all) => all.filter(({ head }) => !head.name.endsWith('/kubectl')), 'kubectl is missing'],
  ['one member twice', (all) => [...all, ...all.slice(-1)], 'does not belong'],
  ['a member too long', (all) => all.with(-1, { ...(all.at(-1) as Member), content: Buffer.alloc(99) }), '99 bytes'],
  ['no list', (all) => all.slice(2), 'does not begin with'],
  ['a list without its checksum', (all) => all.toSpliced(1, 1), 'does not begin with'],
])('%s is refused', async (_what, change, message) => {
  await rewrite(change);
  await expect(importIt()).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining(message) });
  expect([...filesIn(cacheDir).keys()]).toEqual([]);
});

test.each<[string, (contents: ReturnType<typeof JSON.parse>) => void, string, string]>([
  ['another CPU', (contents) => (contents.record.arch = 's390x'), 'HOST_UNSUITABLE', 'is for s390x'],
  ['another podlab', (contents) => (contents.record.pins = 'x'), 'HOST_UNSUITABLE', 'other versions'],
  ['a later form', (contents) => (contents.format = 2), 'DAMAGED', 'not of a form that this podlab knows'],
  ['no record', (contents) => delete contents.record.images.etcd, 'DAMAGED', 'which toolchain'],
  ['a record of what it lacks', (contents) => (contents.record.images.etcd.entry = 'x'), 'DAMAGED', 'images/x is not'],
])('an archive of %s is refused', async (what, change, code, message) => {
  if (what === 'a later form') {
    await rewrite(([first, , ...others]) => {
      const text = String(first?.content).replace('"format": 1', '"format": 2');
      const hash = `${createHash('sha256').update(text).digest('hex')}  ${contentsName}\n`;
      return [
        { head: { name: contentsName }, content: Buffer.from(text) },
        { head: { name: contentsHashName }, content: Buffer.from(hash) },
        ...others,
      ];
    });
  } else await rewriteContents(change);
  await expect(importIt()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  expect([...filesIn(cacheDir).keys()]).toEqual([]);
});
