// The current task as plain text, for pipes and logs: what to do, and the verbs to go on with.

import { describeAnswer } from '../../workshop/answer-form.ts';
import type { Session } from '../../workshop/session.ts';
import type { TextFormat } from '../terminal/markdown.ts';
import { renderTable } from '../terminal/table.ts';
import { readUpTo, renderExerciseHeading } from './exercise-text.ts';
import { renderLabBar, renderLabDone } from './lab-progress.ts';

/** Makes the room ready for the current exercise and says what to do in it. Ends with a newline. */
export async function describeCurrentTask(session: Session, format: TextFormat): Promise<string> {
  const { exercise, task } = session.position();
  if (exercise === undefined || task === undefined) return `${renderLabDone(session, format)}\n`;
  await session.enter(exercise);
  const { text } = readUpTo(session, exercise, task, 0, format);
  const ways =
    task.check.kind === 'ask'
      ? [[`podlab answer ${task.id} VALUE`, describeAnswer(task.check.ask)]]
      : [['podlab check', 'look at the room']];
  ways.unshift(['podlab shell NODE', 'a shell on a node']);
  ways.push(
    ['podlab hint', 'the next hint'],
    ['podlab solve', 'the reference solution, carried out'],
    ['podlab skip --reason WHY', 'leave it out'],
    [`podlab reset ${exercise.id}`, 'back to the start of the exercise'],
  );
  return [
    renderExerciseHeading(session, exercise, format),
    '',
    text,
    '',
    `${renderLabBar(session)}  ${session.lab.name}`,
    '',
    renderTable(ways, ['Go on with', ''], format),
    '',
  ].join('\n');
}
