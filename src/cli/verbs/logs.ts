// podlab logs: what the room and what runs on its nodes have written.

import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomDriver } from '../drivers.ts';
import { exitCodes } from '../exit-codes.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const stack = await roomName(app, args[0]);
  const logs = await (await roomDriver(app, stack)).logs(stack);
  app.answer(options.json === true, { stack, logs }, () =>
    logs
      .map(({ name, text }) => `==> ${name} <==\n${text === '' || text.endsWith('\n') ? text : `${text}\n`}`)
      .join('\n'),
  );
  return exitCodes.done;
}
