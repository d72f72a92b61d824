// podlab image: the machine images on this machine.

import { listImages } from '../../image/vm-image.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { describeState } from '../print-images.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const images = await listImages(app.paths.cache);
  app.answer(options.json === true, { images }, () =>
    images.length === 0 ? 'no machine images; "podlab image build" makes one\n' : images.map(describeState).join(''),
  );
  return exitCodes.done;
}
