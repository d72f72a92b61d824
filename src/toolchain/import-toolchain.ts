// A toolchain out of an archive into the cache: everything is verified before anything is put in place.

import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, renameSync, statfsSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../error.ts';
import { withLockInTurn } from '../host/lock.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry, openEntry } from './cache-entry.ts';
import type { Transfer } from './export-toolchain.ts';
import { byteProgress, megabytes } from './progress.ts';
import { writeRecord } from './record.ts';
import { arch, cachePlaces, type Workplace } from './request.ts';
import { linkPrograms, pinsOf } from './resolve-toolchain.ts';
import { removeUnfinished, withScratch } from './scratch.ts';
import {
  contentsHashName,
  contentsName,
  damaged,
  entryOf,
  mostContentsBytes,
  parseContents,
  type TransferContents,
  type TransferFile,
} from './transfer.ts';

/**
 * Puts what `exportToolchain` wrote into the cache. What is there already and whole stays as it is.
 *
 * @throws LabError NOT_FOUND, DAMAGED when the archive is not whole or has anything in it that does not belong there,
 *   HOST_UNSUITABLE when it is for another CPU or another podlab or the disk is too small, CANCELLED
 */
export async function importToolchain(file: string, workplace: Workplace, reporter: Reporter): Promise<Transfer> {
  const source = resolve(file);
  const bytes = sizeOf(source);
  const { root, lock } = cachePlaces(workplace.cacheDir);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const onWait = (pid: number) => reporter.info(`waiting for another podlab (process ${pid}) to leave the cache`);
  return withLockInTurn(lock, { onWait, signal: workplace.signal }, () => {
    removeUnfinished(workplace.cacheDir);
    return withScratch(workplace.cacheDir, async (scratch) => {
      const { contents, sha256 } = await reporter.step(`reading ${source}`, (update) =>
        unpack(source, bytes, scratch, workplace, byteProgress(bytes, update)),
      );
      await reporter.step('putting the toolchain in place', (update) => place(contents, scratch, workplace, update));
      const { record, files } = contents;
      return { file: source, bytes, sha256, version: record.version, arch: record.arch, files };
    });
  });
}

/** One of a tar archive, as its reader hands it out. */
interface Member extends AsyncIterable<unknown> {
  readonly header: {
    readonly name: string;
    readonly type?: string | null | undefined;
    readonly size?: number | undefined;
  };
}

/** Writes every member into the scratch directory, and holds it to the first one, which lists them. */
async function unpack(
  file: string,
  bytes: number,
  scratch: string,
  workplace: Workplace,
  show: (done: number) => void,
): Promise<{ readonly contents: TransferContents; readonly sha256: string }> {
  const { extract: createExtract } = await import('tar-stream');
  const extract = createExtract();
  const whole = createHash('sha256');
  let done = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      whole.update(chunk);
      done += chunk.length;
      show(done);
      next(undefined, chunk);
    },
  });
  const { signal } = workplace;
  const read = pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), meter, extract, { signal });
  // Awaited below; what breaks it breaks the loop too.
  read.catch(() => {});
  const missing = new Map<string, TransferFile>();
  let text: string | undefined;
  let contents: TransferContents | undefined;
  try {
    for await (const member of extract) {
      if (text === undefined) {
        text = await readText(file, member, contentsName);
        continue;
      }
      if (contents === undefined) {
        contents = parseContents(file, text, await readText(file, member, contentsHashName));
        checkFits(file, contents, bytes, workplace);
        for (const one of contents.files) missing.set(one.path, one);
        continue;
      }
      const { name, type } = member.header;
      const expected = missing.get(name);
      if (type !== 'file') throw damaged(file, `${JSON.stringify(name)} is a ${type}, not a file`);
      if (expected === undefined) throw damaged(file, `${JSON.stringify(name)} does not belong in it`);
      missing.delete(name);
      await writeMember(file, member, expected, join(scratch, name));
    }
    await read;
  } catch (error) {
    throw readError(file, error, signal);
  }
  if (contents === undefined) throw damaged(file, `it does not begin with ${contentsName} and ${contentsHashName}`);
  const [first] = missing.keys();
  if (first !== undefined) throw damaged(file, `${first} is missing`);
  return { contents, sha256: whole.digest('hex') };
}

