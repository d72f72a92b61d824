// What must hold between the parts of a task, once each of them is well formed.

import type { Place, Problem } from '../error.ts';
import { unanswered, undiagnosed } from './diagnosis-ids.ts';
import type { Task } from './exercise.ts';
import { suggest } from './suggest.ts';

/** Problems of one task. `places` are of parts that the task itself has no place for. */
export function lintTask(task: Task, places: { readonly again: Place; readonly solution: number }): readonly Problem[] {
  return [...solveProblems(task, places.solution), ...diagnosisProblems(task), ...againProblems(task, places.again)];
}

function solveProblems(task: Task, solutionLine: number): readonly Problem[] {
  if (task.check.kind === 'ask' && solutionLine === 0) {
    return [error(task.place, `task \`${task.id}\` has no solution`, 'Add a `yaml solve` block with `answer: truth`.')];
  }
  if (task.check.kind === 'ask') return [];
  const problems: Problem[] = [];
  if (solutionLine > 0) {
    const place = { ...task.place, line: solutionLine };
    problems.push(error(place, '`yaml solve` is for questions', 'Write `sh solve` for a state.'));
  }
  if (task.solve.blocks.length === 0) {
    problems.push(error(task.place, `task \`${task.id}\` has no solution`, 'Add a `sh solve` block.'));
  }
  return problems;
}

function diagnosisProblems(task: Task): readonly Problem[] {
  const { check } = task;
  const known = check.kind === 'ask' ? check.diagnose : check.clauses;
  const ids = known.map(({ id }) => id);
  const problems: Problem[] = [];
  for (const [index, { id, place }] of known.entries()) {
    if (id === undiagnosed || id === unanswered) {
      problems.push(error(place, `the id \`${id}\` is podlab's own`, 'Choose another.'));
    } else if (ids.indexOf(id) < index) problems.push(error(place, `diagnosis \`${id}\` stands twice`, 'Rename one.'));
  }
  const attempts = check.kind === 'ask' ? check.wrong : task.wrong;
  const allowed = check.kind === 'ask' ? [...ids, undiagnosed] : ids;
  for (const { expect, place } of attempts) {
    if (!allowed.includes(expect))
      problems.push(error(place, `there is no diagnosis \`${expect}\``, suggest(expect, allowed)));
  }
  if (check.kind === 'ask' && task.wrong[0] !== undefined) {
    problems.push(error(task.wrong[0].place, '`sh wrong` is for states', 'Write `wrong:` into the `yaml check`.'));
    return problems;
  }
  // The first condition needs no attempt: the untouched system must already fail it, which `labs prove` verifies.
  for (const { id, place } of check.kind === 'ask' ? known : known.slice(1)) {
    if (attempts.some(({ expect }) => expect === id)) continue;
    const hint =
      check.kind === 'ask' ? `Add \`{ give: …, expect: ${id} }\` to \`wrong\`.` : `Add a \`sh wrong=${id}\` block.`;
    problems.push(error(place, `no wrong attempt leads to diagnosis \`${id}\``, hint));
  }
  if (check.kind === 'ask' && check.wrong.every(({ when }) => when !== '')) {
    const message =
      attempts.length === 0
        ? 'the check has no wrong answer to be tested with'
        : 'the check has no wrong answer that is tested in every room, without `when`';
    problems.push(error(check.truth.place, message, 'Add `wrong: [{ give: truth + 1, expect: none }]`.'));
  }
  return problems;
}

function againProblems(task: Task, place: Place): readonly Problem[] {
  const { again } = task.check;
  const names = Object.keys(task.perturb);
  const problems: Problem[] = [];
  if (again !== '' && !names.includes(again)) {
    problems.push(
      error(place, `there is no \`sh perturb=${again}\` block`, suggest(again, names) || `Add one to the task.`),
    );
  }
  for (const name of names.filter((candidate) => candidate !== again)) {
    const at = task.perturb[name]?.[0]?.place ?? task.place;
    problems.push({
      ...error(at, `\`perturb=${name}\` is never used`, `Add \`again: ${name}\`.`),
      severity: 'warning',
    });
  }
  return problems;
}

function error(place: Place, message: string, hint: string): Problem {
  return { ...place, severity: 'error', message, hint };
}
