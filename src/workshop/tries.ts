// Runs the commands that participants are shown, as they stand in the text.

import { LabError } from '../error.ts';
import type { Exercise, TryBlock } from './exercise.ts';
import { blockError, failed, placesOf, runBlock } from './run-blocks.ts';
import { type Room, varsIn } from './work.ts';

/** @throws LabError COMMAND_FAILED, TIMEOUT; LAB_INVALID when one that must fail does not */
export async function runTries(
  room: Room,
  exercise: Exercise,
  tries: readonly TryBlock[],
  when: TryBlock['when'],
): Promise<string | undefined> {
  const vars = varsIn(room, exercise);
  const chosen = tries.filter((block) => block.when === when && block.expect !== 'skip');
  for (const block of chosen) {
    for (const node of placesOf(room.context, block.on, vars)) {
      const result = await runBlock(room.context, block, node, vars);
      const bad = failed(result);
      if (bad && block.expect === 'ok') throw blockError(block, node, result);
      if (!bad && block.expect === 'fail') {
        const { file, line } = block.place;
        throw new LabError('LAB_INVALID', `${file}:${line}: the block on ${node} works where it must fail`);
      }
    }
  }
  return chosen.length === 0 ? undefined : `${chosen.length} run`;
}
