// The two levels of a sandbox: without root for networks alone, with real root for engines.

import type { EngineName } from '../../topology/topology.ts';

const base = '--net --mount --pid --uts --ipc';

/** Engines need real root (device cgroups, overlay mounts, oom scores); everything else gets a user namespace. */
export function isRootless(engine: EngineName): boolean {
  return engine === 'none';
}

/** Arguments of unshare(1) for the room and for each node in it. */
export function namespacesFor(engine: EngineName): { readonly room: string; readonly node: string } {
  return isRootless(engine)
    ? { room: `--user --map-root-user ${base} --cgroup`, node: `${base} --cgroup` }
    : { room: base, node: base };
}

/**
 * The user id that root gives up its power for when it owns a rootless room, so that a room's root is nobody outside.
 * The letters "plab"; far above every range that Debian policy 9.2.2 or systemd hand out.
 */
export const roomUid = 0x706c6162;
