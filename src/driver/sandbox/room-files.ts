// The files that the room's scripts read, as path → text. Written into the room's directory before the owner starts.

import type { EngineName } from '../../topology/topology.ts';
import type { RoomPlan, Words } from './plan-room.ts';

interface Mount {
  /** Differs between room and node: `mount -a` skips what a node has inherited from its room under the same source. */
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
}

const privateTmpfs = (owner: 'room' | 'node', target: string, options: string): Mount => ({
  source: owner,
  target,
  type: 'tmpfs',
  options: `nosuid,nodev,${options}`,
});

// Own /proc and /sys show the node's processes and links.
const kernelMounts: readonly Mount[] = [
  { source: 'node', target: '/proc', type: 'proc', options: 'nosuid,nodev,noexec' },
  { source: 'node', target: '/sys', type: 'sysfs', options: 'nosuid,nodev,noexec,ro' },
];

// The sizes are limits; memory is used only for what is stored. /mnt held the room's files and comes last.
const privateMounts: readonly Mount[] = [
  privateTmpfs('node', '/run', 'mode=755,size=64m'),
  privateTmpfs('node', '/tmp', 'mode=1777,size=256m'),
  privateTmpfs('node', '/root', 'mode=700,size=64m'),
  privateTmpfs('node', '/dev/shm', 'mode=1777,size=64m'),
  privateTmpfs('node', '/mnt', 'mode=755,size=4k,ro'),
];

/** Directories under a node's data that the mounts of an engine's node need. */
export const engineDirs: Readonly<Record<EngineName, readonly string[]>> = {
  none: [],
  docker: ['etc', 'etc.work', 'lib/docker', 'log'],
  kubernetes: ['etc', 'etc.work', 'lib/kubelet', 'log', 'opt/cni/bin', 'opt/podlab/bin', 'usr-lib', 'usr-lib.work'],
};

/**
 * A node with an engine writes to /etc, an overlay that begins with what Debian's packages have put there, and to a /var/lib
 * and a /var/log of its own. Those are plain directories: containers' file systems are overlays, which cannot lie on another
 * overlay, and the host's /var/lib holds the data of other rooms.
 */
function engineMounts(node: string, engine: EngineName): readonly Mount[] {
  const data = `/mnt/data/${node}`;
  return [
    ...kernelMounts,
    // Moved, not bound: the kubelet takes the first place where it finds a hierarchy, though /mnt will be covered.
    { source: '/mnt/cgroup', target: '/sys/fs/cgroup', type: 'none', options: 'move' },
    overlay('/etc', `${data}/etc`),
    bind(`${data}/lib`, '/var/lib'),
    bind(`${data}/log`, '/var/log'),
    ...(engine === 'kubernetes' ? kubernetesMounts(data) : []),
    ...privateMounts,
  ];
}

/**
 * A cluster's node also has an /opt of its own, into which CNIs install their plugins, with the toolchain's programs in it. Pods
 * mount /lib/modules, and whoever mounts a directory that is not there makes it: machines without modules need an overlay.
 */
function kubernetesMounts(data: string): readonly Mount[] {
  return [
    bind(`${data}/opt`, '/opt'),
    bind('/mnt/toolchain', '/opt/podlab/bin'),
    overlay('/usr/lib', `${data}/usr-lib`),
  ];
}

function bind(source: string, target: string): Mount {
  return { source, target, type: 'none', options: 'rbind' };
}

/** What is written to `target` goes to `upper`; its work directory, which the kernel wants beside it, is `upper`.work. */
function overlay(target: string, upper: string): Mount {
  const options = `lowerdir=${target},upperdir=${upper},workdir=${upper}.work`;
  return { source: 'node', target, type: 'overlay', options };
}

// Covers what belongs to people or to the host's services before any node exists.
const roomMounts: readonly Mount[] = [
  privateTmpfs('room', '/run', 'mode=755,size=16m'),
  privateTmpfs('room', '/tmp', 'mode=1777,size=64m'),
  privateTmpfs('room', '/root', 'mode=700,size=16m'),
  privateTmpfs('room', '/home', 'mode=755,size=4k'),
];

/**
 * @param engine what runs on every node but `outside`
 * @param scripts the text of room.sh and node.sh, copied so that a room does not depend on where podlab is installed
 * @param nameServers lines for resolv.conf; '' without an uplink
 */
export function roomFiles(
  plan: RoomPlan,
  engine: EngineName,
  engineNodes: readonly string[],
  scripts: { readonly room: string; readonly node: string },
  nameServers: string,
): ReadonlyMap<string, string> {
  const files = new Map([
    ['room.sh', scripts.room],
    ['node.sh', scripts.node],
    ['room.fstab', lines(roomMounts.map(fstabLine))],
    ['node.fstab', lines([...kernelMounts, ...privateMounts].map(fstabLine))],
    ['nodes', lines(plan.nodes.map((node) => node.name))],
    ['hosts', plan.hosts],
    // Without an uplink no name server: names come from /etc/hosts, and a look-up of any other name fails at once instead of timing out.
    ['resolv.conf', `${nameServers}options timeout:1 attempts:1\n`],
    ['gateway.batch', batch(plan.gatewayIp)],
    ['gateway.nft', plan.gatewayNft],
    ['gateway.tc', batch(plan.gatewayTc)],
  ]);
  for (const node of engineNodes) {
    files.set(
      `node/${node}.mounts`,
      lines([...engineMounts(node, engine).map(mountArguments), ...propagation(engine)]),
    );
  }
  for (const node of plan.nodes) {
    files.set(`node/${node.name}.batch`, batch(node.ip));
    if (node.tc.length > 0) files.set(`node/${node.name}.tc`, batch(node.tc));
  }
  return files;
}

// The kubelet hands mounts on to containers, so its node's mounts must be shared, though with nobody outside the node.
function propagation(engine: EngineName): readonly string[] {
  return engine === 'kubernetes' ? ['--make-rshared /'] : [];
}

function fstabLine({ source, target, type, options }: Mount): string {
  return `${source} ${target} ${type} ${options} 0 0`;
}

function mountArguments({ source, target, type, options }: Mount): string {
  if (options === 'move') return `--move ${source} ${target}`;
  return `-t ${type} -o ${options} ${source} ${target}`;
}

function batch(commands: readonly Words[]): string {
  return lines(commands.map((words) => words.join(' ')));
}

function lines(all: readonly string[]): string {
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}
