// podlab toolchain: the programs and images of Kubernetes, fetched, built or assembled.

import { resolve } from 'node:path';
import { imageStore } from '../../toolchain/image-store.ts';
import { resolveToolchain } from '../../toolchain/resolve-toolchain.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { toolchainRequest } from '../toolchain-request.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const request = toolchainRequest(app, options);
  const reporter = await app.reporter();
  const toolchain = await resolveToolchain(request, reporter);
  // Paths that a person types are those of the present directory.
  const extraImages = options.image === undefined ? [] : [resolve(String(options.image))];
  const store = await imageStore({ ...request, toolchain, extraImages }, reporter);
  app.answer(options.json === true, { toolchain, store }, () => `${toolchain.version} in ${toolchain.bin}\n`);
  return exitCodes.done;
}
