import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listContents } from '../../../src/image/contents.ts';
import { imageState, listImages, removeImage } from '../../../src/image/vm-image.ts';
import { makeEntry } from '../../../src/toolchain/cache-entry.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-image-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function makeTree(at: string, text: string): string {
  mkdirSync(join(at, 'etc'), { recursive: true });
  mkdirSync(join(at, 'store/blobs'), { recursive: true });
  writeFileSync(join(at, 'etc/b'), text);
  writeFileSync(join(at, 'etc/B'), '');
  symlinkSync('b', join(at, 'etc/a'));
  chmodSync(join(at, 'etc/b'), 0o4755);
  for (const name of ['', 'etc', 'store', 'store/blobs']) chmodSync(join(at, name), 0o755);
  chmodSync(join(at, 'etc/B'), 0o644);
  return at;
}

describe('the checksum list of a tree', () => {
  test('is the same for the same tree at another place and time', async () => {
    const one = makeTree(join(dir, 'one'), 'text');
    const other = makeTree(join(dir, 'other'), 'text');
    utimesSync(join(other, 'etc/b'), 1, 1);
    const list = await listContents(one, { '/store': 'store:id' });
    expect(await listContents(other, { '/store': 'store:id' })).toBe(list);
    const owner = `${process.getuid?.()}:${process.getgid?.()}`;
    expect(list.replaceAll(owner, 'OWNER')).toMatchInlineSnapshot(`
      "0755 OWNER directory /
      0755 OWNER directory /etc
      0644 OWNER e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 /etc/B
      0777 OWNER -> b /etc/a
      4755 OWNER 982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1 /etc/b
      0755 OWNER store:id /store
      "
    `);
  });

  test.each([
    ['a byte', (at: string) => writeFileSync(join(at, 'etc/b'), 'test')],
    ['a mode', (at: string) => chmodSync(join(at, 'etc/b'), 0o755)],
    ['a file more', (at: string) => writeFileSync(join(at, 'etc/c'), '')],
  ])('tells %s', async (_what, change) => {
    const at = makeTree(join(dir, 'one'), 'text');
    const before = await listContents(at);
    change(at);
    expect(await listContents(at)).not.toBe(before);
  });
});

describe('images in the cache', () => {
  const make = (name: string) =>
    makeEntry(join(dir, 'vm-images', name), { name, kubernetes: 'v1.36.3' }, async (at) => {
      for (const file of ['disk.qcow2', 'vmlinuz', 'initrd', 'contents.txt']) writeFileSync(join(at, file), file);
    });

  test('are listed, verified and removed', async () => {
    await make('v1.36.3-b');
    await make('v1.36.3-a');
    expect((await listImages(dir)).map(({ name, damage }) => ({ name, damage }))).toEqual([
      { name: 'v1.36.3-a', damage: '' },
      { name: 'v1.36.3-b', damage: '' },
    ]);
    writeFileSync(join(dir, 'vm-images/v1.36.3-a/disk.qcow2'), 'disk.qcow3');
    expect((await imageState(dir, 'v1.36.3-a', true)).damage).toContain('the content of disk.qcow2 is not what it was');
    removeImage(dir, 'v1.36.3-a');
    expect((await listImages(dir)).map(({ name }) => name)).toEqual(['v1.36.3-b']);
  });

  test.each(['..', '../..', '', 'v1/../..', 'none'])('%j is the name of none, and nothing is removed', async (name) => {
    await make('v1.36.3-a');
    expect(() => removeImage(dir, name)).toThrow('there is no machine image');
    await expect(imageState(dir, name, false)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'There are: v1.36.3-a.',
    });
    expect(await listImages(dir)).toHaveLength(1);
  });
});
