// A container image as one file: an OCI image layout in a tar, the same bytes for the same image.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Layer } from './layer.ts';
import { arch } from './request.ts';

export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
}

/** OCI image specification 1.1, config.md and manifest.md; what Docker writes differs in the media types only. */
const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

/**
 * @param reference full, such as `podlab.local/box:1`
 * @returns digest of the manifest, by which containerd knows the image
 */
export async function writeOciArchive(
  file: string,
  reference: string,
  config: ImageConfig,
  layers: readonly Layer[],
): Promise<string> {
  const { pack: createPack } = await import('tar-stream');
  const configBlob = blobOf(imageConfig(config, layers));
  const manifestBlob = blobOf({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configBlob.digest, size: configBlob.bytes.length },
    layers: layers.map(({ digest, bytes }) => ({ mediaType: mediaTypes.layer, digest, size: bytes })),
  });
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      {
        mediaType: mediaTypes.manifest,
        digest: manifestBlob.digest,
        size: manifestBlob.bytes.length,
        platform: { architecture: arch, os: 'linux' },
        // The second is the specification's, which is a tag only; the first is containerd's, the whole name.
        annotations: {
          'io.containerd.image.name': reference,
          'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
        },
      },
    ],
  };
  const pack = createPack();
  const written = pipeline(pack, createWriteStream(file));
  const add = (name: string, content: string | Buffer) => pack.entry({ ...head, name }, content);
  const filled = (async () => {
    add('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    add('index.json', JSON.stringify(index));
    for (const { digest, bytes } of [configBlob, manifestBlob]) add(blobPath(digest), bytes);
    for (const layer of layers) {
      const sink = pack.entry({ ...head, name: blobPath(layer.digest), size: layer.bytes });
      await pipeline(createReadStream(layer.file, { highWaterMark: 1 << 20 }), sink);
    }
    pack.finalize();
  })().catch((error: Error) => pack.destroy(error));
  await Promise.all([written, filled]);
  return manifestBlob.digest;
}

const head = { mtime: new Date(0), uid: 0, gid: 0, mode: 0o644 };

function imageConfig({ entrypoint, cmd, path }: ImageConfig, layers: readonly Layer[]): object {
  return {
    architecture: arch,
    os: 'linux',
    config: {
      Env: [`PATH=${path}`],
      ...(entrypoint.length === 0 ? {} : { Entrypoint: entrypoint }),
      ...(cmd.length === 0 ? {} : { Cmd: cmd }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created_by: 'podlab toolchain' })),
  };
}

function blobOf(document: object): { readonly digest: string; readonly bytes: Buffer } {
  const bytes = Buffer.from(JSON.stringify(document));
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

function blobPath(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}
