// podlab answer: the answer to a task that asks for a value.

import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';
import { printChecks } from '../print-checks.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [word = '', value = ''] = args;
  const session = await currentSession(app, options, word);
  const { exercise, task } = session.task(word);
  if (task.check.kind !== 'ask') {
    throw new LabError('USAGE', `task ${task.id} asks for no value: it looks at the room`, {
      hint: 'Use "podlab check".',
    });
  }
  const outcome = await session.check(exercise, task, value);
  if ('reason' in outcome)
    throw new LabError('USAGE', `"${value}": ${outcome.reason}`, { hint: 'This did not count.' });
  await printChecks(app, options.json === true, session, exercise, [{ task, verdict: outcome.verdict }]);
  if (outcome.askedAgain) {
    app.stderr.write('Right. The room has now been changed a little: answer once more for how it is now.\n');
    return exitCodes.undecided;
  }
  return exitCodes.ofVerdict(outcome.verdict.kind);
}
