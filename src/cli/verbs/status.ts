// podlab status: how a room is.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { describeRoom } from '../describe-room.ts';
import { roomDriver } from '../drivers.ts';
import { exitCodes } from '../exit-codes.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const stack = await roomName(app, args[0]);
  const status = await (await roomDriver(app, stack)).status(stack);
  app.answer(options.json === true, status, () => describeRoom(status));
  return status.state === 'up' ? exitCodes.done : exitCodes.no;
}
