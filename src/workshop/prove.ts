// Proves a lab on a live room: every check fails when it must, passes when it must, and nothing is left behind.

import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import type { Exercise, Lab } from './exercise.ts';
import { expectFailure } from './expect-verdict.ts';
import { createSteps, type ProofStep, type Steps } from './proof-steps.ts';
import { proveTask } from './prove-task.ts';
import { settledChange, settledFootprint } from './settled-footprint.ts';
import { runTries } from './tries.ts';
import { applySolution, assertRequirements, missingInKernel, neededBy, type Room, setUp, tearDown } from './work.ts';

export interface ExerciseProof {
  readonly exercise: string;
  readonly ok: boolean;
  /** Why it was left out: the kernel of this machine cannot do it. '' when it was proved. */
  readonly skipped: string;
  readonly steps: readonly ProofStep[];
  readonly ms: number;
}

export interface LabProof {
  readonly lab: string;
  readonly stack: string;
  readonly ok: boolean;
  readonly exercises: readonly ExerciseProof[];
  readonly ms: number;
}

/**
 * Proves the exercises of a lab one after the other; `only` names one of them. A fault of the lab is a step with
 * `ok: false`; the exercise is then reset and the next one begins.
 *
 * @throws LabError NOT_FOUND when `only` is not in the lab; CANCELLED
 */
export async function proveLab(lab: Lab, room: Room, reporter: Reporter, only = ''): Promise<LabProof> {
  const chosen = lab.exercises.filter(({ id }) => only === '' || id === only || id === `${lab.name}/${only}`);
  if (chosen.length === 0) throw new LabError('NOT_FOUND', `lab ${lab.name} has no exercise "${only}"`);
  const started = room.clock.now();
  const exercises: ExerciseProof[] = [];
  for (const exercise of chosen) {
    exercises.push(
      await reporter.step(`proving ${exercise.id}`, (update) => proveExercise(lab, exercise, room, update)),
    );
  }
  const ok = exercises.every((proof) => proof.ok);
  return { lab: lab.name, stack: lab.stack, ok, exercises, ms: room.clock.now() - started };
}

/**
 * One exercise: what it needs, setup, every task fails; each task in order (see `proveTask`); reset, setup, every task
 * fails again; reset, and the room is as it was.
 */
async function proveExercise(
  lab: Lab,
  exercise: Exercise,
  room: Room,
  update: (detail: string) => void,
): Promise<ExerciseProof> {
  const started = room.clock.now();
  const skipped = await missingInKernel(room, exercise);
  if (skipped !== '') return { exercise: exercise.id, ok: true, skipped, steps: [], ms: 0 };
  const steps = createSteps(room.clock, update);
  const needed = neededBy(lab.exercises, exercise);
  const begin = await settledFootprint(room);

  const prepared = await steps.run('', 'prepare', async () => {
    await assertRequirements(room, exercise);
    for (const need of needed) await reachEnd(room, need);
    return needed.length === 0 ? '' : `from the end of ${needed.map(({ id }) => id).join(', ')}`;
  });
  const before = await settledFootprint(room);
  if (prepared && (await steps.run('', 'setup', () => setUp(room, exercise)))) {
    await proveUntouched(steps, room, exercise);
    let intact = await steps.run('', 'try', () => runTries(room, exercise, exercise.tries, 'before'));
    if (exercise.tries.some(({ when }) => when === 'before')) intact = await backToSetup(steps, room, exercise);
    for (const task of exercise.tasks) intact = intact && (await proveTask(steps, room, exercise, task));
    if (intact) await steps.run('', 'try when solved', () => runTries(room, exercise, exercise.tries, 'solved'));
    await steps.run('', 'reset', () => tearDown(room, exercise));
    await proveSame(steps, room, before);
    if (await steps.run('', 'setup after reset', () => setUp(room, exercise)))
      await proveUntouched(steps, room, exercise);
  }
  await steps.run('', 'leave', async () => {
    for (const one of [exercise, ...[...needed].reverse()]) await tearDown(room, one);
  });
  await proveSame(steps, room, begin);
  return {
    exercise: exercise.id,
    ok: steps.all.every(({ ok }) => ok),
    skipped: '',
    steps: steps.all,
    ms: room.clock.now() - started,
  };
}

/** A task that builds upon another has no state of its own yet: it is `blocked`, and looked at once its turn comes. */
async function proveUntouched(steps: Steps, room: Room, exercise: Exercise): Promise<void> {
  for (const task of exercise.tasks.filter(({ needs }) => needs.length === 0)) {
    await steps.run(task.id, 'fails untouched', async () => {
      const { remark } = await expectFailure(room, exercise, task);
      return remark;
    });
  }
}

async function proveSame(steps: Steps, room: Room, before: readonly string[]): Promise<void> {
  await steps.run('', 'footprint', async () => {
    const { added, removed } = await settledChange(room, before);
    if (added.length + removed.length === 0) return;
    const lines = [...added.map((line) => `+ ${line}`), ...removed.map((line) => `- ${line}`)];
    throw new LabError('LAB_INVALID', `reset leaves the room changed:\n${lines.join('\n')}`, {
      hint: 'Undo it in the `sh reset` blocks.',
    });
  });
}

/** The shown commands outside the tasks may have changed the room; the tasks must not rely on it. */
function backToSetup(steps: Steps, room: Room, exercise: Exercise): Promise<boolean> {
  return steps.run('', 'back from the shown commands', async () => {
    await tearDown(room, exercise);
    await setUp(room, exercise);
  });
}

async function reachEnd(room: Room, exercise: Exercise): Promise<void> {
  await setUp(room, exercise);
  for (const task of exercise.tasks) await applySolution(room, exercise, task);
}
