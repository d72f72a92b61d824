// podlab solve: the reference solution, shown and carried out.

import type { Solution } from '../../workshop/session.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { taskOrCurrent } from '../current-task.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';
import { printChecks } from '../print-checks.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const session = await currentSession(app, options, args[0]);
  const { exercise, task } = taskOrCurrent(session, args[0]);
  const isJson = options.json === true;
  if (options.show === true) {
    const solution = await session.solution(exercise, task);
    app.answer(isJson, { exercise: exercise.id, task: task.id, ...solution }, () => describe(solution));
    return exitCodes.done;
  }
  const { blocks, answer, verdict } = await session.solve(exercise, task);
  if (!isJson) app.stdout.write(describe({ blocks, answer }));
  await printChecks(app, isJson, session, exercise, [{ task, verdict }]);
  return exitCodes.ofVerdict(verdict.kind);
}

function describe({ blocks, answer }: Solution): string {
  const scripts = blocks.map(({ on, script }) => `# on ${on === '' ? 'the first node' : on}\n${script.trimEnd()}\n`);
  return [...scripts, ...(answer === '' ? [] : [`answer: ${answer}\n`])].join('\n');
}
