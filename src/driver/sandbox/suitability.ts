// Refuses what this machine can't carry, before anything is made.

import { existsSync } from 'node:fs';
import { LabError } from '../../error.ts';
import { locateProgram } from '../../host/programs.ts';
import { hostRoutes } from '../../host/routes.ts';
import type { EngineName, Topology } from '../../topology/topology.ts';
import { refuseTakenUplink } from './uplink.ts';

export interface Machine {
  /** Effective user id. */
  readonly uid: number;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
}

const enginePrograms: Readonly<Record<EngineName, readonly string[]>> = {
  none: [],
  docker: ['dockerd', 'docker', 'iptables', 'busybox'],
  kubernetes: ['containerd', 'ctr', 'runc', 'iptables', 'conntrack', 'socat', 'busybox'],
};

/** @throws LabError HOST_UNSUITABLE, naming what is missing and the remedy */
export async function refuseUnsuitable(topology: Topology, machine: Machine): Promise<void> {
  const { stack, engine } = topology;
  const refuse = (why: string, hint: string) => {
    throw new LabError('HOST_UNSUITABLE', `stack "${stack}": ${why}`, { hint });
  };
  if (machine.uid !== 0) {
    if (engine !== 'none') refuse(`engine ${engine} needs root on the sandbox driver`, 'Run the command with sudo.');
    if (topology.uplink) refuse('an uplink needs root', 'Run the command with sudo, or set "podlab:uplink: false".');
  }
  const programs = ['unshare', 'nsenter', 'ip', 'nft', ...enginePrograms[engine]];
  const missing = programs.filter((name) => locateProgram(name, machine.path) === undefined);
  const setup = engine === 'none' ? 'podlab setup' : `podlab setup --engine ${engine}`;
  if (missing.length > 0) refuse(`${missing.join(', ')} missing on this machine`, `Run "${setup}".`);
  if (topology.uplink) refuseTakenUplink(stack, hostRoutes());
  if (isImpaired(topology)) {
    const { netemFault } = await import('../doctor/kernel.ts');
    const fault = await netemFault(machine.uid, machine.path);
    const remedy = 'Run "modprobe sch_netem", or take delay, jitter, loss and rate out of the stack file.';
    if (fault !== '') refuse(`links cannot be impaired here: the kernel has no netem (${fault})`, remedy);
  }
  if (engine === 'kubernetes') {
    const { inotifyFault } = await import('./inotify.ts');
    const { fault, remedy } = inotifyFault(topology.nodes.length);
    if (fault !== '') refuse(fault, remedy);
  }
  if (engine === 'kubernetes' && topology.kubernetes.proxyMode === 'ipvs' && !hasIpvs()) {
    const remedy = 'Run "modprobe ip_vs", or write proxyMode: nftables or iptables in the stack file.';
    refuse(`proxyMode ipvs: the kernel has no ip_vs (there is no ${ipvsTable})`, remedy);
  }
}

/** Virtual servers of IPVS; there when its module is loaded or built in. */
const ipvsTable = '/proc/net/ip_vs';

function hasIpvs(): boolean {
  return existsSync(ipvsTable);
}

function isImpaired({ nodes }: Topology): boolean {
  return nodes.some(({ nics }) => nics.some(({ impairment }) => Object.values(impairment).some((value) => value > 0)));
}
