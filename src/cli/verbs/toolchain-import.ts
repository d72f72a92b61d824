// podlab toolchain import: what `podlab toolchain export` wrote, into the cache of this machine.

import { importToolchain } from '../../toolchain/import-toolchain.ts';
import { megabytes } from '../../toolchain/progress.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { workplaceOf } from '../workplace.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const imported = await importToolchain(args[0] ?? '', workplaceOf(app), await app.reporter());
  const { bytes, version, sha256 } = imported;
  app.answer(
    options.json === true,
    imported,
    () => `${version} is in the cache, ${megabytes(bytes)} read\nSHA-256 ${sha256}\n`,
  );
  return exitCodes.done;
}
