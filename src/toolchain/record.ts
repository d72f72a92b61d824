// What was resolved for a version, so that the next podlab uses the same without looking anywhere.

import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { nodePrograms } from './go-modules.ts';
import { arch, cachePlaces, hashOf } from './request.ts';
import { type ImageRole, imageRoles, type Toolchain } from './toolchain.ts';

export interface Part {
  /** Name of the entry's directory under programs/ or images/. */
  readonly entry: string;
  /** Hash of the program, digest of the image. */
  readonly hash: string;
  readonly origin: string;
}

export interface ToolchainRecord {
  readonly version: string;
  readonly arch: string;
  /** Hash of what podlab itself says about the toolchain; another one means that podlab was updated. */
  readonly pins: string;
  /** What was asked for: `from`, `dir`, `mirror` and `registry`. */
  readonly asked: string;
  readonly imageRepository: string;
  readonly programs: Readonly<Record<string, Part>>;
  readonly images: Readonly<Record<ImageRole, Part & { readonly reference: string }>>;
}

export function readRecord(cacheDir: string, version: string): ToolchainRecord | undefined {
  const text = readTextIfExists(recordFile(cacheDir, version));
  try {
    const { format, ...record } = JSON.parse(text ?? '');
    return format === 1 ? parseRecord(record) : undefined;
  } catch {
    return undefined;
  }
}

/** A record as JSON has it; undefined when it is none. */
export function parseRecord(value: unknown): ToolchainRecord | undefined {
  const record = (value ?? {}) as Partial<ToolchainRecord>;
  const words = [record.version, record.arch, record.pins, record.asked, record.imageRepository];
  if (words.some((word) => typeof word !== 'string')) return undefined;
  const parts: readonly (Partial<Part> | undefined)[] = [
    ...nodePrograms.map((name) => record.programs?.[name]),
    ...imageRoles.map((role) => record.images?.[role]),
  ];
  const isWhole = parts.every((part) => typeof part?.entry === 'string' && typeof part.hash === 'string');
  return isWhole ? (record as ToolchainRecord) : undefined;
}

export function writeRecord(cacheDir: string, record: ToolchainRecord): void {
  const file = recordFile(cacheDir, record.version);
  writeFileAtomic(file, `${JSON.stringify({ format: 1, ...record }, undefined, 1)}\n`);
}

/** Name of the directory that holds kubeadm, kubelet and kubectl of a record. */
export function binName(record: ToolchainRecord): string {
  return `${record.version}-${hashOf(...Object.values(record.programs).map(({ hash }) => hash)).slice(0, 16)}`;
}

export function toolchainOf(record: ToolchainRecord, cacheDir: string): Toolchain {
  const { version, programs, images, imageRepository } = record;
  const parts = [...Object.entries(programs), ...Object.entries(images)];
  return {
    version,
    id: hashOf(...parts.map(([name, { hash }]) => `${name} ${hash}`).sort()),
    bin: join(cachePlaces(cacheDir).bins, binName(record)),
    imageRepository,
    images: forEachRole((role) => images[role].reference),
    origins: Object.fromEntries(parts.map(([name, { origin }]) => [name, origin])),
  };
}

export function forEachRole<T>(of: (role: ImageRole) => T): Record<ImageRole, T> {
  return Object.fromEntries(imageRoles.map((role) => [role, of(role)])) as Record<ImageRole, T>;
}

/** Name of the file of a version's record. */
export function recordName(version: string): string {
  return `${version}-${arch}.json`;
}

function recordFile(cacheDir: string, version: string): string {
  return join(cachePlaces(cacheDir).records, recordName(version));
}
