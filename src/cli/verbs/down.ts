// podlab down: remove rooms.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const driver = await app.driver('sandbox');
  const all = options.all === true;
  const stacks = all ? (await driver.list()).map(({ stack }) => stack) : [await roomName(app, args[0])];
  const reporter = await app.reporter();
  // Side by side: nearly all of the time is the kernel's, and it takes down namespaces in batches.
  const done = await Promise.all(stacks.map(async (stack) => ({ stack, removed: await driver.down(stack, reporter) })));
  app.answer(options.json === true, { rooms: done }, () =>
    done.map(({ stack, removed }) => `${stack}: ${removed ? 'removed' : 'was not up'}\n`).join(''),
  );
  return exitCodes.done;
}
