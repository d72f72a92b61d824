// A toolchain out of the cache into one file, for machines without network.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { LabError } from '../error.ts';
import { listDir } from '../host/files.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { type Entry, openEntry } from './cache-entry.ts';
import { hashFile } from './hash-file.ts';
import { byteProgress } from './progress.ts';
import { readRecord, type ToolchainRecord } from './record.ts';
import { cachePlaces, type ToolchainRequest } from './request.ts';
import { resolveToolchain } from './resolve-toolchain.ts';
import { largeImage } from './store-images.ts';
import {
  contentsHashName,
  contentsName,
  renderContents,
  type TransferContents,
  type TransferFile,
} from './transfer.ts';

export interface Transfer {
  /** Absolute path of the archive. */
  readonly file: string;
  /** Of the whole archive. */
  readonly bytes: number;
  readonly sha256: string;
  readonly version: string;
  readonly arch: string;
  readonly files: readonly TransferFile[];
}

/**
 * Writes the toolchain of a version, the images that were pulled or given, and the manifests of CNIs that were fetched.
 * What is missing of the toolchain is made first.
 *
 * @param isLeftOut asked with the names of images that are not the toolchain's own
 * @throws LabError as `resolveToolchain`; USAGE when the file can't be written, DAMAGED when the cache is
 */
export async function exportToolchain(
  file: string,
  request: ToolchainRequest,
  reporter: Reporter,
  isLeftOut: (reference: string) => boolean = () => false,
): Promise<Transfer> {
  const target = resolve(file);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
    throw new LabError('USAGE', `${target} is a directory`, { hint: 'Name a file.' });
  }
  await resolveToolchain(request, reporter);
  const { lock } = cachePlaces(request.cacheDir);
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to leave the cache`);
  return withLockInTurn(lock, { onWait, signal: request.signal }, async () => {
    const record = readRecord(request.cacheDir, request.version);
    if (record === undefined) throw new Error(`the toolchain of ${request.version} was resolved without a record`);
    const contents = await contentsOf(record, request.cacheDir, isLeftOut);
    return reporter.step(`writing ${target}`, (update) => writeArchive(target, contents, request, update));
  });
}

async function contentsOf(
  record: ToolchainRecord,
  cacheDir: string,
  isLeftOut: (reference: string) => boolean,
): Promise<TransferContents> {
  const { programs, images } = cachePlaces(cacheDir);
  const own = [
    ...Object.values(record.programs).map(({ entry }) => join(programs, entry)),
    ...Object.values(record.images).map(({ entry }) => join(images, entry)),
  ];
  const entries: Entry[] = [];
  for (const dir of new Set([...own, ...listDir(images).map((name) => join(images, name))])) {
    const opened = await openEntry(dir, false);
    if (opened !== undefined && 'entry' in opened) {
      const { reference } = opened.entry.about;
      const isWanted = isKept(opened.entry) && (reference === undefined || !isLeftOut(reference));
      if (own.includes(dir) || isWanted) entries.push(opened.entry);
    } else if (own.includes(dir)) {
      throw damage(opened === undefined ? `${dir} is missing` : opened.damaged);
    }
  }
  const { root } = cachePlaces(cacheDir);
  const files = entries.flatMap(({ dir, files: some }) =>
    some.map(({ name, bytes, sha256 }) => ({ path: join(relative(root, dir), name), bytes, sha256 })),
  );
  return {
    record,
    entries: Object.fromEntries(entries.map(({ dir, about }) => [relative(root, dir), about])),
    files: [...files, ...(await manifestsIn(cacheDir))],
  };
}

/** What was assembled for other versions is of no use to anybody. */
function isKept({ about }: Entry): boolean {
  return about.origin !== 'assembled' || about.reference === largeImage;
}

async function manifestsIn(cacheDir: string): Promise<readonly TransferFile[]> {
  const files: TransferFile[] = [];
  for (const name of listDir(join(cacheDir, 'manifests'))) {
    const path = join(cacheDir, 'manifests', name);
    const sha256 = await hashFile(path);
    // Their names are their checksums; a damaged one is fetched again by whoever wants it.
    if (name === `${sha256}.yaml`) files.push({ path: `manifests/${name}`, bytes: statSync(path).size, sha256 });
  }
  return files;
}

async function writeArchive(
  target: string,
  contents: TransferContents,
  { cacheDir, signal }: ToolchainRequest,
  update: (detail: string) => void,
): Promise<Transfer> {
  const { pack: createPack } = await import('tar-stream');
  const { record, files } = contents;
  const part = `${target}.part`;
  const pack = createPack();
  const hash = createHash('sha256');
  const show = byteProgress(
    files.reduce((sum, { bytes }) => sum + bytes, 0),
    update,
  );
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      show(bytes);
      done(undefined, chunk);
    },
  });
  try {
    // Only the owner: the same as the cache that it comes from.
    const written = pipeline(pack, meter, createWriteStream(part, { mode: 0o600 }), { signal });
    const filled = fill(pack, contents, cacheDir).catch((error: Error) => pack.destroy(error));
    await Promise.all([written, filled]);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw signal.aborted ? new LabError('CANCELLED', 'interrupted while writing the archive') : cannotWrite(error);
  }
  return { file: target, bytes, sha256: hash.digest('hex'), version: record.version, arch: record.arch, files };
}

async function fill(pack: Pack, contents: TransferContents, cacheDir: string): Promise<void> {
  const head = { mtime: new Date(0), uid: 0, gid: 0 };
  const { text, hash } = renderContents(contents);
  pack.entry({ ...head, name: contentsName, mode: 0o644 }, text);
  pack.entry({ ...head, name: contentsHashName, mode: 0o644 }, hash);
  const { root } = cachePlaces(cacheDir);
  for (const { path, bytes, sha256 } of contents.files) {
    const from = join(path.startsWith('manifests/') ? cacheDir : root, path);
    const mode = path.startsWith('programs/') ? 0o755 : 0o644;
    const read = createHash('sha256');
    const source = createReadStream(from, { highWaterMark: 1 << 20 });
    source.on('data', (chunk) => read.update(chunk));
    await pipeline(source, pack.entry({ ...head, name: path, mode, size: bytes }));
    if (read.digest('hex') !== sha256) throw damage(`the content of ${path} is not what it was`);
  }
  pack.finalize();
}

function damage(what: string): LabError {
  return new LabError('DAMAGED', `the cached toolchain is damaged: ${what}`, {
    hint: 'Run "podlab toolchain --verify" to mend it.',
  });
}

function cannotWrite(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!['ENOENT', 'ENOTDIR', 'EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG'].includes(code ?? '')) return error;
  return new LabError('USAGE', `the archive can't be written: ${message}`, {
    hint: 'Name a file in a directory that is there, on a file system with room for it.',
    cause: error,
  });
}
