// podlab reset: a room built anew, or one exercise put back to its start.

import type { RoomStatus, StartFrom } from '../../driver/driver.ts';
import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomDriver } from '../drivers.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';
import { isPath, loadStack, roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const [word] = args;
  const isExercise = word?.includes('/') === true && !/\.ya?ml$/.test(word);
  return isExercise
    ? resetExercise(app, word, options)
    : resetRoom(app, word ?? (options.stack as string | undefined), options);
}

async function resetExercise(app: App, word: string, options: VerbInput['options']): Promise<number> {
  const session = await currentSession(app, options, word);
  const exercise = session.exercise(word);
  const reporter = await app.reporter();
  await reporter.step(`resetting ${exercise.id}`, () => session.reset(exercise));
  app.answer(options.json === true, { exercise: exercise.id, reset: true }, () => `${exercise.id}: at its start\n`);
  return exitCodes.done;
}

async function resetRoom(app: App, given: string | undefined, options: VerbInput['options']): Promise<number> {
  const started = performance.now();
  const stack = given ?? (await roomName(app, undefined));
  const standing = await roomDriver(app, stack);
  // Read before anything is removed: a file with errors must not cost the room.
  const { topology, file } = await loadRoom(app, stack, await standing.status(stack).catch(() => undefined));
  const driver = await app.driver(topology.driver);
  const reporter = await app.reporter();
  const up = await driver.up({ topology, file, from: startFrom(options), anew: true }, reporter);
  const durationMs = Math.round(performance.now() - started);
  app.answer(options.json === true, { stack: topology.stack, durationMs, from: up.from, phases: up.phases }, () => {
    const how = options.to === undefined ? 'built anew' : `as snapshot ${up.from}`;
    return `${topology.stack}: ${how} in ${durationMs} ms\n`;
  });
  return exitCodes.done;
}

/** From the file that the room was built from, unless one is named: it may lie anywhere, and be called otherwise. */
async function loadRoom(app: App, stack: string, status: RoomStatus | undefined) {
  if (isPath(stack) || status === undefined || status.file === '') return loadStack(app, stack);
  return loadStack(app, status.file, { rename: () => status.stack });
}

function startFrom({ to, fresh }: VerbInput['options']): StartFrom {
  if (to !== undefined && fresh === true) {
    throw new LabError('USAGE', '--to and --fresh contradict each other', { hint: 'Use one of them.' });
  }
  if (to !== undefined) return { snapshot: String(to) };
  return fresh === true ? 'fresh' : 'golden';
}
