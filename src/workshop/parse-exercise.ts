// Text of an exercise file → Exercise, with every problem at its line. Reads nothing else and runs nothing.

import { createHash } from 'node:crypto';
import { LabError, type Place, type Problem } from '../error.ts';
import type { Probe } from '../probe/probe.ts';
import type { Exercise, Part, Task } from './exercise.ts';
import { blocksOf, triesOf } from './fence-blocks.ts';
import { readExerciseHead } from './frontmatter.ts';
import { parseTask, placeProblems } from './parse-task.ts';
import { sanitize } from './sanitize.ts';
import { scanMarkdown } from './scan-markdown.ts';

export interface ParsedExercise {
  /** Undefined when a problem of severity `error` leaves nothing that could be used. */
  readonly exercise: Exercise | undefined;
  /** In the order of the lines. */
  readonly problems: readonly Problem[];
  /** The pictures it shows; whether they exist is for whoever can read the directory. */
  readonly pictures: readonly { readonly src: string; readonly place: Place }[];
}

// A file of this size is a book, and every lint is linear in it.
export const maxLabFileBytes = 1024 * 1024;

/**
 * Parses an exercise.
 *
 * @param file name to put into problems; nothing is read from it
 * @throws LabError LAB_INVALID when the text is larger than 1 MiB; any other fault is a Problem
 */
export function parseExercise(file: string, text: string, probes: ReadonlyMap<string, Probe>): ParsedExercise {
  if (text.length > maxLabFileBytes) throw new LabError('LAB_INVALID', `${file} is larger than 1 MiB`);
  const clean = sanitize(text.replace(/^\ufeff/, ''));
  const head = readExerciseHead(file, clean);
  let problems: Problem[] = [...controlProblems(file, text), ...head.problems];
  const body = clean.split('\n').slice(head.lines).join('\n');
  const scan = scanMarkdown(file, body, head.lines);
  // Not `push(...)`: a hostile file has more problems than a call can have arguments.
  problems = problems.concat(scan.problems);

  const at = (line: number): Place => ({ file, line, column: 1 });
  const surroundings = { probes, vars: head.value?.vars };
  const parts: Part[] = [];
  const tasks: Task[] = [];
  for (const part of scan.parts) {
    if (part.kind === 'prose') {
      parts.push(part);
      continue;
    }
    const { task, problems: found } = parseTask(at, part.task, surroundings, tasks);
    for (const one of found) problems.push(one);
    if (task === undefined) continue;
    tasks.push(task);
    parts.push({ kind: 'task', task });
  }
  problems = problems.concat(placeProblems(at, scan.fences, surroundings.vars));
  const outside = scan.fences.filter(({ role }) => !['setup', 'reset', 'try'].includes(role.kind));
  for (const { role, line } of outside) {
    problems.push(error(at(line), `\`${role.kind}\` stands outside a task`, 'Move it into the task it belongs to.'));
  }
  if (!scan.parts.some(({ kind }) => kind === 'task')) {
    problems.push(error(at(head.lines + 1), 'the exercise has no task', 'Add `:::: task ID Title` … `::::`.'));
  }
  const setup = blocksOf(at, scan.fences, 'setup');
  const reset = blocksOf(at, scan.fences, 'reset');
  const tries = triesOf(at, scan.fences);
  if (reset.length === 0) {
    problems.push(error(at(head.lines + 1), 'the exercise has no `sh reset` block', 'Add one that undoes everything.'));
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  problems = shortened(problems);
  const pictures = scan.pictures.map(({ src, line }) => ({ src, place: at(line) }));
  if (head.value === undefined || problems.some(({ severity }) => severity === 'error')) {
    return { exercise: undefined, problems, pictures };
  }
  const hash = createHash('sha256').update(text).digest('hex');
  return { exercise: { ...head.value, file, hash, setup, reset, tries, parts, tasks }, problems, pictures };
}

/** Control characters are taken out before anything else looks; the author should know. */
function controlProblems(file: string, text: string): readonly Problem[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n');
  const dirty = lines.findIndex((content) => sanitize(content) !== content);
  if (dirty < 0) return [];
  const message = 'control or text-direction characters were taken out';
  return [{ file, line: dirty + 1, column: 1, severity: 'warning', message, hint: 'Remove them.' }];
}

const maxProblems = 200;

/** Nobody reads more; the errors are kept before the warnings so that none of them goes unseen as a whole. */
function shortened(problems: readonly Problem[]): Problem[] {
  if (problems.length <= maxProblems) return [...problems];
  const errors = problems.filter(({ severity }) => severity === 'error');
  const kept = (errors.length > 0 ? errors : problems).slice(0, maxProblems);
  const last = kept[kept.length - 1] as Problem;
  return [...kept, { ...last, message: `and ${problems.length - kept.length} more problems`, hint: '' }];
}

function error(place: Place, message: string, hint: string): Problem {
  return { ...place, severity: 'error', message, hint };
}
