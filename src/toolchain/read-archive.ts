// What an archive of container images says about itself: OCI layouts and what `docker save` writes.

import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../error.ts';

export interface ArchivedImage {
  /** Full reference, such as `docker.io/library/busybox:1.36`. */
  readonly reference: string;
  /** Of its manifest; '' when the archive does not tell. */
  readonly digest: string;
}

/** Longer documents than this are none of an image's. */
const mostBytes = 4 * 1024 * 1024;

/**
 * @returns the images in it, at least one
 * @throws LabError DAMAGED when it is no archive of images, or one without names
 */
export async function readArchive(file: string): Promise<readonly ArchivedImage[]> {
  if (isCompressed(file)) {
    throw new LabError('DAMAGED', `${file} is compressed`, { hint: 'Unpack it first: gunzip or zstd -d.' });
  }
  const documents = await readDocuments(file);
  const images = [...fromIndex(documents.get('index.json')), ...fromDocker(documents.get('manifest.json'))];
  const byReference = new Map(images.reverse().map((image) => [image.reference, image]));
  if (byReference.size > 0) return [...byReference.values()].reverse();
  const what = documents.size === 0 ? 'is no archive of container images' : 'names no image';
  throw new LabError('DAMAGED', `${file} ${what}`, {
    hint: 'Make one with "docker save IMAGE", "ctr images export" or "skopeo copy docker://… docker-archive:FILE:IMAGE".',
  });
}

/** A short name as everybody means it: `busybox` is `docker.io/library/busybox:latest`. */
export function fullReference(name: string): string {
  const [first = ''] = name.split('/');
  const hasRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? name : `docker.io/${name.includes('/') ? '' : 'library/'}${name}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}

async function readDocuments(file: string): Promise<ReadonlyMap<string, unknown>> {
  const { extract: createExtract } = await import('tar-stream');
  const extract = createExtract();
  const documents = new Map<string, unknown>();
  extract.on('entry', ({ name, size = 0 }, stream, next) => {
    const path = name.replace(/^\.\//, '');
    const chunks: Buffer[] = [];
    const isWanted = ['index.json', 'manifest.json'].includes(path) && size <= mostBytes;
    if (isWanted) stream.on('data', (chunk) => chunks.push(chunk as Buffer));
    stream.on('end', () => {
      if (isWanted) documents.set(path, parse(Buffer.concat(chunks).toString('utf8')));
      next();
    });
    // A cut archive fails here too; the pipeline tells.
    stream.on('error', () => {});
    stream.resume();
  });
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), extract);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LabError('NOT_FOUND', `there is no file ${file}`, { cause });
    }
    throw new LabError('DAMAGED', `${file} is no whole tar archive: ${(cause as Error).message}`, { cause });
  }
  return documents;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Descriptor {
  readonly digest?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function fromIndex(index: unknown): readonly ArchivedImage[] {
  const { manifests } = (index ?? {}) as { readonly manifests?: readonly Descriptor[] };
  if (!Array.isArray(manifests)) return [];
  return manifests.flatMap(({ digest = '', annotations = {} }: Descriptor) => {
    const name = annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
    // The second may be a tag only, which names nothing.
    return name === undefined || !/[/:]/.test(name) ? [] : [{ reference: fullReference(name), digest }];
  });
}

function fromDocker(manifest: unknown): readonly ArchivedImage[] {
  if (!Array.isArray(manifest)) return [];
  return manifest.flatMap(({ RepoTags }: { readonly RepoTags?: readonly string[] | null }) =>
    (RepoTags ?? []).map((tag) => ({ reference: fullReference(tag), digest: '' })),
  );
}

/** gzip, zstd, xz: by their first bytes. */
function isCompressed(file: string): boolean {
  const head = Buffer.alloc(4);
  try {
    const fd = openSync(file, 'r');
    readSync(fd, head, 0, 4, 0);
    closeSync(fd);
  } catch {
    return false;
  }
  return ['1f8b', '28b52ffd', 'fd377a58'].some((magic) => head.toString('hex').startsWith(magic));
}
