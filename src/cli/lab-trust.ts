// Whether the shell blocks of a lab may run: those that come with podlab may, others when somebody has agreed to their text.

import { join } from 'node:path';
import { LabError } from '../error.ts';
import { labFiles, readTextIfExists, writeFileAtomic } from '../host/files.ts';
import type { Lab } from '../workshop/exercise.ts';
import { labHash } from '../workshop/trust.ts';
import type { App } from './app.ts';

/** @throws LabError LAB_UNTRUSTED */
export async function requireTrust(app: App, lab: Lab): Promise<void> {
  const own = await labFiles.realPath(join(app.home, 'labs'));
  if (lab.dir.startsWith(`${own}/`) || trusted(app).includes(labHash(lab))) return;
  throw new LabError(
    'LAB_UNTRUSTED',
    `lab "${lab.name}" in ${lab.dir} runs commands on the nodes and is not trusted yet`,
    {
      hint: `Look at them with "podlab trust ${lab.dir} --show", then allow them with "podlab trust ${lab.dir}".`,
    },
  );
}

/** Agrees to this text of the lab. */
export function trustLab(app: App, lab: Lab): void {
  const hashes = new Set([...trusted(app), labHash(lab)]);
  writeFileAtomic(trustFile(app), [...hashes, ''].join('\n'));
}

function trusted(app: App): readonly string[] {
  return (readTextIfExists(trustFile(app)) ?? '').split('\n').filter((line) => line !== '');
}

function trustFile(app: App): string {
  return join(app.paths.state, 'trusted-labs');
}
