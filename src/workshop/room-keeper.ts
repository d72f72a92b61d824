// Keeps a room in the state that the exercise at hand starts from, and remembers in the progress what was set up.

import type { Exercise, Lab } from './exercise.ts';
import type { Progress } from './progress.ts';
import { applySolution, assertRequirements, neededBy, type Room, setUp, tearDown } from './work.ts';

export interface RoomKeeper {
  /** True when there was something to do. @throws LabError COMMAND_FAILED, TIMEOUT, HOST_UNSUITABLE */
  enter(exercise: Exercise): Promise<boolean>;
  /** Resets the exercise, entered or not, and before it what was built upon it. */
  takeBack(exercise: Exercise): Promise<void>;
}

export interface KeptRoom {
  readonly lab: Lab;
  readonly progress: Progress;
  readonly roomId: string;
  readonly room: Room;
}

/** In a room with another id than the progress knows nothing is set up. */
export function createRoomKeeper({ lab, progress, roomId, room }: KeptRoom): RoomKeeper {
  const { data } = progress;
  if (data.room.id !== roomId) data.room = { id: roomId, entered: [], completed: [], preparing: '' };

  /** What builds upon the exercise goes first: it would stand on nothing. */
  const leaveWithDependents = async (exercise: Exercise): Promise<void> => {
    await leave((other) => neededBy(lab.exercises, other).includes(exercise));
    await leave((other) => other === exercise);
  };

  /** Resets the entered exercises that match, last entered first. */
  const leave = async (matches: (exercise: Exercise) => boolean): Promise<void> => {
    const built = data.room;
    for (const id of [...built.entered].reverse()) {
      const exercise = lab.exercises.find((candidate) => candidate.id === id);
      // An exercise of another lab, or one that is gone from this lab, is not ours to reset.
      if (exercise === undefined || !matches(exercise)) continue;
      await tearDown(room, exercise);
      built.entered = built.entered.filter((entered) => entered !== id);
      built.completed = built.completed.filter((completed) => completed !== id);
      await progress.save();
    }
  };

  /** Brings an exercise that others build upon to its end state. */
  const complete = async (exercise: Exercise): Promise<void> => {
    const built = data.room;
    if (built.completed.includes(exercise.id)) return;
    if (!built.entered.includes(exercise.id)) await begin(exercise);
    for (const task of exercise.tasks) {
      if (progress.task(exercise.id, task.id).state !== 'solved') await applySolution(room, exercise, task);
    }
    built.completed.push(exercise.id);
    await progress.save();
  };

  /** Setup, then the solutions of what is solved already: the room may be a new one, the participant is not. */
  const begin = async (exercise: Exercise): Promise<void> => {
    // Written down first: whoever is killed in the middle finds a half-built exercise to take back.
    data.room.preparing = exercise.id;
    await progress.save();
    try {
      await setUp(room, exercise);
      for (const task of exercise.tasks) {
        if (progress.task(exercise.id, task.id).state === 'solved') await applySolution(room, exercise, task);
      }
    } catch (cause) {
      await clearHalfBuilt().catch(() => {});
      throw cause;
    }
    data.room.entered.push(exercise.id);
    data.room.preparing = '';
    await progress.save();
  };

  const clearHalfBuilt = async (): Promise<void> => {
    const exercise = lab.exercises.find(({ id }) => id === data.room.preparing);
    if (exercise !== undefined) await tearDown(room, exercise);
    data.room.preparing = '';
    await progress.save();
  };

  return {
    async enter(exercise) {
      if (data.room.preparing !== '') await clearHalfBuilt();
      const needed = neededBy(lab.exercises, exercise);
      // Brought to its end for another exercise, it would pass untouched; its own participant begins at the beginning.
      const solvedForOthers = exercise.tasks.some((task) => progress.task(exercise.id, task.id).state !== 'solved');
      if (data.room.completed.includes(exercise.id) && solvedForOthers) await leaveWithDependents(exercise);
      if (data.room.entered.includes(exercise.id)) return false;
      await assertRequirements(room, exercise);
      await leave((other) => !needed.includes(other));
      for (const need of needed) await complete(need);
      await begin(exercise);
      return true;
    },
    async takeBack(exercise) {
      // Also when it was never entered: whoever asks for a reset wants the reset blocks to run.
      if (!data.room.entered.includes(exercise.id)) data.room.entered.push(exercise.id);
      await leaveWithDependents(exercise);
    },
  };
}
