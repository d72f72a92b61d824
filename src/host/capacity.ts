// What this machine still has of memory and disk.

import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';

/** MemAvailable of /proc/meminfo, bytes: what can be taken without swapping, as the kernel estimates it. */
export function availableMemory(): number {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** Free for this user where a path lies, or will lie, bytes. */
export function freeDisk(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch (error) {
    if (path === '/') throw error;
    return freeDisk(dirname(path));
  }
}

/** CPUs that this process may use. */
export const usableCpus: () => number = availableParallelism;
