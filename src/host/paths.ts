// Where podlab keeps what it must remember, by the XDG Base Directory rules; root uses the system's places.

import { join } from 'node:path';

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
 *   PODLAB_ROOT, which tests use to stay apart
 */
export function podlabPaths(uid: number, env: Readonly<Record<string, string | undefined>>): Paths {
  const root = env.PODLAB_ROOT;
  if (root !== undefined && root !== '') {
    return { runtime: join(root, 'run'), state: join(root, 'state'), cache: join(root, 'cache') };
  }
  const home = env.HOME ?? '/';
  const cache = join(env.XDG_CACHE_HOME || join(home, '.cache'), 'podlab');
  if (uid === 0) return { runtime: '/run/podlab', state: '/var/lib/podlab', cache };
  const state = join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'podlab');
  // Without a login session there is no XDG_RUNTIME_DIR; the state directory is private too, only it outlives a reboot.
  const runtime = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'podlab') : join(state, 'run');
  return { runtime, state, cache };
}
