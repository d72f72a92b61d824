// Finds the labs and reads them.

import { join, resolve } from 'node:path';
import { LabError, renderProblem, throwIfErrors } from '../error.ts';
import { labFiles } from '../host/files.ts';
import type { Lab } from '../workshop/exercise.ts';
import { type App, findUnderRoots } from './app.ts';

/** Names of the labs under the roots, each once. */
export async function labNames(app: App): Promise<readonly string[]> {
  const { listLabs } = await import('../workshop/load-lab.ts');
  const found = await Promise.all(
    app.roots.map((root) => listLabs(join(root, 'labs'), labFiles).catch(() => [] as readonly string[])),
  );
  return [...new Set(found.flat())].sort();
}

/** @param word a lab's name, or the path of its directory. @throws LabError NOT_FOUND, LAB_INVALID */
export async function readLab(app: App, word: string): Promise<Lab> {
  const { loadLab } = await import('../workshop/load-lab.ts');
  const { probes } = await import('../probe/registry.ts');
  const dir = word.includes('/') ? resolve(word) : findUnderRoots(app, 'labs', word);
  if (dir === undefined) {
    const hint = `There are: ${(await labNames(app)).join(', ')}.`;
    throw new LabError('NOT_FOUND', `there is no lab "${word}"`, { hint });
  }
  const { lab, problems } = await loadLab(dir, labFiles, probes);
  throwIfErrors('LAB_INVALID', problems);
  if (lab === undefined) throw new Error(`${dir}: no lab and no error`);
  for (const problem of problems) app.stderr.write(`${renderProblem(problem)}\n`);
  return lab;
}
