// The task that a verb means: the one that is named, or the one where the participant is.

import { LabError } from '../error.ts';
import type { Exercise, Task } from '../workshop/exercise.ts';
import type { Session } from '../workshop/session.ts';

/** @throws LabError NOT_FOUND, or USAGE when the lab is done and no task is named */
export function taskOrCurrent(session: Session, word: string | undefined): { exercise: Exercise; task: Task } {
  if (word !== undefined) return session.task(word);
  const { exercise, task } = session.position();
  if (exercise !== undefined && task !== undefined) return { exercise, task };
  throw new LabError('USAGE', `lab ${session.lab.name} is done: there is no current task`, {
    hint: 'Name a task, or go on with another lab: podlab labs',
  });
}
