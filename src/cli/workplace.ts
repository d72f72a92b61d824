// The machine, as the toolchain and the images see it.

import type { Workplace } from '../toolchain/request.ts';
import type { App } from './app.ts';

export function workplaceOf({ paths, home, programPath, env, uid, signal }: App): Workplace {
  return { cacheDir: paths.cache, home, path: programPath, env, uid, signal };
}
