// Images made here: programs from the toolchain, the rest from Debian packages.

import { join } from 'node:path';
import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from './cache-entry.ts';
import { withDebianParts } from './debian-layers.ts';
import type { ProgramName } from './go-modules.ts';
import { archiveName, type CachedImage, cachedImage, imageEntryDir, imageOf } from './image-cache.ts';
import { recipeVersion } from './image-names.ts';
import { type Layer, type LayerEntry, packLayer } from './layer.ts';
import { writeOciArchive } from './oci-archive.ts';
import type { Program, ProgramSource } from './program.ts';
import { baseEntries, type DebianPart, type RecipeName, recipes } from './recipes.ts';
import { arch, hashOf, type Workplace } from './request.ts';
import { withScratch } from './scratch.ts';

export interface WantedImage {
  readonly role: RecipeName;
  readonly reference: string;
}

/**
 * Takes from the cache what is there, and makes the others.
 *
 * @param sources best first; asked for programs only if an image has to be made
 */
export async function assembleImages(
  wanted: readonly WantedImage[],
  request: Workplace & { readonly verify?: boolean | undefined },
  sources: readonly ProgramSource[],
  reporter: Reporter,
): Promise<ReadonlyMap<RecipeName, CachedImage>> {
  const assembled = new Map<RecipeName, CachedImage>();
  const missing: Place[] = [];
  for (const image of wanted) {
    const place = await placeOf(image, request, sources);
    const found = await cachedImage(place.dir, request.verify === true, reporter);
    if (found === undefined) missing.push(place);
    else assembled.set(image.role, found);
  }
  if (missing.length === 0) return assembled;
  const programs: Program[] = [];
  for (const source of sources) {
    const names = missing.flatMap((place) => (place.source === source ? (place.program ?? []) : []));
    if (names.length > 0) programs.push(...(await source.get([...new Set(names)])));
  }
  const roles = missing.map(({ image }) => image.role);
  await reporter.step(
    `assembling ${roles.length === 1 ? 'one container image' : `${roles.length} container images`}`,
    (update) =>
      withScratch(request.cacheDir, (scratch) =>
        withLayers({ scratch, roles, programs, request, update }, async (layersOf) => {
          for (const { image, dir } of missing) {
            assembled.set(image.role, await writeImage(image, dir, await layersOf(image.role)));
          }
        }),
      ),
  );
  return assembled;
}

interface Place {
  readonly image: WantedImage;
  readonly dir: string;
  readonly program?: ProgramName;
  readonly source?: ProgramSource;
}

/** The same recipe with the same program is the same image. */
async function placeOf(image: WantedImage, { cacheDir }: Workplace, sources: readonly ProgramSource[]): Promise<Place> {
  const { role, reference } = image;
  const { program } = recipes[role];
  const place = (key: string) =>
    imageEntryDir(cacheDir, reference, hashOf(String(recipeVersion), arch, reference, key));
  if (program === undefined) return { image, dir: place('') };
  for (const source of sources) {
    const key = await source.keyOf(program.name);
    if (key !== undefined) return { image, dir: place(key), program: program.name, source };
  }
  throw new LabError('HOST_UNSUITABLE', `there is no ${program.name} to make the image ${reference} of`, {
    hint: 'Name a registry that has the images (--registry), or use the version that podlab can build from Go modules.',
  });
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

interface Packing {
  readonly scratch: string;
  readonly roles: readonly RecipeName[];
  readonly programs: readonly Program[];
  readonly request: Workplace;
  readonly update: (detail: string) => void;
}

/** Layers are packed once and shared by the images that have them. */
async function withLayers(
  { scratch, roles, programs, request, update }: Packing,
  use: (layersOf: (role: RecipeName) => Promise<readonly Layer[]>) => Promise<void>,
): Promise<void> {
  const packed = new Map<string, Promise<Layer>>();
  const pack = (name: string, entries: readonly LayerEntry[]) => {
    const layer = packed.get(name) ?? packLayer(entries, join(scratch, `${packed.size}.tar.zst`));
    packed.set(name, layer);
    return layer;
  };
  const layersOf =
    (parts: Readonly<Partial<Record<DebianPart, readonly LayerEntry[]>>>) => async (role: RecipeName) => {
      update(role);
      const recipe = recipes[role];
      const layers = [pack('base', baseEntries)];
      for (const part of recipe.parts) layers.push(pack(part, parts[part] ?? []));
      const { program, noiseBytes } = recipe;
      if (noiseBytes !== undefined) {
        layers.push(pack(`noise ${noiseBytes}`, [{ type: 'noise', path: 'data/noise', bytes: noiseBytes }]));
      }
      if (program !== undefined) {
        const from = programs.find(({ name }) => name === program.name)?.file ?? '';
        layers.push(pack(program.at, [{ type: 'file', path: program.at, mode: 0o755, from }]));
      }
      return Promise.all(layers);
    };
  if (roles.every((role) => recipes[role].parts.length === 0)) return await use(layersOf({}));
  update('unpacking Debian packages');
  await withDebianParts(scratch, request, (parts) => use(layersOf(parts)));
}
