// Memory, as the kernel accounts for it.

import { readdirSync, readFileSync } from 'node:fs';

/** What programs could still get, in bytes: MemAvailable of proc(5). */
export function availableBytes(): number {
  return kibibytes(readFileSync('/proc/meminfo', 'utf8'), 'MemAvailable') * 1024;
}

/** What the kernel holds for itself and can't give back, in bytes; the whole machine's, so others' doings are in it. */
export function kernelBytes(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const keys = ['SUnreclaim', 'KernelStack', 'PageTables', 'Percpu'];
  return keys.reduce((sum, key) => sum + kibibytes(text, key) * 1024, 0);
}

/**
 * The proportional set sizes of the processes that have `mark` in their environment, in bytes: private pages, and of
 * shared pages the share of each process.
 */
export function proportionalBytes(mark: string): number {
  let sum = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const marked = readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .some((one) => one.startsWith(mark));
      if (marked) sum += processBytes(pid);
    } catch {
      // Not ours to read, or it ended in the meantime.
    }
  }
  return sum;
}

/** The proportional set size of one process, in bytes; throws when it is gone. */
export function processBytes(pid: string): number {
  return kibibytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss') * 1024;
}

function kibibytes(text: string, key: string): number {
  return Number(new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN);
}
