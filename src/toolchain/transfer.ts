// The archive that carries a toolchain to a machine without network: what is in it, and how that is said.

import { createHash } from 'node:crypto';
import { LabError } from '../error.ts';
import { parseRecord, type ToolchainRecord } from './record.ts';

/** Name of the first member; it describes all that follow the second one, which has its checksum. */
export const contentsName = 'podlab-toolchain.json';
export const contentsHashName = `${contentsName}.sha256`;

export interface TransferFile {
  /** Name in the archive, and in the cache: `programs/ENTRY/FILE`, `images/ENTRY/FILE` or `manifests/FILE`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface TransferContents {
  readonly record: ToolchainRecord;
  /** What the makers of the cache entries said of them, by `programs/ENTRY` or `images/ENTRY`. */
  readonly entries: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly files: readonly TransferFile[];
}

/** Longer documents than this are not ours. */
export const mostContentsBytes = 4 * 1024 * 1024;

/** The text of the first member, and that of the second, as sha256sum has it. */
export function renderContents(contents: TransferContents): { readonly text: string; readonly hash: string } {
  const text = `${JSON.stringify({ format: 1, ...contents }, undefined, 1)}\n`;
  return { text, hash: hashLine(text) };
}

/**
 * Reads the first member, and holds every path in it to the places where files of a toolchain are.
 *
 * @param file the archive, for messages
 * @param hash text of the second member
 * @throws LabError DAMAGED with what is wrong
 */
export function parseContents(file: string, text: string, hash: string): TransferContents {
  if (hash !== hashLine(text)) throw damaged(file, `${contentsName} does not have its checksum`);
  const { format, record, entries, files } = parseObject(text) ?? {};
  if (format !== 1) throw damaged(file, `${contentsName} is not of a form that this podlab knows`);
  const known = parseRecord(record);
  if (known === undefined) throw damaged(file, `${contentsName} does not say which toolchain it is`);
  if (!isEntries(entries) || !isFiles(files)) throw damaged(file, `${contentsName} has no list of files`);
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isPlace(path)) throw damaged(file, `${JSON.stringify(path)} is no place for a file of a toolchain`);
    if (seen.has(path)) throw damaged(file, `${path} is in it twice`);
    seen.add(path);
    if (!path.startsWith('manifests/') && entries[entryOf(path)] === undefined) {
      throw damaged(file, `nothing is said of ${entryOf(path)}`);
    }
  }
  const parts = [...Object.values(known.programs).map(({ entry }) => `programs/${entry}`)];
  parts.push(...Object.values(known.images).map(({ entry }) => `images/${entry}`));
  const missing = parts.find((part) => !files.some(({ path }) => entryOf(path) === part));
  if (missing !== undefined) throw damaged(file, `${missing} is not in it`);
  return { record: known, entries, files };
}

/** `programs/ENTRY` of `programs/ENTRY/FILE`. */
export function entryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function damaged(file: string, what: string, cause?: unknown): LabError {
  return new LabError('DAMAGED', `${file} is no whole toolchain archive: ${what}`, {
    hint: 'Make it with "podlab toolchain export FILE"; nothing of this one was used.',
    cause,
  });
}

function hashLine(text: string): string {
  return `${createHash('sha256').update(text).digest('hex')}  ${contentsName}\n`;
}

/** Names begin with a letter or digit: neither `..` nor an absolute path is one. */
function isPlace(path: string): boolean {
  return /^((programs|images)\/[A-Za-z0-9][\w.+-]*|manifests)\/[A-Za-z0-9][\w.+-]*$/.test(path);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isFiles(value: unknown): value is readonly TransferFile[] {
  return (
    Array.isArray(value) &&
    value.every(
      (file: Partial<TransferFile> | undefined) =>
        typeof file?.path === 'string' &&
        Number.isSafeInteger(file.bytes) &&
        /^[0-9a-f]{64}$/.test(String(file.sha256)),
    )
  );
}

function isEntries(value: unknown): value is TransferContents['entries'] {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (about: unknown) =>
        typeof about === 'object' && about !== null && Object.values(about).every((text) => typeof text === 'string'),
    )
  );
}
