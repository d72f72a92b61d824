// Where podlab keeps what it must remember, by the XDG Base Directory rules; root uses the system's places.

import { isAbsolute, join, resolve } from 'node:path';

export interface Paths {
  /** Gone after a reboot: who owns a room, and what it was built from. */
  readonly runtime: string;
  /** Kept: progress, engine data, logs. */
  readonly state: string;
  /** Can be made again. */
  readonly cache: string;
}

/**
 * @param uid the effective user
 * @param env XDG_RUNTIME_DIR, XDG_STATE_HOME, XDG_CACHE_HOME and HOME are read; root's places can be moved with
 *   PODLAB_ROOT, which tests use to stay apart. Relative XDG paths are ignored, as the specification asks.
 */
export function podlabPaths(uid: number, env: Readonly<Record<string, string | undefined>>): Paths {
  const root = env.PODLAB_ROOT;
  if (root !== undefined && root !== '') {
    const at = resolve(root);
    return { runtime: join(at, 'run'), state: join(at, 'state'), cache: join(at, 'cache') };
  }
  const home = env.HOME ?? '/';
  const cache = join(absolute(env.XDG_CACHE_HOME) ?? join(home, '.cache'), 'podlab');
  if (uid === 0) return { runtime: '/run/podlab', state: '/var/lib/podlab', cache };
  const state = join(absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'podlab');
  // Without a login session there is no XDG_RUNTIME_DIR; the state directory is private too, only it outlives a reboot.
  const session = absolute(env.XDG_RUNTIME_DIR);
  const runtime = session === undefined ? join(state, 'run') : join(session, 'podlab');
  return { runtime, state, cache };
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
