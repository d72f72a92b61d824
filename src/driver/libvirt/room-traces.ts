// What stands of a room on libvirt's machine, as lines of words: that machine itself is somebody's, and changes as it likes.

import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { Topology } from '../../topology/topology.ts';
import { roomInLibvirt, virsh } from './domains.ts';

/**
 * Networks, machines and leases as libvirt has them, now and for the next start, and the interfaces on its machine that the cables
 * of the room end at. Left out is what another start of the same machine changes.
 *
 * @throws LabError as `virsh`
 */
export async function roomTraces(topology: Topology, host: Executor): Promise<readonly string[]> {
  const names = libvirtNames(topology);
  const [{ machines, networks }, machinesByThemselves, networksByThemselves] = await Promise.all([
    roomInLibvirt(topology, host),
    virsh(host, 'list', '--all', '--autostart', '--name'),
    virsh(host, 'net-list', '--all', '--autostart', '--name'),
  ]);
  const autostart = (list: string, name: string) => (list.split(/\s+/).includes(name) ? ['starts with its host'] : []);
  const ofNetworks = [...networks].map(async ([network, isActive]) => {
    const name = names.networks.get(network)?.name ?? '';
    const [now, next, leases] = await Promise.all([
      virsh(host, 'net-dumpxml', name),
      virsh(host, 'net-dumpxml', '--inactive', name),
      isActive ? virsh(host, 'net-dhcp-leases', name) : '',
    ]);
    const state = [isActive ? 'active' : 'not active', ...autostart(networksByThemselves, name)];
    const lines = [...state, ...documentLines(now), ...leaseLines(leases)];
    return tagged(`network ${network}`, lines, documentLines(next));
  });
  const ofMachines = [...machines].map(async ([node, state]) => {
    const name = names.nodes.get(node)?.domain ?? '';
    const [now, next] = await Promise.all([virsh(host, 'dumpxml', name), virsh(host, 'dumpxml', '--inactive', name)]);
    const lines = [state, ...autostart(machinesByThemselves, name), ...documentLines(now)];
    return tagged(`machine ${node}`, lines, documentLines(next));
  });
  const lines = await Promise.all([...ofNetworks, ...ofMachines, interfaceLines(topology, host)]);
  return lines.flat().sort();
}

function tagged(what: string, now: readonly string[], next: readonly string[]): readonly string[] {
  return [...now.map((line) => `${what}: ${line}`), ...next.map((line) => `${what}, when it starts again: ${line}`)];
}

/** The lines of a document; a device and its parts are one, for no part means anything without the others. */
function documentLines(xml: string): readonly string[] {
  const lines: string[] = [];
  for (const line of xml.split('\n')) {
    const text = withoutChance(line.trim());
    if (text === '' || text.startsWith('</')) continue;
    const isPart = line.search(/\S/) > deviceIndent;
    const last = lines.length - 1;
    if (isPart && last >= 0) lines[last] += ` ${text}`;
    else lines.push(text);
  }
  return lines;
}

/** As libvirt writes `<domain>`, `<devices>` and a device in it, or `<network>`, `<ip>` and what it hands out. */
const deviceIndent = 4;

/** A cable that was pulled and plugged in again is said to be `up`; one that nobody has touched, nothing. */
function withoutChance(text: string): string {
  if (text === "<link state='up'/>" || /^<description\s*\/>$|^<description><\/description>$/.test(text)) return '';
  return text.replace(/ (?:id|connections|portid)='[^']*'/g, '').replace(/\/dev\/pts\/\d+/g, '/dev/pts/N');
}

/** Date, time, MAC, protocol, address, host name, client id; without the moment at which it ends. */
function leaseLines(table: string): readonly string[] {
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length >= 5)
    .map(([, , mac, , address]) => `lease ${address} of ${mac}`);
}

interface HostLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly master?: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

/** The room's bridges, and whatever is plugged into them. */
async function interfaceLines(topology: Topology, host: Executor): Promise<readonly string[]> {
  const { exitCode, stdout } = await host.run(['ip', '-j', 'address', 'show']);
  if (exitCode !== 0) return [];
  const names = libvirtNames(topology);
  const bridges = [...names.networks.values()].map(({ bridge }) => bridge);
  const ports = [...names.nodes.values()].flatMap((node) => [...node.ports.values()]);
  const links = JSON.parse(stdout) as readonly HostLink[];
  return links
    .filter(({ ifname, master = '' }) => [...bridges, ...ports].includes(ifname) || bridges.includes(master))
    .flatMap(({ ifname, flags, mtu, master, addr_info: addresses = [] }) => [
      `link ${ifname} mtu ${mtu}${flags.includes('UP') ? ' up' : ''}${master === undefined ? '' : ` port of ${master}`}`,
      ...addresses
        .filter(({ scope }) => scope !== 'link')
        .map(({ local, prefixlen }) => `address ${local}/${prefixlen} on ${ifname}`),
    ]);
}
