// From "Kubernetes v1.36.3" to programs and images on this machine.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../error.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { assembleImages } from './assemble-images.ts';
import { openEntry, removeUnfinished } from './cache-entry.ts';
import { goModules, nodePrograms, type ProgramName, readPin } from './go-modules.ts';
import type { CachedImage } from './image-cache.ts';
import { imageNames, localRepository, recipeVersion } from './image-names.ts';
import { linkOrCopy, moduleKey, type Program, programsFromModules } from './programs.ts';
import { binName, mapImages, readRecord, type ToolchainRecord, toolchainOf, writeRecord } from './record.ts';
import { arch, cachePlaces, hashOf, type ToolchainRequest } from './request.ts';
import { type ImageRole, imageRoles, type Toolchain } from './toolchain.ts';

/**
 * The toolchain of a version. What was resolved before is used again when the same is asked for, or nothing in particular;
 * else it is fetched, built and assembled, by one podlab at a time.
 *
 * @throws LabError HOST_UNSUITABLE, COMMAND_FAILED, NOT_FOUND or CANCELLED
 */
export async function resolveToolchain(request: ToolchainRequest, reporter: Reporter): Promise<Toolchain> {
  // Reading every byte may find damage, and mending it needs the lock.
  const kept = request.verify === true ? undefined : await keptToolchain(request, reporter);
  if (kept !== undefined) return kept;
  const { lock, programs, images } = cachePlaces(request.cacheDir);
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to prepare the toolchain`);
  return withLockInTurn(lock, { onWait, signal: request.signal }, async () => {
    const made = await keptToolchain(request, reporter);
    if (made !== undefined) return made;
    removeUnfinished(programs);
    removeUnfinished(images);
    return makeToolchain(request, reporter);
  });
}

async function keptToolchain(request: ToolchainRequest, reporter: Reporter): Promise<Toolchain | undefined> {
  const record = readRecord(request.cacheDir, request.version);
  if (record === undefined || record.pins !== pinsOf(request)) return undefined;
  if (askedOf(request) !== nothingAsked && askedOf(request) !== record.asked) return undefined;
  const { programs, images, bins } = cachePlaces(request.cacheDir);
  const dirs = [
    ...Object.values(record.programs).map(({ entry }) => join(programs, entry)),
    ...Object.values(record.images).map(({ entry }) => join(images, entry)),
  ];
  for (const dir of dirs) {
    const opened = await openEntry(dir, request.verify === true);
    if (opened === undefined || 'damaged' in opened) {
      const what = opened?.damaged ?? `${basename(dir)} is missing`;
      reporter.warn(`the cached toolchain of ${request.version} is damaged and will be mended: ${what}`);
      return undefined;
    }
  }
  if (!existsSync(join(bins, binName(record)))) return undefined;
  return toolchainOf(record, request.cacheDir);
}

async function makeToolchain(request: ToolchainRequest, reporter: Reporter): Promise<Toolchain> {
  if (request.uid !== 0) {
    throw new LabError('HOST_UNSUITABLE', 'making container images needs root', { hint: 'Run podlab with sudo.' });
  }
  const programs = await programsFromModules(nodePrograms, request, reporter);
  const kubeadm = programs.find(({ name }) => name === 'kubeadm')?.file ?? '';
  const names = await imageNames(kubeadm, request.version, localRepository, metricsServerVersion(request));
  const images = await assembleImages(
    imageRoles.map((role) => ({ role, reference: names.references[role] })),
    request,
    (wanted: readonly ProgramName[]) => programsFromModules(wanted, request, reporter),
    (name) => moduleKey(name, request),
    reporter,
  );
  const record = recordOf(request, names.repository, programs, names.references, images);
  linkPrograms(record, programs, request.cacheDir);
  writeRecord(request.cacheDir, record);
  return toolchainOf(record, request.cacheDir);
}

function recordOf(
  request: ToolchainRequest,
  imageRepository: string,
  programs: readonly Program[],
  references: Readonly<Record<ImageRole, string>>,
  images: readonly CachedImage[],
): ToolchainRecord {
  return {
    version: request.version,
    arch,
    pins: pinsOf(request),
    asked: askedOf(request),
    imageRepository,
    programs: Object.fromEntries(
      [...programs]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, file, sha256, origin }) => [name, { entry: basename(dirname(file)), hash: sha256, origin }]),
    ),
    images: mapImages(references, (reference) => {
      const image = images.find((one) => one.reference === reference);
      if (image === undefined) throw new Error(`no image ${reference}`);
      return { reference, entry: basename(image.entry.dir), hash: image.digest, origin: image.origin };
    }),
  };
}

/** One directory for the programs, which nodes bind; hard links, so it costs nothing. */
function linkPrograms(record: ToolchainRecord, programs: readonly Program[], cacheDir: string): void {
  const dir = join(cachePlaces(cacheDir).bins, binName(record));
  const next = `${dir}.${process.pid}.new`;
  removeUnfinished(dirname(dir));
  mkdirSync(next, { recursive: true, mode: 0o755 });
  for (const { name, file } of programs) linkOrCopy(file, join(next, name));
  rmSync(dir, { recursive: true, force: true });
  renameSync(next, dir);
}

function metricsServerVersion({ home }: ToolchainRequest): string {
  const module = goModules.find(({ name }) => name === 'metrics-server');
  return module === undefined ? '' : readPin(home, module).version;
}

function pinsOf({ home }: ToolchainRequest): string {
  return hashOf(String(recipeVersion), ...goModules.map((module) => readPin(home, module).hash));
}

const nothingAsked = JSON.stringify([]);

function askedOf({ from, dir, mirror, registry }: ToolchainRequest): string {
  const asked = Object.entries({ from, dir, mirror: mirror?.href, registry });
  return JSON.stringify(asked.filter(([, value]) => value !== undefined));
}