async function readText(file: string, member: Member, expected: string): Promise<string> {
  const { name, type, size = 0 } = member.header;
  if (name !== expected || type !== 'file' || size > mostContentsBytes) {
    throw damaged(file, `it does not begin with ${contentsName} and ${contentsHashName}`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of member) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** What would be useless here is refused before it is read. */
function checkFits(file: string, { record, files }: TransferContents, bytes: number, workplace: Workplace): void {
  if (record.arch !== arch) {
    throw new LabError('HOST_UNSUITABLE', `${file} is for ${record.arch}, and this machine is ${arch}`, {
      hint: `Export it on a machine with ${arch}.`,
    });
  }
  if (record.pins !== pinsOf(workplace.home)) {
    throw new LabError('HOST_UNSUITABLE', `${file} was exported by a podlab with other versions of Kubernetes' parts`, {
      hint: 'Use the same podlab on both machines.',
    });
  }
  const { root } = cachePlaces(workplace.cacheDir);
  const wanted = files.reduce((sum, one) => sum + one.bytes, 0);
  const { bavail, bsize } = statfsSync(root);
  if (wanted > bytes) throw damaged(file, 'it is shorter than what it lists');
  if (bavail * bsize < wanted) {
    throw new LabError(
      'HOST_UNSUITABLE',
      `${root} has ${megabytes(bavail * bsize)} left, and ${megabytes(wanted)} are needed`,
      {
        hint: 'Make room, or set XDG_CACHE_HOME to a directory on a larger file system.',
      },
    );
  }
}

async function writeMember(file: string, member: Member, expected: TransferFile, to: string): Promise<void> {
  const { path, bytes, sha256 } = expected;
  if (member.header.size !== bytes) {
    throw damaged(file, `${path} has ${member.header.size} bytes, and ${bytes} are listed`);
  }
  mkdirSync(dirname(to), { recursive: true });
  const hash = createHash('sha256');
  const fd = openSync(to, 'wx', path.startsWith('programs/') ? 0o755 : 0o644);
  try {
    for await (const chunk of member) {
      hash.update(chunk as Buffer);
      writeSync(fd, chunk as Buffer);
    }
  } finally {
    closeSync(fd);
  }
  if (hash.digest('hex') !== sha256) throw damaged(file, `${path} does not have the checksum that is listed`);
}

/** The record comes last: until it is there nothing of this is used, and whoever begins again finds what is done. */
async function place(
  { record, entries, files }: TransferContents,
  scratch: string,
  { cacheDir }: Workplace,
  update: (detail: string) => void,
): Promise<void> {
  const { root, programs } = cachePlaces(cacheDir);
  for (const [path, about] of Object.entries(entries)) {
    update(path);
    const members = files.filter((one) => entryOf(one.path) === path);
    if (members.length === 0 || (await isThere(join(root, path), members))) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    await makeEntry(join(root, path), about, async (next) => {
      for (const member of members) renameSync(join(scratch, member.path), join(next, basename(member.path)));
    });
  }
  mkdirSync(join(cacheDir, 'manifests'), { recursive: true, mode: 0o700 });
  for (const { path } of files.filter((one) => entryOf(one.path) === 'manifests')) {
    renameSync(join(scratch, path), join(cacheDir, path));
  }
  const own = Object.entries(record.programs).map(([name, { entry }]) => ({ name, file: join(programs, entry, name) }));
  linkPrograms(record, own, cacheDir);
  writeRecord(cacheDir, record);
}

async function isThere(dir: string, members: readonly TransferFile[]): Promise<boolean> {
  const opened = await openEntry(dir, true);
  if (opened === undefined || 'damaged' in opened) return false;
  const { files } = opened.entry;
  return members.every((one) => files.some(({ name, sha256 }) => name === basename(one.path) && sha256 === one.sha256));
}

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return stat.size;
  throw new LabError('NOT_FOUND', stat === undefined ? `there is no file ${file}` : `${file} is no regular file`);
}

function readError(file: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new LabError('CANCELLED', 'interrupted while reading the archive');
  if (error instanceof LabError) return error;
  // Errors of the system have a number: a full disk, for example. All others come from the reader of tar archives.
  const { errno, message } = error as NodeJS.ErrnoException;
  return errno === undefined ? damaged(file, message, error) : error;
}
