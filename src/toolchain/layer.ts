// One layer of a container image: a tar of sorted entries without times or owners, so that the same files give the same bytes.

import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type { Pack } from 'tar-stream';

/** A path in an image has no leading slash. */
export type LayerEntry =
  | { readonly type: 'directory'; readonly path: string; readonly mode?: number }
  | { readonly type: 'file'; readonly path: string; readonly mode?: number; readonly from: string }
  | { readonly type: 'text'; readonly path: string; readonly mode?: number; readonly text: string }
  /** Bytes that can't be compressed, the same each time. */
  | { readonly type: 'noise'; readonly path: string; readonly bytes: number }
  | { readonly type: 'symlink'; readonly path: string; readonly to: string }
  /** `to` is a path in the image, of a file in the same layer. */
  | { readonly type: 'link'; readonly path: string; readonly to: string };

export interface Layer {
  /** Of the compressed bytes. */
  readonly digest: string;
  readonly bytes: number;
  /** Of the tar itself. */
  readonly diffId: string;
  /** Where the compressed bytes are. */
  readonly file: string;
}

/** Programs halve in size at the quickest levels already, and the archive is read more often than written. */
export const zstdLevel = 3;

export async function packLayer(entries: readonly LayerEntry[], file: string): Promise<Layer> {
  const { pack: createPack } = await import('tar-stream');
  const pack = createPack();
  const diff = createHash('sha256');
  const blob = createHash('sha256');
  const written = pipeline(pack, meter(diff), compressed, meter(blob), createWriteStream(file));
  const filled = fill(pack, inOrder(withParents(entries))).catch((error: Error) => pack.destroy(error));
  await Promise.all([written, filled]);
  const digest = `sha256:${blob.digest('hex')}`;
  return { digest, bytes: statSync(file).size, diffId: `sha256:${diff.digest('hex')}`, file };
}

/**
 * Pieces go in one at a time, and the end after the last is done: Node lets a last piece that waits be the end as well, and zstd then
 * writes other bytes for the same content.
 */
async function* compressed(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: zstdLevel } });
  const written = (async () => {
    for await (const piece of pieces) await new Promise<void>((done) => zstd.write(piece, () => done()));
    zstd.end();
  })().catch((error: Error) => zstd.destroy(error));
  yield* zstd;
  await written;
}

async function fill(pack: Pack, entries: readonly LayerEntry[]): Promise<void> {
  for (const entry of entries) await add(pack, entry);
  pack.finalize();
}

async function add(pack: Pack, entry: LayerEntry): Promise<void> {
  const head = { name: entry.path, mtime: new Date(0), uid: 0, gid: 0 };
  switch (entry.type) {
    case 'directory':
      pack.entry({ ...head, name: `${entry.path}/`, type: 'directory', mode: entry.mode ?? 0o755 });
      return;
    case 'symlink':
      pack.entry({ ...head, type: 'symlink', linkname: entry.to, mode: 0o777 });
      return;
    case 'link':
      pack.entry({ ...head, type: 'link', linkname: entry.to, mode: 0o755 });
      return;
    case 'text':
      pack.entry({ ...head, type: 'file', mode: entry.mode ?? 0o644 }, entry.text);
      return;
    case 'noise': {
      const sink = pack.entry({ ...head, type: 'file', mode: 0o644, size: entry.bytes });
      await pipeline(Readable.from(noise(entry.bytes)), sink);
      return;
    }
    case 'file': {
      const { size, mode } = statSync(entry.from);
      const sink = pack.entry({ ...head, type: 'file', mode: entry.mode ?? mode & 0o7777, size });
      await pipeline(createReadStream(entry.from, { highWaterMark: 1 << 20 }), sink);
    }
  }
}

/** The key stream of AES in counter mode: no secret, only noise that is quickly made. */
function* noise(bytes: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  const zeros = Buffer.alloc(1 << 20);
  for (let left = bytes; left > 0; left -= zeros.length)
    yield cipher.update(zeros.subarray(0, Math.min(left, zeros.length)));
}

/** Every directory above an entry is an entry too: what an unpacker makes by itself has today's date. */
export function withParents(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const known = new Set(entries.map(({ path }) => path));
  const parents = entries.flatMap(({ path }) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_part, index, parts) => parts.slice(0, index + 1).join('/')),
  );
  const missing = [...new Set(parents)].filter((path) => !known.has(path));
  return [...entries, ...missing.map((path): LayerEntry => ({ type: 'directory', path }))];
}

/** By path; hard links last, because what they point to has to be there. */
export function inOrder(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const rank = ({ type }: LayerEntry) => (type === 'link' ? 1 : 0);
  return [...entries].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function meter(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
}
