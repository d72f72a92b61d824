// How far the participant is: the bar over the lab and the list of its exercises.

import type { Exercise } from '../../workshop/exercise.ts';
import { fillProse } from '../../workshop/fill-prose.ts';
import type { TaskProgress } from '../../workshop/progress.ts';
import type { Session } from '../../workshop/session.ts';
import type { TextFormat } from '../terminal/markdown.ts';
import { renderProgressBar } from '../terminal/progress-bar.ts';
import { renderTable } from '../terminal/table.ts';

const barWidth = 30;

/** Tasks that are solved or skipped, of all tasks of the lab. */
export function renderLabBar(session: Session): string {
  const records = session.lab.exercises.flatMap((exercise) =>
    exercise.tasks.map((task) => session.record(exercise, task)),
  );
  return renderProgressBar(records.filter(isDone).length, records.length, barWidth);
}

/** Nothing is left to do in it. */
export function isDone({ state }: TaskProgress): boolean {
  return state === 'solved' || state === 'skipped';
}

/** One row for each exercise; `current` has an arrow. */
export function renderExerciseList(session: Session, current: Exercise | undefined, format: TextFormat): string {
  const rows = session.lab.exercises.map((exercise, index) => {
    const states = exercise.tasks.map((task) => session.record(exercise, task).state);
    const solved = states.filter((state) => state === 'solved').length;
    const skipped = states.filter((state) => state === 'skipped').length;
    const sign = exercise === current ? '→' : solved === states.length ? '✔' : '';
    const result = `${solved} of ${states.length}${skipped === 0 ? '' : `, ${skipped} skipped`}`;
    const title = fillProse(exercise.title, session.vars(exercise));
    return [sign, String(index + 1), title, `${exercise.minutes} min`, result];
  });
  return renderTable(rows, ['', '#', 'exercise', 'time', 'solved'], format);
}

/** What is said when nothing is left to do. */
export function renderLabDone(session: Session, format: TextFormat): string {
  return `Lab ${session.lab.name} is done.\n\n${renderExerciseList(session, undefined, format)}`;
}
