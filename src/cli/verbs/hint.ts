// podlab hint: the next hint of a task.

import { fillProse } from '../../workshop/fill-prose.ts';
import type { HintOutcome } from '../../workshop/session.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { taskOrCurrent } from '../current-task.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';
import { describeLock } from '../runner/hint-lock.ts';
import { formatOf } from '../terminal/format-of.ts';
import { renderMarkdown } from '../terminal/markdown.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const session = await currentSession(app, options, args[0]);
  const { exercise, task } = taskOrCurrent(session, args[0]);
  const outcome = await session.hint(exercise, task);
  const shown = outcome.kind === 'hint' ? fillProse(outcome.hint.markdown, session.vars(exercise)) : '';
  const data = { exercise: exercise.id, task: task.id, ...outcome, ...(shown === '' ? {} : { markdown: shown }) };
  app.answer(options.json === true, data, () => {
    const text = shown === '' ? '' : `${renderMarkdown(shown, formatOf(app.stdout))}\n`;
    return `${describe(outcome)}\n${text}`;
  });
  return outcome.kind === 'hint' ? exitCodes.done : exitCodes.no;
}

function describe(outcome: HintOutcome): string {
  if (outcome.kind === 'hint') return `Hint ${outcome.number} of ${outcome.of}:`;
  if (outcome.kind === 'none-left') return 'There are no more hints. "podlab solve --show" shows the solution.';
  return describeLock(outcome);
}
