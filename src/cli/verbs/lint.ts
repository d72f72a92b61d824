// podlab lint: all problems of a stack file or of a lab, at once.

import { resolve } from 'node:path';
import { type Problem, renderProblem } from '../../error.ts';
import { labFiles, listDir } from '../../host/files.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findStackFile, lintFile } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [word = ''] = args;
  const problems = await problemsOf(app, word);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const counted = `${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}`;
  app.answer(options.json === true, { file: word, ok: errors === 0, problems }, () =>
    [...problems.map(renderProblem), `${word}: ${problems.length === 0 ? 'no problem' : counted}`, ''].join('\n'),
  );
  return errors === 0 ? exitCodes.done : exitCodes.usage;
}

async function problemsOf(app: App, word: string): Promise<readonly Problem[]> {
  if (listDir(resolve(word)).includes('README.md')) return lintLab(word);
  if (/(^|\/)workshop[^/]*\.ya?ml$/.test(word))
    return (await import('../fleet.ts')).lintWorkshop(resolve(word)).problems;
  return lintStackFile(app, word);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

async function lintStackFile(app: App, word: string): Promise<readonly Problem[]> {
  return (await lintFile(findStackFile(app, word))).problems;
}

async function lintLab(dir: string): Promise<readonly Problem[]> {
  const { loadLab } = await import('../../workshop/load-lab.ts');
  const { probes } = await import('../../probe/registry.ts');
  return (await loadLab(resolve(dir), labFiles, probes)).problems;
}
