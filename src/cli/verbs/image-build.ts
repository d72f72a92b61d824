// podlab image build: the disk that virtual machines start from.

import { vmImage } from '../../image/build-image.ts';
import { imageStore } from '../../toolchain/image-store.ts';
import { pinnedVersion, resolveToolchain } from '../../toolchain/resolve-toolchain.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { describeImage } from '../print-images.ts';
import { workplaceOf } from '../workplace.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const workplace = workplaceOf(app);
  const reporter = await app.reporter();
  const version = typeof options.kubernetes === 'string' ? options.kubernetes : pinnedVersion(app.home);
  const started = performance.now();
  const toolchain = await resolveToolchain({ ...workplace, version }, reporter);
  const store = await imageStore({ ...workplace, toolchain, extraImages: [] }, reporter);
  const image = await vmImage({ ...workplace, toolchain, store, anew: options.anew === true }, reporter);
  const durationMs = Math.round(performance.now() - started);
  app.answer(options.json === true, { ...image, durationMs }, () => describeImage(image));
  return exitCodes.done;
}
