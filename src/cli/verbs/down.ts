// podlab down: remove rooms.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomDriver, roomNames } from '../drivers.ts';
import { exitCodes } from '../exit-codes.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const all = options.all === true;
  const stacks = all ? await roomNames(app) : [await roomName(app, args[0])];
  const reporter = await app.reporter();
  const remove = async (stack: string) => (await roomDriver(app, stack)).down(stack, reporter);
  // Side by side: nearly all of the time is the kernel's, and it takes down namespaces in batches.
  const done = await Promise.all(stacks.map(async (stack) => ({ stack, removed: await remove(stack) })));
  app.answer(options.json === true, { rooms: done }, () =>
    done.map(({ stack, removed }) => `${stack}: ${removed ? 'removed' : 'was not up'}\n`).join(''),
  );
  return exitCodes.done;
}
