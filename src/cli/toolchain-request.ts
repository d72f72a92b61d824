// What the verbs of the toolchain ask for, from the command line and the machine.

import { LabError } from '../error.ts';
import { sources, type ToolchainRequest } from '../toolchain/request.ts';
import { pinnedVersion } from '../toolchain/resolve-toolchain.ts';
import type { App } from './app.ts';
import type { VerbInput } from './command.ts';
import { workplaceOf } from './workplace.ts';

/** @throws LabError USAGE for options that make no sense */
export function toolchainRequest(app: App, options: VerbInput['options']): ToolchainRequest {
  const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);
  const from = sources.find((name) => name === options.from);
  if (options.from !== undefined && from === undefined) {
    throw new LabError('USAGE', `--from ${options.from}: no such source`, { hint: `Use ${sources.join(', ')}.` });
  }
  const mirror = text(options.mirror);
  return {
    ...workplaceOf(app),
    version: text(options.kubernetes) ?? pinnedVersion(app.home),
    from,
    dir: text(options.dir),
    mirror: mirror === undefined ? undefined : urlOf(mirror),
    registry: text(options.registry),
    verify: options.verify === true,
  };
}

function urlOf(mirror: string): URL {
  try {
    return new URL(mirror);
  } catch (cause) {
    throw new LabError('USAGE', `--mirror ${mirror} is no URL`, { hint: 'Write http:// or https:// first.', cause });
  }
}
