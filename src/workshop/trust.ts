// What a lab would run, and the hash under which somebody agrees to that.

import { createHash } from 'node:crypto';
import type { Lab, ShellBlock } from './exercise.ts';

export interface PlannedBlock {
  readonly exercise: string;
  /** `setup`, `reset`, `count: solve`, `count: wrong own-uplink`, … */
  readonly purpose: string;
  readonly block: ShellBlock;
}

/** sha256, hex, over the stack and the text of every exercise: any change to what could run asks for trust anew. */
export function labHash(lab: Lab): string {
  const hash = createHash('sha256').update(`${lab.stack}\n`);
  for (const exercise of lab.exercises) hash.update(`${exercise.id} ${exercise.hash}\n`);
  return hash.digest('hex');
}

/** Every shell block of the lab in the order of its files, to be shown before the first one runs. */
export function plannedBlocks(lab: Lab): readonly PlannedBlock[] {
  return lab.exercises.flatMap((exercise) => {
    const planned = (purpose: string, blocks: readonly ShellBlock[]): PlannedBlock[] =>
      blocks.map((block) => ({ exercise: exercise.id, purpose, block }));
    return [
      ...planned('setup', exercise.setup),
      ...planned('reset', exercise.reset),
      ...planned('try', exercise.tries),
      ...exercise.tasks.flatMap((task) => [
        ...planned(`${task.id}: try`, task.tries),
        ...planned(`${task.id}: solve`, task.solve.blocks),
        ...task.wrong.flatMap(({ expect, blocks }) => planned(`${task.id}: wrong ${expect}`, blocks)),
        ...Object.entries(task.perturb).flatMap(([name, blocks]) => planned(`${task.id}: perturb ${name}`, blocks)),
      ]),
    ];
  });
}
