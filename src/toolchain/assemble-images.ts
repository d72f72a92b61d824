// Images made here: programs from the toolchain, the rest from Debian packages.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from './cache-entry.ts';
import { withDebianParts } from './debian-layers.ts';
import type { ProgramName } from './go-modules.ts';
import { archiveName, type CachedImage, cachedImage, imageEntryDir, imageOf } from './image-cache.ts';
import { recipeVersion } from './image-names.ts';
import { type Layer, type LayerEntry, packLayer } from './layer.ts';
import { writeOciArchive } from './oci-archive.ts';
import type { Program } from './programs.ts';
import { baseEntries, type DebianPart, recipes } from './recipes.ts';
import { arch, cachePlaces, hashOf, type ToolchainRequest } from './request.ts';
import type { ImageRole } from './toolchain.ts';

export interface WantedImage {
  readonly role: ImageRole;
  readonly reference: string;
}

/**
 * Takes from the cache what is there, and makes the others.
 *
 * @param programsFor brings programs; asked only for images that have to be made
 */
export async function assembleImages(
  wanted: readonly WantedImage[],
  request: ToolchainRequest,
  programsFor: (names: readonly ProgramName[]) => Promise<readonly Program[]>,
  sourceKey: (name: ProgramName) => string,
  reporter: Reporter,
): Promise<readonly CachedImage[]> {
  const places = wanted.map((image) => ({ image, dir: entryDir(image, request, sourceKey) }));
  const images: CachedImage[] = [];
  const missing: typeof places = [];
  for (const place of places) {
    const found = await cachedImage(place.dir, request.verify === true, reporter);
    if (found === undefined) missing.push(place);
    else images.push(found);
  }
  if (missing.length === 0) return images;
  const names = missing.flatMap(({ image }) => recipes[image.role].program?.name ?? []);
  const programs = await programsFor([...new Set(names)]);
  return reporter.step(`assembling ${missing.length} container images`, async (update) => {
    await withLayers(
      missing.map(({ image }) => image.role),
      programs,
      request,
      update,
      async (layersOf) => {
        for (const { image, dir } of missing) images.push(await writeImage(image, dir, await layersOf(image.role)));
      },
    );
    return images;
  });
}

/** The same recipe with the same program is the same image. */
function entryDir(
  { role, reference }: WantedImage,
  { cacheDir }: ToolchainRequest,
  sourceKey: (name: ProgramName) => string,
): string {
  const { program } = recipes[role];
  const key = hashOf(String(recipeVersion), arch, reference, program === undefined ? '' : sourceKey(program.name));
  return imageEntryDir(cacheDir, reference, key);
}

async function writeImage(
  { role, reference }: WantedImage,
  dir: string,
  layers: readonly Layer[],
): Promise<CachedImage> {
  const about = { reference, role, origin: 'assembled', digest: '' };
  const entry = await makeEntry(dir, about, async (next) => {
    about.digest = await writeOciArchive(join(next, archiveName), reference, recipes[role].config, layers);
  });
  return imageOf(entry);
}

/** Layers are packed once and shared by the images that have them. */
async function withLayers(
  roles: readonly ImageRole[],
  programs: readonly Program[],
  request: ToolchainRequest,
  update: (detail: string) => void,
  use: (layersOf: (role: ImageRole) => Promise<readonly Layer[]>) => Promise<void>,
): Promise<void> {
  const { root } = cachePlaces(request.cacheDir);
  mkdirSync(root, { recursive: true });
  const scratch = mkdtempSync(join(root, 'layers-'));
  const packed = new Map<string, Promise<Layer>>();
  const pack = (name: string, entries: readonly LayerEntry[]) => {
    const layer = packed.get(name) ?? packLayer(entries, join(scratch, `${packed.size}.tar.zst`));
    packed.set(name, layer);
    return layer;
  };
  const layersOf = (parts: Readonly<Partial<Record<DebianPart, readonly LayerEntry[]>>>) => async (role: ImageRole) => {
    update(role);
    const recipe = recipes[role];
    const layers = [pack('base', baseEntries)];
    for (const part of recipe.parts) layers.push(pack(part, parts[part] ?? []));
    const { program } = recipe;
    if (program !== undefined) {
      const from = programs.find(({ name }) => name === program.name)?.file ?? '';
      layers.push(pack(program.at, [{ type: 'file', path: program.at, mode: 0o755, from }]));
    }
    return Promise.all(layers);
  };
  try {
    if (roles.every((role) => recipes[role].parts.length === 0)) return await use(layersOf({}));
    update('unpacking Debian packages');
    await withDebianParts(scratch, request, (parts) => use(layersOf(parts)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
