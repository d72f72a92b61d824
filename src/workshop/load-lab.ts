// Reads the labs: a directory each, nothing outside it, every problem of every file at once.

import { LabError, type Place, type Problem } from '../error.ts';
import type { Probe } from '../probe/probe.ts';
import type { Exercise, Lab } from './exercise.ts';
import { readLabHead } from './frontmatter.ts';
import { maxLabFileBytes, parseExercise } from './parse-exercise.ts';
import { sanitize } from './sanitize.ts';
import { suggest } from './suggest.ts';

/** What reading a lab asks of the machine. */
export interface LabFiles {
  /** Names in a directory, in any order. @throws LabError NOT_FOUND */
  readDir(path: string): Promise<readonly string[]>;
  /** Text of a regular file as UTF-8; rejects if it holds more than `maxBytes`. @throws LabError NOT_FOUND, LAB_INVALID */
  readText(path: string, maxBytes: number): Promise<string>;
  /** The absolute path without symbolic links. @throws LabError NOT_FOUND when there is nothing there */
  realPath(path: string): Promise<string>;
}

export interface LoadedLab {
  /** Undefined when a problem of severity `error` leaves no whole lab. */
  readonly lab: Lab | undefined;
  readonly problems: readonly Problem[];
}

// Names become paths, ids and arguments.
const labNamePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const exerciseFilePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.md$/;
const maxExercises = 100;

/** Names of the directories under `root` that hold a README.md, in name order. */
export async function listLabs(root: string, files: LabFiles): Promise<readonly string[]> {
  const names = (await files.readDir(root)).filter((name) => labNamePattern.test(name)).sort();
  const found: string[] = [];
  for (const name of names) {
    if ((await contained(files, await files.realPath(root), `${root}/${name}/README.md`)).kind === 'inside')
      found.push(name);
  }
  return found;
}

/**
 * Reads one lab. Exercises are in the order of their file names.
 *
 * @throws LabError NOT_FOUND when there is no such directory or it holds no README.md
 */
export async function loadLab(dir: string, files: LabFiles, probes: ReadonlyMap<string, Probe>): Promise<LoadedLab> {
  const root = await files.realPath(dir);
  const name = root.slice(root.lastIndexOf('/') + 1);
  const names = [...(await files.readDir(root))].sort();
  if (!names.includes('README.md')) {
    throw new LabError('NOT_FOUND', `${dir} is no lab: it holds no README.md`, { hint: 'List the labs: podlab labs' });
  }
  const readme = await read(files, root, 'README.md');
  const text = sanitize(readme.text);
  const head = readLabHead(`${root}/README.md`, text);
  const problems: Problem[] = [...readme.problems, ...(readme.problems.length > 0 ? [] : head.problems)];
  if (!labNamePattern.test(name)) {
    problems.push(error(start(root), `\`${name}\` is no name for a lab`, 'Name the directory in lower case.'));
  }
  const exercises: Exercise[] = [];
  const chapters = names.filter((file) => file !== 'README.md' && file.endsWith('.md'));
  if (chapters.length === 0)
    problems.push(error(start(`${root}/README.md`), 'the lab has no exercises', 'Add 01-name.md.'));
  if (chapters.length > maxExercises) {
    problems.push(error(start(`${root}/README.md`), `the lab has more than ${maxExercises} exercises`, 'Split it.'));
  }
  for (const file of chapters.slice(0, maxExercises)) {
    const loaded = await loadExercise(files, root, file, probes);
    problems.push(...loaded.problems);
    if (loaded.exercise !== undefined) exercises.push(loaded.exercise);
  }
  problems.push(...idProblems(exercises, name, exercises.length === chapters.length));
  if (head.value === undefined || problems.some(({ severity }) => severity === 'error'))
    return { lab: undefined, problems };
  const story = text.split('\n').slice(head.lines).join('\n').trim();
  return { lab: { name, ...head.value, dir: root, story, exercises }, problems };
}

