// What Pulumi remembers of a room and libvirt does not have any more: somebody has removed it by other means.

import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { VmRecord } from '../../infra/vm-record.ts';
import { virsh } from './domains.ts';
import type { KnownResource } from './pulumi-stack.ts';

export interface Lost {
  readonly urns: readonly string[];
  /** For people: `machine podlab.vms.node1`. */
  readonly names: readonly string[];
  /** URNs of the machines that are there and whose network is not. */
  readonly cut: readonly string[];
}

/**
 * @param known what Pulumi remembers
 * @throws LabError as `virsh`: nothing is lost only because libvirt does not answer
 */
export async function lostResources(
  { topology }: VmRecord,
  host: Executor,
  known: readonly KnownResource[],
): Promise<Lost> {
  const words = async (...command: readonly string[]) => (await virsh(host, ...command)).split(/\s+/);
  const { pool } = libvirtNames(topology);
  const isKnown = (type: string) => known.some((one) => one.type === type);
  const there: Record<string, readonly string[]> = {
    [types.domain]: isKnown(types.domain) ? await words('list', '--all', '--name') : [],
    [types.network]: isKnown(types.network) ? await words('net-list', '--all', '--name') : [],
    [types.pool]: isKnown(types.pool) ? await words('pool-list', '--all', '--name') : [],
  };
  const active = isKnown(types.volume) ? await words('pool-list', '--name') : [];
  // A pool that stands still has its volumes all the same, and nobody can say which.
  const isStill = there[types.pool]?.includes(pool) === true && !active.includes(pool);
  const volumes = active.includes(pool) ? await words('vol-list', pool) : undefined;
  const isLost = ({ type, inputs: { name = '' } = {} }: KnownResource) => {
    if (type === types.volume) return !isStill && !(volumes ?? []).includes(name);
    const names = there[type];
    return names !== undefined && !names.includes(name);
  };
  const lost = known.filter(isLost);
  // A volume of first-boot documents is made from a temporary file of the same name, which is gone after a reboot.
  const isSource = ({ type, inputs: { name = '' } = {} }: KnownResource) =>
    type === 'libvirt:index/cloudinitDisk:CloudinitDisk' && lost.some(({ inputs }) => inputs?.name === name);
  const urns = [...lost, ...known.filter(isSource)].map(({ urn }) => urn);
  return { urns, names: lost.map(nameOf), cut: cutOff(topology, lost, known) };
}

const types = {
  domain: 'libvirt:index/domain:Domain',
  network: 'libvirt:index/network:Network',
  pool: 'libvirt:index/pool:Pool',
  volume: 'libvirt:index/volume:Volume',
} as const;

const kinds: Readonly<Record<string, string>> = {
  [types.domain]: 'machine',
  [types.network]: 'network',
  [types.pool]: 'pool',
  [types.volume]: 'volume',
};

function nameOf({ type, inputs }: KnownResource): string {
  return `${kinds[type]} ${inputs?.name}`;
}

function cutOff(
  topology: VmRecord['topology'],
  lost: readonly KnownResource[],
  known: readonly KnownResource[],
): readonly string[] {
  const names = libvirtNames(topology);
  const isLost = (type: string, name: string | undefined) =>
    lost.some((one) => one.type === type && one.inputs?.name === name);
  const nodes = topology.nodes.filter(({ nics }) =>
    nics.some(({ network }) => isLost(types.network, names.networks.get(network)?.name)),
  );
  const domains = nodes.map(({ name }) => names.nodes.get(name)?.domain);
  return known.flatMap(({ type, urn, inputs }) => {
    const isCut = type === types.domain && domains.includes(inputs?.name) && !isLost(type, inputs?.name);
    return isCut ? [urn] : [];
  });
}
