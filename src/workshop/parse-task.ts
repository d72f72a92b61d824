// One task of an exercise file → Task, with its problems.

import type { Place, Problem } from '../error.ts';
import { parseDuration } from './duration.ts';
import type { Hint, Task } from './exercise.ts';
import { attemptsOf, blocksOf, perturbationsOf, triesOf } from './fence-blocks.ts';
import { lintTask } from './lint-task.ts';
import { type CheckSurroundings, type ParsedCheck, parseCheck, parseSolution } from './parse-check.ts';
import type { Fence, Section, TaskSection } from './scan-markdown.ts';
import { suggest } from './suggest.ts';
import { referencesIn } from './vars.ts';

/** `earlier` are the tasks above it; `task` is undefined when there is no check that could be used. */
export function parseTask(
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

/** `on=${NODE}` must name a variable. */
export function placeProblems(
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

function error(place: Place, message: string, hint: string): Problem {
  return { ...place, severity: 'error', message, hint };
}
