// What is known about a snapshot: enough to tell a whole, fitting one from a damaged or foreign one without opening it.

import { snapshotFormat } from './snapshot-key.ts';

export interface SnapshotManifest {
  readonly format: number;
  /** `snapshotKey` of the room that it was taken of. */
  readonly key: string;
  /** Control groups of its nodes by name, which are in some of the files. */
  readonly cgroups: Readonly<Record<string, string>>;
  /** Unix time in milliseconds. */
  readonly savedAt: number;
  readonly files: readonly SnapshotFile[];
}

export interface SnapshotFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export const manifestName = 'manifest.json';
export const archiveName = 'nodes.tar';

/** What of the cluster is not in files of its nodes: kube-proxy's rules, and which pods were ready. JSON. */
export const clusterName = 'cluster.json';

/** Images that a node had beyond those of the store; there for nodes that had some. */
export function imagesName(node: string): string {
  return `${node}.images.tar`;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Certificates last a year and tokens a day; well before anything of it matters, a new cluster is the better start. */
export const goldenForMs = 30 * dayMs;

/** @returns undefined for a text that is no manifest, or one of another format */
export function parseManifest(text: string): SnapshotManifest | undefined {
  try {
    const manifest = JSON.parse(text) as SnapshotManifest;
    const isOurs = manifest.format === snapshotFormat && typeof manifest.key === 'string' && manifest.files.length > 0;
    return isOurs ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Why a snapshot can't be what a room starts from; '' when it can. What its files hold is looked at when they are read.
 *
 * @param sizeOf bytes of a file of the snapshot, undefined when there is none
 */
export function faultOf(
  text: string,
  wanted: { readonly key: string; readonly now: number; readonly forMs: number },
  sizeOf: (name: string) => number | undefined,
): string {
  const manifest = parseManifest(text);
  if (manifest === undefined) return 'its manifest is not readable, or of another version of podlab';
  const { key, savedAt, files } = manifest;
  if (key !== wanted.key) return 'it is of another cluster: the stack file, the images or podlab have changed since';
  if (savedAt > wanted.now) return 'it is from the future: its certificates are not valid yet';
  if (wanted.now - savedAt > wanted.forMs) return `it is more than ${Math.floor(wanted.forMs / dayMs)} days old`;
  for (const { name, bytes } of files) {
    const size = sizeOf(name);
    if (size === undefined) return `${name} is missing`;
    if (size !== bytes) return `${name} has ${size} bytes instead of ${bytes}`;
  }
  return '';
}
