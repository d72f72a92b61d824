// podlab toolchain: the programs and images of Kubernetes, fetched, built or assembled.

import { resolve } from 'node:path';
import { LabError } from '../../error.ts';
import { imageStore } from '../../toolchain/image-store.ts';
import { sources } from '../../toolchain/request.ts';
import { pinnedVersion, resolveToolchain } from '../../toolchain/resolve-toolchain.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const workplace = {
    cacheDir: app.paths.cache,
    home: app.home,
    path: app.programPath,
    env: app.env,
    uid: app.uid,
    signal: app.signal,
  };
  const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);
  const from = sources.find((name) => name === options.from);
  if (options.from !== undefined && from === undefined) {
    throw new LabError('USAGE', `--from ${options.from}: no such source`, { hint: `Use ${sources.join(', ')}.` });
  }
  const version = text(options.kubernetes) ?? pinnedVersion(app.home);
  const mirror = text(options.mirror);
  const reporter = await app.reporter();
  const toolchain = await resolveToolchain(
    {
      ...workplace,
      version,
      from,
      dir: text(options.dir),
      mirror: mirror === undefined ? undefined : urlOf(mirror),
      registry: text(options.registry),
      verify: options.verify === true,
    },
    reporter,
  );
  // Paths that a person types are those of the present directory.
  const extraImages = options.image === undefined ? [] : [resolve(String(options.image))];
  const store = await imageStore({ ...workplace, toolchain, extraImages, registry: text(options.registry) }, reporter);
  app.answer(options.json === true, { toolchain, store }, () => `${toolchain.version} in ${toolchain.bin}\n`);
  return exitCodes.done;
}

function urlOf(mirror: string): URL {
  try {
    return new URL(mirror);
  } catch (cause) {
    throw new LabError('USAGE', `--mirror ${mirror} is no URL`, { hint: 'Write http:// or https:// first.', cause });
  }
}
