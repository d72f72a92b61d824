// A workplace for clusters: rooms of its own, and the programs and images that this machine has already.

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { podlabPaths } from '../src/host/paths.ts';
import { type Workplace, withWorkplace } from './workplace.ts';

/** @param work is given the cache too, an absolute path */
export function withClusterWorkplace<T>(work: (place: Workplace, cache: string) => Promise<T>): Promise<T> {
  const { cache } = podlabPaths(0, process.env);
  // Beside the cache, so that images can be hard links for both.
  mkdirSync(cache, { recursive: true });
  return withWorkplace(async (place) => {
    mkdirSync(join(place.root, 'cache'), { recursive: true });
    symlinkSync(join(cache, 'toolchain'), join(place.root, 'cache', 'toolchain'));
    return work(place, cache);
  }, cache);
}
