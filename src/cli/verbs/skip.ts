// podlab skip: leave a task unsolved and go on.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { taskOrCurrent } from '../current-task.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const session = await currentSession(app, options, args[0]);
  const { exercise, task } = taskOrCurrent(session, args[0]);
  await session.skip(exercise, task, typeof options.reason === 'string' ? options.reason : '');
  const next = session.position();
  const data = {
    skipped: `${exercise.id}/${task.id}`,
    next: next.task === undefined ? '' : `${next.exercise?.id}/${next.task.id}`,
  };
  app.answer(options.json === true, data, () => `skipped ${data.skipped}; next: ${data.next || 'the lab is done'}\n`);
  return exitCodes.done;
}
