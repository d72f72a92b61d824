// podlab reset: a room built anew, or one exercise put back to its start.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { currentSession } from '../lab-room.ts';
import { findStackFile, loadStack, roomName } from '../stack-files.ts';

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
  const driver = await app.driver('sandbox');
  // The file that the room was built from, unless one is named: it may lie anywhere.
  const stack = given ?? (await roomName(app, undefined));
  const { file } = await driver.status(stack).catch(() => ({ file: '' }));
  // Read before anything is removed: a file with errors must not cost the room.
  const { topology, file: from } = await loadStack(
    app,
    given?.includes('/') || file === '' ? findStackFile(app, given).file : file,
  );
  const reporter = await app.reporter();
  await driver.down(topology.stack, reporter);
  await driver.up({ topology, file: from }, reporter);
  const durationMs = Math.round(performance.now() - started);
  app.answer(
    options.json === true,
    { stack: topology.stack, durationMs },
    () => `${topology.stack}: built anew in ${durationMs} ms\n`,
  );
  return exitCodes.done;
}
