// podlab image verify: read every byte of machine images again.

import { imageState, listImages } from '../../image/vm-image.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App, { args: [name], options }: VerbInput): Promise<number> {
  const cache = app.paths.cache;
  const states = await (await app.reporter()).step('reading machine images', async () =>
    name === undefined ? listImages(cache, true) : [await imageState(cache, name, true)],
  );
  const images = states.map(({ name: one, damage }) => ({ name: one, damage }));
  app.answer(options.json === true, { images }, () =>
    images.map(({ name: one, damage }) => `${one}: ${damage === '' ? 'whole' : damage}\n`).join(''),
  );
  return images.every(({ damage }) => damage === '') ? exitCodes.done : exitCodes.no;
}
