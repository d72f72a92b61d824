// Where a seat is in its labs: counts for tables and pages.

import type { Lab } from '../workshop/exercise.ts';
import type { ProgressData, TaskProgress } from '../workshop/progress.ts';

export interface SeatProgress {
  readonly solved: number;
  readonly skipped: number;
  readonly tasks: number;
  /** `lab/exercise/task` that was worked on last, or ''. */
  readonly at: string;
  /** The diagnosis that was given last for it, and how often in a row; '' and 0 when the last check passed. */
  readonly diagnosis: string;
  readonly repeated: number;
}

/** As often in a row the same mistake is no more a slip: somebody may want help. */
export const stuckAfter = 3;

export function progressOfSeat(
  labs: readonly Lab[],
  { tasks, current }: Pick<ProgressData, 'tasks' | 'current'>,
): SeatProgress {
  const all = labs.flatMap(({ name, exercises }) =>
    exercises.flatMap(({ id, tasks: written }) =>
      written.map((task) => ({ id: `${id}/${task.id}`, lab: name, exercise: id, record: tasks[id]?.[task.id] })),
    ),
  );
  const count = (state: TaskProgress['state']) => all.filter(({ record }) => record?.state === state).length;
  const open = all.filter(({ record }) => record !== undefined && record.tries > 0 && isOpen(record));
  const here = open.find(({ exercise, lab }) => current[lab] === exercise) ?? open[0];
  return {
    solved: count('solved'),
    skipped: count('skipped'),
    tasks: all.length,
    at: here?.id ?? '',
    diagnosis: here?.record?.lastDiagnosis ?? '',
    repeated: here?.record?.sameDiagnosis ?? 0,
  };
}

function isOpen({ state }: TaskProgress): boolean {
  return state === 'open' || state === 'again';
}
