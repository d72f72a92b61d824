// What a caller says about the toolchain that it wants, and where things are in the cache.

import { createHash } from 'node:crypto';
import { join } from 'node:path';

export const sources = ['path', 'release', 'modules'] as const;
/** `path`: programs that are there already. `release`: upstream's downloads. `modules`: built here from Go modules. */
export type Source = (typeof sources)[number];

/** The machine, as far as the toolchain needs it. */
export interface Workplace {
  /** podlab's cache directory; what is in it can be made again. */
  readonly cacheDir: string;
  /** podlab's own directory, which holds toolchain/. */
  readonly home: string;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id; images need root. */
  readonly uid: number;
  readonly signal: AbortSignal;
}

export interface ToolchainRequest extends Workplace {
  /** `v1.36.3` form. */
  readonly version: string;
  /** Where the programs come from; undefined tries all, in the order of `sources`. */
  readonly from?: Source | undefined;
  /** Directory with kubeadm, kubelet and kubectl, instead of PATH. */
  readonly dir?: string | undefined;
  /** Base of downloads laid out as upstream's. */
  readonly mirror?: URL | undefined;
  /** Host, or URL, of a registry that serves upstream's images under the same names. */
  readonly registry?: string | undefined;
  /** Whether every byte in the cache is read again. */
  readonly verify?: boolean | undefined;
}

/** The word for this CPU in Go, OCI and upstream's downloads. */
export const arch = process.arch === 'x64' ? 'amd64' : process.arch;

export function cachePlaces(cacheDir: string) {
  const root = join(cacheDir, 'toolchain');
  return {
    root,
    lock: join(root, 'lock'),
    programs: join(root, 'programs'),
    images: join(root, 'images'),
    stores: join(root, 'stores'),
    downloads: join(root, 'downloads'),
    records: join(root, 'records'),
    bins: join(root, 'bin'),
    /** Of whoever holds the lock. */
    scratch: join(root, 'scratch'),
  };
}

/** SHA-256 over parts, in hexadecimal; a part can't run into the next. */
export function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Long enough that two never meet, short enough for a file name. */
export function shortHash(hash: string): string {
  return hash.slice(0, 16);
}
