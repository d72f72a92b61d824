// podlab lint: all problems of a stack file or of a lab, at once.

import { resolve } from 'node:path';
import { type Problem, renderProblem } from '../../error.ts';
import { labFiles, listDir } from '../../host/files.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findStackFile, lintFile } from '../stack-files.ts';
import { workplaceOf } from '../workplace.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [word = ''] = args;
  const { problems, notes } = await lint(app, word);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const counted = `${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}`;
  const told = notes.length === 0 ? {} : { notes };
  app.answer(options.json === true, { file: word, ok: errors === 0, problems, ...told }, () =>
    [
      ...problems.map(renderProblem),
      ...notes.map((note) => `note: ${note}`),
      `${word}: ${problems.length === 0 ? 'no problem' : counted}`,
      '',
    ].join('\n'),
  );
  return errors === 0 ? exitCodes.done : exitCodes.usage;
}

interface Linted {
  readonly problems: readonly Problem[];
  /** What is no fault, and good to know before anything is made. */
  readonly notes: readonly string[];
}

async function lint(app: App, word: string): Promise<Linted> {
  if (listDir(resolve(word)).includes('README.md')) return { problems: await lintLab(word), notes: [] };
  if (/(^|\/)workshop[^/]*\.ya?ml$/.test(word)) {
    const { lintWorkshop } = await import('../fleet.ts');
    return { problems: lintWorkshop(resolve(word)).problems, notes: [] };
  }
  return lintStackFile(app, word);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

async function lintStackFile(app: App, word: string): Promise<Linted> {
  const found = findStackFile(app, word);
  const { topology, problems } = await lintFile(found);
  if (topology?.driver !== 'libvirt') return { problems, notes: [] };
  const { lintImage } = await import('../lint-image.ts');
  const { problems: more, notes } = await lintImage(topology, found, workplaceOf(app));
  return { problems: [...problems, ...more], notes };
}

async function lintLab(dir: string): Promise<readonly Problem[]> {
  const { loadLab } = await import('../../workshop/load-lab.ts');
  const { probes } = await import('../../probe/registry.ts');
  return (await loadLab(resolve(dir), labFiles, probes)).problems;
}
