// From "Kubernetes v1.36.3" to programs and images on this machine.

import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabError } from '../error.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { openEntry } from './cache-entry.ts';
import { type ClusterImages, clusterImages } from './cluster-images.ts';
import { goModules, nodePrograms, readPin } from './go-modules.ts';
import { recipeVersion } from './image-names.ts';
import { linkOrCopy, type Program } from './program.ts';
import { programSources } from './program-sources.ts';
import { pruneCache } from './prune-cache.ts';
import { binName, forEachRole, readRecord, type ToolchainRecord, toolchainOf, writeRecord } from './record.ts';
import { arch, cachePlaces, hashOf, type ToolchainRequest } from './request.ts';
import { removeUnfinished } from './scratch.ts';
import type { Toolchain } from './toolchain.ts';

/**
 * The toolchain of a version. What was resolved before is used again when the same is asked for, or nothing in particular;
 * else it is fetched, built and assembled, by one podlab at a time.
 *
 * @throws LabError HOST_UNSUITABLE, COMMAND_FAILED, DOWNLOAD_FAILED, DAMAGED, NOT_FOUND or CANCELLED
 */
export async function resolveToolchain(request: ToolchainRequest, reporter: Reporter): Promise<Toolchain> {
  // Reading every byte may find damage, and mending it needs the lock.
  const kept = request.verify === true ? undefined : await keptToolchain(request);
  if (typeof kept === 'object') return kept;
  const { lock } = cachePlaces(request.cacheDir);
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to prepare the toolchain`);
  return withLockInTurn(lock, { onWait, signal: request.signal }, async () => {
    const made = await keptToolchain(request);
    if (typeof made === 'object') return made;
    if (made !== undefined)
      reporter.warn(`the cached toolchain of ${request.version} is damaged and is mended: ${made}`);
    removeUnfinished(request.cacheDir);
    return makeToolchain(request, reporter);
  });
}

/** What podlab would use now, without making or fetching anything; undefined when it would have to. */
export async function presentToolchain(request: ToolchainRequest): Promise<Toolchain | undefined> {
  const kept = await keptToolchain(request);
  return typeof kept === 'object' ? kept : undefined;
}

/** The version that podlab's Go modules are pinned to, `v1.36.3` form. */
export function pinnedVersion(home: string): string {
  const module = goModules.find(({ name }) => name === 'kubernetes');
  return module === undefined ? '' : readPin(home, module).version;
}

/** Hash of what podlab itself says about a toolchain: with another one it has to be resolved again. */
export function pinsOf(home: string): string {
  return hashOf(String(recipeVersion), ...goModules.map((module) => readPin(home, module).hash));
}

/** @returns the toolchain; or what is damaged; or undefined when nothing fitting was resolved yet */
async function keptToolchain(request: ToolchainRequest): Promise<Toolchain | string | undefined> {
  const record = readRecord(request.cacheDir, request.version);
  if (record === undefined || record.pins !== pinsOf(request.home)) return undefined;
  if (askedOf(request) !== nothingAsked && askedOf(request) !== record.asked) return undefined;
  const { programs, images, bins } = cachePlaces(request.cacheDir);
  const dirs = [
    ...Object.values(record.programs).map(({ entry }) => join(programs, entry)),
    ...Object.values(record.images).map(({ entry }) => join(images, entry)),
  ];
  for (const dir of dirs) {
    const opened = await openEntry(dir, request.verify === true);
    if (opened === undefined) return `${basename(dir)} is missing`;
    if ('damaged' in opened) return opened.damaged;
  }
  const bin = join(bins, binName(record));
  const missing = nodePrograms.filter((name) => !existsSync(join(bin, name)));
  return missing.length === 0 ? toolchainOf(record, request.cacheDir) : `${missing.join(', ')} is missing`;
}

async function makeToolchain(request: ToolchainRequest, reporter: Reporter): Promise<Toolchain> {
  if (request.uid !== 0) {
    throw new LabError('HOST_UNSUITABLE', 'making container images needs root', { hint: 'Run podlab with sudo.' });
  }
  const sources = await programSources(request, reporter);
  const programs = (await sources[0]?.get(nodePrograms)) ?? [];
  const kubeadm = programs.find(({ name }) => name === 'kubeadm')?.file ?? '';
  const images = await clusterImages(kubeadm, request, sources, reporter);
  const record = recordOf(request, programs, images);
  linkPrograms(record, programs, request.cacheDir);
  pruneCache(request.cacheDir, record);
  writeRecord(request.cacheDir, record);
  return toolchainOf(record, request.cacheDir);
}

function recordOf(
  request: ToolchainRequest,
  programs: readonly Program[],
  { repository, images }: ClusterImages,
): ToolchainRecord {
  const sorted = [...programs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    version: request.version,
    arch,
    pins: pinsOf(request.home),
    asked: askedOf(request),
    imageRepository: repository,
    programs: Object.fromEntries(
      sorted.map(({ name, entry, sha256, origin }) => [name, { entry: basename(entry.dir), hash: sha256, origin }]),
    ),
    images: forEachRole((role) => {
      const { reference, entry, digest, origin } = images[role];
      return { reference, entry: basename(entry.dir), hash: digest, origin };
    }),
  };
}

/** One directory for the programs, which nodes bind; hard links, so it costs nothing. */
export function linkPrograms(
  record: ToolchainRecord,
  programs: readonly { readonly name: string; readonly file: string }[],
  cacheDir: string,
): void {
  const dir = join(cachePlaces(cacheDir).bins, binName(record));
  // Rooms that are up have it bound: as long as it is right it stays.
  if (programs.every(({ name, file }) => isSameFile(join(dir, name), file))) return;
  const next = `${dir}.${process.pid}.new`;
  mkdirSync(next, { recursive: true, mode: 0o755 });
  for (const { name, file } of programs) linkOrCopy(file, join(next, name));
  rmSync(dir, { recursive: true, force: true });
  renameSync(next, dir);
}

function isSameFile(one: string, other: string): boolean {
  const stat = statSync(one, { throwIfNoEntry: false });
  return stat !== undefined && stat.ino === statSync(other).ino;
}

const nothingAsked = JSON.stringify([]);

function askedOf({ from, dir, mirror, registry }: ToolchainRequest): string {
  const asked = Object.entries({ from, dir, mirror: mirror?.href, registry });
  return JSON.stringify(asked.filter(([, value]) => value !== undefined));
}
