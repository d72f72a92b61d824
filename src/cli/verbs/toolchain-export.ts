// podlab toolchain export: the cache of programs and images as one file, for machines without network.

import { exportToolchain } from '../../toolchain/export-toolchain.ts';
import { megabytes } from '../../toolchain/progress.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { toolchainRequest } from '../toolchain-request.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const exported = await exportToolchain(args[0] ?? '', toolchainRequest(app, options), await app.reporter());
  const { file, bytes, version, sha256 } = exported;
  app.answer(
    options.json === true,
    exported,
    () => `${file}: ${version}, ${megabytes(bytes)}\nSHA-256 ${sha256}\nThere: podlab toolchain import FILE\n`,
  );
  return exitCodes.done;
}
