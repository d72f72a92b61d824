// Text of an exercise file → Exercise, with every problem at its line. Reads nothing else and runs nothing.

import { createHash } from 'node:crypto';
import { LabError, type Place, type Problem } from '../error.ts';
import type { Probe } from '../probe/probe.ts';
import { parseDuration } from './duration.ts';
import type { Attempt, Exercise, Hint, Part, ShellBlock, Task, TryBlock } from './exercise.ts';
import { readExerciseHead } from './frontmatter.ts';
import { lintTask } from './lint-task.ts';
import { suggest } from './nearest.ts';
import { type CheckSurroundings, type ParsedCheck, parseCheck, parseSolution } from './parse-check.ts';
import { sanitize } from './sanitize.ts';
import { type Fence, type Section, scanMarkdown, type TaskSection } from './scan-markdown.ts';
import { referencesIn } from './vars.ts';

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

function parseTask(
  at: (line: number) => Place,
  section: TaskSection,
  surroundings: CheckSurroundings,
  earlier: readonly Task[],
): { task: Task | undefined; problems: readonly Problem[] } {
  const place = at(section.line);
  let problems: Problem[] = [];
  const complain = (where: Place, message: string, hint: string) => problems.push(error(where, message, hint));

  const [id = '', ...words] = section.params.split(/\s+/);
  const title = words.join(' ');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) {
    complain(place, `\`${id}\` is no id for a task`, 'Write `:::: task ID Title`, the id in lower case.');
  } else if (earlier.some((task) => task.id === id))
    complain(place, `task \`${id}\` stands twice`, 'Rename one of them.');
  if (title === '') complain(place, `task \`${id}\` has no title`, 'Write `:::: task ID Title`.');

  const one = (kind: 'check' | 'solution', name: string): Fence | undefined => {
    const found = section.fences.filter((fence) => fence.role.kind === kind);
    for (const extra of found.slice(1)) complain(at(extra.line), `the task has a second \`${name}\``, 'Remove one.');
    return found[0];
  };
  const yaml = (fence: Fence) => ({ file: place.file, text: fence.text, firstLine: fence.line + 1 });
  const checkFence = one('check', 'yaml check');
  const solutionFence = one('solution', 'yaml solve');
  for (const { role, line } of section.fences) {
    if (role.kind === 'setup' || role.kind === 'reset') {
      complain(at(line), `\`${role.kind}\` belongs to the exercise, not to a task`, 'Move it above the first task.');
    }
  }
  const parsed = checkFence === undefined ? undefined : parseCheck(yaml(checkFence), surroundings);
  if (parsed === undefined) complain(place, `task \`${id}\` has no check`, 'Add a `yaml check` block.');
  problems = problems.concat(parsed?.problems ?? []);
  const solution = solutionFence === undefined ? undefined : parseSolution(yaml(solutionFence), surroundings);
  problems = problems.concat(solution?.problems ?? []);
  if (parsed !== undefined) problems = problems.concat(needsProblems(parsed, id, earlier));
  const hints = section.hints.map((hint) => parseHint(at, hint, problems));
  if (hints.length === 0) complain(place, `task \`${id}\` has no hint`, 'Add `::: hint` … `:::`.');
  problems = problems.concat(placeProblems(at, section.fences, surroundings.vars));
  for (const extra of section.whys.slice(1)) complain(at(extra.line), 'the task has a second `why`', 'Join them.');
  if (parsed?.check === undefined) return { task: undefined, problems };

  const solveFence = section.fences.find(({ role }) => role.kind === 'solve') ?? solutionFence;
  const task: Task = {
    id,
    title,
    place,
    needs: parsed.needs,
    markdown: section.markdown,
    tries: triesOf(at, section.fences),
    check: parsed.check,
    solve: {
      answer: solution?.answer ?? '',
      blocks: blocksOf(at, section.fences, 'solve'),
      place: at(solveFence?.line ?? section.line),
    },
    wrong: attemptsOf(at, section.fences),
    perturb: perturbationsOf(at, section.fences),
    hints,
    why: section.whys[0]?.markdown ?? '',
  };
  const lint = lintTask(task, { again: parsed.againPlace, solution: solutionFence?.line ?? 0 });
  return { task, problems: problems.concat(lint) };
}

