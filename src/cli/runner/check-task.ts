// Checks a task: asks for the answer where there is a question, as often as that takes.

import { describeAnswer } from '../../workshop/answer-form.ts';
import type { Exercise, Task } from '../../workshop/exercise.ts';
import type { CheckOutcome, Session } from '../../workshop/session.ts';
import { createPaint } from '../terminal/paint.ts';
import { wrap } from '../terminal/text-width.ts';
import { renderVerdict } from '../terminal/verdict.ts';
import type { RunnerIo } from './runner-io.ts';

/** Undefined when the participant gave no answer. What a wrong form or a second round needs is said here. */
export async function checkTask(
  session: Session,
  io: RunnerIo,
  exercise: Exercise,
  task: Task,
): Promise<CheckOutcome | undefined> {
  for (;;) {
    const given = await askFor(task, io);
    if (given?.trim() === '') return undefined;
    if (task.check.kind === 'ask' && given === undefined) return undefined;
    const outcome = await io.busy('Checking…', () => session.check(exercise, task, given));
    if ('reason' in outcome) {
      say(io, wrap(`${capitalised(outcome.reason)}. This did not count.`, io.format.width));
      continue;
    }
    if (!outcome.askedAgain) return outcome;
    say(io, [
      renderVerdict(outcome.verdict, task, io.format),
      '',
      ...wrap(
        'Now the room has been changed a little: the same question once more, for how it is now.',
        io.format.width,
      ),
    ]);
  }
}

/** Undefined for a state, and when the question is called off. */
async function askFor({ check }: Task, io: RunnerIo): Promise<string | undefined> {
  if (check.kind === 'state') return undefined;
  const { ask } = check;
  const paint = createPaint(io.format.color);
  const word = paint('bold', 'Answer');
  if (ask.type !== 'choice') return io.line(`${word} ${paint('dim', `(${describeAnswer(ask)})`)}`);
  return io.choose(
    word,
    ask.choices.map((choice) => ({ value: choice, name: choice })),
  );
}

function say(io: RunnerIo, lines: readonly string[]): void {
  io.write(`${lines.join('\n')}\n\n`);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
