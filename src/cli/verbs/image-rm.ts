// podlab image rm: remove a machine image.

import { removeImage } from '../../image/vm-image.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App, { args: [name = ''], options }: VerbInput): Promise<number> {
  removeImage(app.paths.cache, name);
  app.answer(options.json === true, { name, removed: true }, () => `${name}: removed\n`);
  return exitCodes.done;
}
