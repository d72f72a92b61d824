// A toolchain of a few bytes in a cache, as `podlab toolchain` would have left it; nothing of it runs.

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeEntry } from '../../src/toolchain/cache-entry.ts';
import { nodePrograms } from '../../src/toolchain/go-modules.ts';
import { forEachRole, type ToolchainRecord, writeRecord } from '../../src/toolchain/record.ts';
import { arch, cachePlaces, type ToolchainRequest } from '../../src/toolchain/request.ts';
import { linkPrograms, pinsOf } from '../../src/toolchain/resolve-toolchain.ts';

/** podlab's own directory. */
export const home = join(import.meta.dirname, '..', '..');

export const smallVersion = 'v1.99.0';

export function smallRequest(cacheDir: string): ToolchainRequest {
  const path = process.env.PATH ?? '';
  return { version: smallVersion, cacheDir, home, path, env: {}, uid: 1, signal: new AbortController().signal };
}

/**
 * @param noise bytes that every image has beyond its name, for archives that take a while
 * @returns what the cache now knows of it
 */
export async function makeSmallToolchain(cacheDir: string, noise = 0): Promise<ToolchainRecord> {
  const { programs, images, bins } = cachePlaces(cacheDir);
  for (const dir of [programs, images, bins]) mkdirSync(dir, { recursive: true });
  const image = async (name: string, about: Readonly<Record<string, string>>) => {
    const digest = `sha256:${createHash('sha256').update(name).digest('hex')}`;
    const entry = await makeEntry(join(images, name), { ...about, digest }, async (next) =>
      writeFileSync(join(next, 'image.tar'), `image ${name} ${'.'.repeat(noise)}`),
    );
    return { entry: name, hash: digest, origin: about.origin ?? '', dir: entry.dir };
  };
  const parts: Record<string, { entry: string; hash: string; origin: string }> = {};
  for (const name of nodePrograms) {
    const entry = `${name}-small`;
    const made = await makeEntry(join(programs, entry), { program: name, origin: 'given' }, async (next) => {
      writeFileSync(join(next, name), `program ${name}`);
      chmodSync(join(next, name), 0o755);
    });
    parts[name] = { entry, hash: made.files[0]?.sha256 ?? '', origin: 'given' };
  }
  const roles = forEachRole((role) => role);
  const made = new Map<string, Awaited<ReturnType<typeof image>>>();
  for (const role of Object.values(roles)) {
    made.set(role, await image(`own_${role}`, { reference: `podlab.local/${role}:1`, origin: 'assembled' }));
  }
  await image('given_web', { reference: 'registry.example/web:1', origin: 'given' });
  await image('assembled_for_another_version', { reference: 'podlab.local/etcd:0', origin: 'assembled' });
  const manifest = 'kind: DaemonSet\n';
  mkdirSync(join(cacheDir, 'manifests'), { recursive: true });
  const name = createHash('sha256').update(manifest).digest('hex');
  writeFileSync(join(cacheDir, 'manifests', `${name}.yaml`), manifest);
  writeFileSync(join(cacheDir, 'manifests', `${'0'.repeat(64)}.yaml`), 'damaged');
  const record: ToolchainRecord = {
    version: smallVersion,
    arch,
    pins: pinsOf(home),
    asked: '[]',
    imageRepository: 'podlab.local',
    programs: parts,
    images: forEachRole((role) => {
      const { entry = '', hash = '', origin = '' } = made.get(role) ?? {};
      return { entry, hash, origin, reference: `podlab.local/${role}:1` };
    }),
  };
  const files = nodePrograms.map((program) => ({ name: program, file: join(programs, `${program}-small`, program) }));
  linkPrograms(record, files, cacheDir);
  writeRecord(cacheDir, record);
  return record;
}