/** `on=${NODE}` must name a variable. */
function placeProblems(
  at: (line: number) => Place,
  fences: readonly Fence[],
  vars: CheckSurroundings['vars'],
): readonly Problem[] {
  if (vars === undefined) return [];
  return fences.flatMap(({ role, line }) =>
    referencesIn('on' in role ? role.on : '')
      .filter((name) => !Object.hasOwn(vars, name))
      .map((name) => error(at(line), `there is no variable \`${name}\``, suggest(name, Object.keys(vars)))),
  );
}

function needsProblems({ needs, needsPlace }: ParsedCheck, id: string, earlier: readonly Task[]): readonly Problem[] {
  const known = earlier.map((task) => task.id);
  return needs
    .filter((need) => !known.includes(need))
    .map((need) => error(needsPlace, `\`${id}\` needs \`${need}\`, which is no task above it`, suggest(need, known)));
}

function parseHint(at: (line: number) => Place, { params, line, markdown }: Section, problems: Problem[]): Hint {
  if (params === '') return { markdown, afterFails: 0, afterMs: 0 };
  const value = /^after=(\S+)$/.exec(params)?.[1] ?? '';
  if (/^\d{1,2}$/.test(value)) return { markdown, afterFails: Number(value), afterMs: 0 };
  const afterMs = parseDuration(value);
  if (afterMs === undefined) {
    problems.push(
      error(at(line), `\`${params}\` is not known here`, 'Write `after=2` (failed checks) or `after=60s`.'),
    );
  }
  return { markdown, afterFails: 0, afterMs: afterMs ?? 0 };
}

function blocksOf(
  at: (line: number) => Place,
  fences: readonly Fence[],
  kind: 'setup' | 'reset' | 'solve',
): ShellBlock[] {
  return fences.flatMap((fence) => (fence.role.kind === kind ? [block(at, fence, fence.role)] : []));
}

function triesOf(at: (line: number) => Place, fences: readonly Fence[]): TryBlock[] {
  return fences.flatMap((fence) => {
    if (fence.role.kind !== 'try') return [];
    return [{ ...block(at, fence, fence.role), expect: fence.role.expect, when: fence.role.when }];
  });
}

/** Blocks of one diagnosis that follow each other are one attempt: a mistake may need more than one node. */
function attemptsOf(at: (line: number) => Place, fences: readonly Fence[]): Attempt[] {
  const attempts: Attempt[] = [];
  let previous = '';
  for (const fence of fences) {
    const name = fence.role.kind === 'wrong' ? fence.role.name : '';
    if (fence.role.kind === 'wrong') {
      const next = block(at, fence, fence.role);
      const last = attempts.at(-1);
      if (last !== undefined && previous === name) {
        attempts[attempts.length - 1] = { ...last, blocks: [...last.blocks, next] };
      } else attempts.push({ blocks: [next], expect: name, place: at(fence.line) });
    }
    previous = name;
  }
  return attempts;
}

function perturbationsOf(at: (line: number) => Place, fences: readonly Fence[]): Record<string, ShellBlock[]> {
  const byName = new Map<string, ShellBlock[]>();
  for (const fence of fences) {
    if (fence.role.kind !== 'perturb') continue;
    byName.set(fence.role.name, [...(byName.get(fence.role.name) ?? []), block(at, fence, fence.role)]);
  }
  return Object.fromEntries(byName);
}

function block(
  at: (line: number) => Place,
  { text, line }: Fence,
  role: { on: string; timeoutMs: number },
): ShellBlock {
  // The script's own first line: what an editor should jump to when a command in it fails.
  return { script: text, on: role.on, timeoutMs: role.timeoutMs, place: at(line + 1) };
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
