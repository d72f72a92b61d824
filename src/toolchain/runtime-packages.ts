// Which installed packages podlab needs when it runs: those that package.json names, and theirs.

import { join } from 'node:path';
import { readTextIfExists } from '../host/files.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Directories below `home`, such as `node_modules/yaml`, sorted. Optional packages that are not there are left out.
 *
 * @param isLeftOut packages that are not wanted, and whose own are not followed
 * @throws Error for a package that is not installed
 */
export function runtimePackages(home: string, isLeftOut: (name: string) => boolean): readonly string[] {
  const found = new Set<string>();
  const visit = (dir: string) => {
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(join(home, dir)) ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (isLeftOut(name)) continue;
      const at = placesOf(dir, name).find((place) => manifestOf(join(home, place)) !== undefined);
      if (at === undefined) {
        if (name in optionalDependencies) continue;
        throw new Error(`package ${name}, which ${dir === '' ? 'podlab' : dir} needs, is not installed`);
      }
      if (found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  visit('');
  return [...found].sort();
}

/** Where Node looks for a package, from a package's own directory upwards. */
function placesOf(dir: string, name: string): readonly string[] {
  const places: string[] = [];
  for (let at = dir; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    places.push(`${at}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

function manifestOf(dir: string): Manifest | undefined {
  const text = readTextIfExists(join(dir, 'package.json'));
  return text === undefined ? undefined : JSON.parse(text);
}
