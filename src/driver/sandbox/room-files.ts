// The files that the room's scripts read, as path → text. Written into the room's directory before the owner starts.

import type { RoomPlan, Words } from './plan-room.ts';

const privateTmpfs = (target: string, options: string) => `podlab ${target} tmpfs nosuid,nodev,${options} 0 0`;

// The source is a name of ours, because `mount -a` skips what looks mounted already. Own /proc and /sys show the node's processes and links; the sizes are limits, memory is used only for what is stored.
const nodeFstab = [
  'podlab /proc proc nosuid,nodev,noexec 0 0',
  'podlab /sys sysfs nosuid,nodev,noexec,ro 0 0',
  privateTmpfs('/run', 'mode=755,size=64m'),
  privateTmpfs('/tmp', 'mode=1777,size=256m'),
  privateTmpfs('/root', 'mode=700,size=64m'),
  privateTmpfs('/mnt', 'mode=755,size=4k,ro'),
];

// Covers what belongs to people or to the host's services before any node exists.
const roomFstab = [
  privateTmpfs('/run', 'mode=755,size=16m'),
  privateTmpfs('/tmp', 'mode=1777,size=64m'),
  privateTmpfs('/root', 'mode=700,size=16m'),
  privateTmpfs('/home', 'mode=755,size=4k'),
];

/** @param scripts the text of room.sh and node.sh, copied so that a room does not depend on where podlab is installed */
export function roomFiles(
  plan: RoomPlan,
  scripts: { readonly room: string; readonly node: string },
  nameServers: string,
): ReadonlyMap<string, string> {
  const files = new Map([
    ['room.sh', scripts.room],
    ['node.sh', scripts.node],
    ['room.fstab', lines(roomFstab)],
    ['node.fstab', lines(nodeFstab)],
    ['nodes', lines(plan.nodes.map((node) => node.name))],
    ['hosts', plan.hosts],
    // Without an uplink no name server: names come from /etc/hosts, and a look-up of any other name fails at once instead of timing out.
    ['resolv.conf', `${nameServers}options timeout:1 attempts:1\n`],
    ['gateway.batch', batch(plan.gatewayIp)],
    ['gateway.nft', plan.gatewayNft],
    ['gateway.tc', batch(plan.gatewayTc)],
  ]);
  for (const node of plan.nodes) {
    files.set(`node/${node.name}.batch`, batch(node.ip));
    if (node.tc.length > 0) files.set(`node/${node.name}.tc`, batch(node.tc));
  }
  return files;
}

function batch(commands: readonly Words[]): string {
  return lines(commands.map((words) => words.join(' ')));
}

function lines(all: readonly string[]): string {
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}
