// Whose a disk is: told by the disk itself.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diskKind } from '../../../src/image/disk-kind.ts';
import { fileSystemId } from '../../../src/image/recipe.ts';
import { smallDisk } from '../../support/small-disk.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a disk', () => {
  test.each<[string, Buffer | string, string]>([
    ['that podlab has built', smallDisk({ id: fileSystemId }), 'own'],
    ['of another file system', smallDisk({ id: '6f0d5a2e-7f3c-4a51-9c1e-706f646c6163' }), 'foreign'],
    ['with a partition table', smallDisk({ id: fileSystemId, magic: 0 }), 'foreign'],
    ['that is compressed', smallDisk({ id: fileSystemId, flags: 1n << 62n }), 'foreign'],
    ['that is damaged', Buffer.from(smallDisk()).fill(0xff, 40, 48), 'foreign'],
    ['without anything on it', smallDisk().subarray(0, 72), 'foreign'],
    ['that is none', 'a page that says that there is no such file', 'other'],
    ['that is nothing at all', '', 'other'],
  ])('%s', (_, bytes, kind) => {
    const path = join(dir, 'disk');
    writeFileSync(path, bytes);
    expect(diskKind(path)).toBe(kind);
  });
});
