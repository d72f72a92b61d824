// One check of a by-hand task: probe and verdict, warm, in one process; and the same through the whole command.

import type { Exercise, Task } from '../src/workshop/exercise.ts';
import { type Desk, openDesk } from './lab-desk.ts';
import { milliseconds, type Section, table } from './report.ts';
import { interleave, spread } from './timing.ts';
import { withWorkplace } from './workplace.ts';

const rounds = 20;
/** Measures for seconds by design: its time says nothing about podlab. */
const untimed = ['http.rps_pair'];

export async function benchCheck(): Promise<Section> {
  return withWorkplace(async (place) => {
    const desk = await openDesk(place);
    try {
      const { exercise, task } = firstState(desk);
      await desk.session.solve(exercise, task);
      const samples = await interleave(
        [
          {
            name: 'in one process, warm',
            run: async () => ({ 'in one process, warm': await timeCheck(desk, exercise, task) }),
          },
          {
            name: 'whole command: podlab check',
            run: async () => {
              await place.podlab('check', `${exercise.id}/${task.id}`);
              return undefined;
            },
          },
        ],
        rounds,
      );
      const checks = [...samples].map(([name, ms]) => [`${exercise.id}/${task.id}, ${name}`, milliseconds(spread(ms))]);
      const observations = await observeAll(desk);
      return {
        name: 'check',
        parts: [
          table(['check', 'ms'], checks),
          'Every probe that a by-hand task asks, on the solved room, warm:',
          table(['probe', 'observations', 'ms'], observations),
        ],
      };
    } finally {
      await desk.close();
    }
  });
}

async function timeCheck(desk: Desk, exercise: Exercise, task: Task): Promise<number> {
  const started = performance.now();
  const outcome = await desk.session.check(exercise, task);
  const ms = performance.now() - started;
  if (!('verdict' in outcome) || outcome.verdict.kind !== 'pass') {
    throw new Error(`${exercise.id}/${task.id}: ${JSON.stringify(outcome)}`);
  }
  return ms;
}

function firstState({ session }: Desk): { exercise: Exercise; task: Task } {
  for (const exercise of session.lab.exercises) {
    const task = exercise.tasks.find(({ check }) => check.kind === 'state');
    if (task !== undefined) return { exercise, task };
  }
  throw new Error(`lab ${session.lab.name} has no task with a state`);
}

/** Solves the lab from top to bottom and looks at every solved task a few times. */
async function observeAll(desk: Desk): Promise<string[][]> {
  const byProbe = new Map<string, number[]>();
  for (const exercise of desk.session.lab.exercises) {
    for (const task of exercise.tasks) {
      const queries = task.check.kind === 'ask' ? [task.check.truth] : task.check.clauses;
      if (queries.some(({ probe }) => untimed.includes(probe))) continue;
      if (desk.session.record(exercise, task).state !== 'solved') await desk.session.solve(exercise, task);
      desk.takeObservations();
      for (let again = 0; again < 3; again++) await desk.session.check(exercise, task);
      for (const { probe, ms } of desk.takeObservations()) byProbe.set(probe, [...(byProbe.get(probe) ?? []), ms]);
    }
  }
  return [...byProbe]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([probe, ms]) => [probe, `${ms.length}`, milliseconds(spread(ms))]);
}
