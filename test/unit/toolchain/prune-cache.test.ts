// What a new record takes out of the cache.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listDir } from '../../../src/host/files.ts';
import { pruneCache } from '../../../src/toolchain/prune-cache.ts';
import { writeRecord } from '../../../src/toolchain/record.ts';
import { cachePlaces } from '../../../src/toolchain/request.ts';
import { makeSmallToolchain } from '../../support/small-toolchain.ts';

let cacheDir: string;

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'podlab-prune-'));
});

afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));

test('what only images were made of goes, and images of no record; what was given stays', async () => {
  const next = await makeSmallToolchain(cacheDir);
  const { programs, images, records } = cachePlaces(cacheDir);
  // As it is before the record is there: whoever is killed now has left nothing that the next podlab would not find.
  rmSync(records, { recursive: true });
  mkdirSync(join(programs, 'etcd-small'));
  pruneCache(cacheDir, next);
  expect(listDir(programs)).toEqual(
    Object.values(next.programs)
      .map(({ entry }) => entry)
      .sort(),
  );
  expect(listDir(images)).toEqual([...Object.values(next.images).map(({ entry }) => entry), 'given_web'].sort());
});

test('a record that is about to be replaced keeps nothing, that of another version all that it has', async () => {
  const old = await makeSmallToolchain(cacheDir);
  const { programs, images } = cachePlaces(cacheDir);
  const entries = () => [...listDir(programs), ...listDir(images)];
  const before = entries();
  const next = { ...old, programs: {}, version: 'v1.98.0' };
  pruneCache(cacheDir, next);
  expect(entries()).toEqual(before.filter((name) => name !== 'assembled_for_another_version'));
  pruneCache(cacheDir, { ...next, version: old.version });
  expect(listDir(programs)).toEqual([]);
  expect(listDir(images)).toContain('own_etcd');
});

test('a damaged record keeps what it names', async () => {
  const old = await makeSmallToolchain(cacheDir);
  writeRecord(cacheDir, { ...old, version: 'v1.97.0' });
  writeFileSync(
    join(cachePlaces(cacheDir).records, 'v1.96.0-amd64.json'),
    '{"entry": "assembled_for_another_version",',
  );
  pruneCache(cacheDir, old);
  expect(listDir(cachePlaces(cacheDir).images)).toContain('assembled_for_another_version');
});