async function loadExercise(
  files: LabFiles,
  root: string,
  name: string,
  probes: ReadonlyMap<string, Probe>,
): Promise<{ readonly exercise: Exercise | undefined; readonly problems: readonly Problem[] }> {
  const file = `${root}/${name}`;
  if (!exerciseFilePattern.test(name)) {
    return {
      exercise: undefined,
      problems: [error(start(file), 'the file has an unusual name', 'Name it 01-name.md.')],
    };
  }
  const { text, problems: unreadable } = await read(files, root, name);
  if (unreadable.length > 0) return { exercise: undefined, problems: unreadable };
  const { exercise, problems, pictures } = parseExercise(file, text, probes);
  const missing: Problem[] = [];
  for (const { src, place } of pictures) missing.push(...(await pictureProblems(files, root, src, place)));
  return { exercise: missing.length === 0 ? exercise : undefined, problems: [...problems, ...missing] };
}

async function read(
  files: LabFiles,
  root: string,
  name: string,
): Promise<{ readonly text: string; readonly problems: readonly Problem[] }> {
  const path = `${root}/${name}`;
  const where = await contained(files, root, path);
  if (where.kind !== 'inside') {
    const message = where.kind === 'outside' ? 'the file is a link that leaves the lab' : 'the file cannot be found';
    return { text: '', problems: [error(start(path), message, 'Put the file itself into the directory.')] };
  }
  try {
    return { text: await files.readText(where.path, maxLabFileBytes), problems: [] };
  } catch (cause) {
    if (!(cause instanceof LabError)) throw cause;
    return { text: '', problems: [error(start(path), cause.message, cause.hint)] };
  }
}

async function pictureProblems(files: LabFiles, root: string, src: string, place: Place): Promise<readonly Problem[]> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*\.(?:svg|png)$/.test(src) || src.includes('..')) {
    const hint = 'Put an SVG or PNG into the directory of the lab and write its name.';
    return [error(place, `picture \`${src}\` is not a file of the lab`, hint)];
  }
  const where = await contained(files, root, `${root}/${src}`);
  if (where.kind === 'inside') return [];
  const message = where.kind === 'outside' ? 'is a link that leaves the lab' : 'does not exist';
  return [error(place, `picture \`${src}\` ${message}`, 'Put the file itself into the directory of the lab.')];
}

type Contained = { readonly kind: 'inside'; readonly path: string } | { readonly kind: 'outside' | 'missing' };

/** Where a path leads once its symbolic links are followed. Checked after following, or a link would escape the check. */
async function contained(files: LabFiles, root: string, path: string): Promise<Contained> {
  try {
    const real = await files.realPath(path);
    return real.startsWith(`${root}/`) ? { kind: 'inside', path: real } : { kind: 'outside' };
  } catch (cause) {
    if (cause instanceof LabError && cause.code === 'NOT_FOUND') return { kind: 'missing' };
    throw cause;
  }
}

function idProblems(exercises: readonly Exercise[], lab: string, complete: boolean): readonly Problem[] {
  const problems: Problem[] = [];
  const above: string[] = [];
  for (const { id, file, needs } of exercises) {
    const place = start(file);
    if (above.includes(id))
      problems.push(error(place, `exercise \`${id}\` stands twice in the lab`, 'Rename one of them.'));
    if (!id.startsWith(`${lab}/`)) {
      problems.push(
        error(place, `\`${id}\` does not begin with the name of the lab`, `Write \`id: ${lab}/${id.split('/')[1]}\`.`),
      );
    }
    // An exercise that didn't parse is missing from the list; its own problems are enough.
    for (const need of complete ? needs.filter((candidate) => !above.includes(candidate)) : []) {
      problems.push(error(place, `needs \`${need}\`, which is no exercise above it`, suggest(need, above)));
    }
    above.push(id);
  }
  return problems;
}

const start = (file: string): Place => ({ file, line: 1, column: 1 });

function error(place: Place, message: string, hint: string): Problem {
  return { ...place, severity: 'error', message, hint };
}
