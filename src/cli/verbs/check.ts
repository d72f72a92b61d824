// podlab check: the current task, a named task, or every task of an exercise.

import { LabError } from '../../error.ts';
import type { Task, Verdict } from '../../workshop/exercise.ts';
import type { Session } from '../../workshop/session.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';
import { printChecks } from '../print-checks.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [word = ''] = args;
  const session = await currentSession(app, options, word);
  const { exercise, tasks } = chosen(session, word);
  const checked: { task: Task; verdict: Verdict }[] = [];
  for (const task of tasks) {
    const outcome = await session.check(exercise, task);
    if ('verdict' in outcome) checked.push({ task, verdict: outcome.verdict });
  }
  await printChecks(app, options.json === true, session, exercise, checked);
  return worst(checked.map(({ verdict }) => verdict.kind));
}

function chosen(session: Session, word: string) {
  const exercise = session.lab.exercises.find(({ id }) => id === word || id === `${session.lab.name}/${word}`);
  if (exercise !== undefined) return { exercise, tasks: exercise.tasks };
  if (word !== '') {
    const found = session.task(word);
    return { exercise: found.exercise, tasks: [found.task] };
  }
  const position = session.position();
  if (position.exercise === undefined || position.task === undefined) {
    throw new LabError('USAGE', `lab ${session.lab.name} is done: there is no current task`, {
      hint: 'Name an exercise or a task, or go on with another lab: podlab labs',
    });
  }
  return { exercise: position.exercise, tasks: [position.task] };
}

/** broken before fail before undecided before pass. */
function worst(kinds: readonly Verdict['kind'][]): number {
  const order: readonly Verdict['kind'][] = ['broken', 'fail', 'inconclusive', 'blocked'];
  const found = order.find((kind) => kinds.includes(kind));
  return found === undefined ? exitCodes.done : exitCodes.ofVerdict(found);
}
