// What a cluster says of itself, and what a stack file says otherwise.

import type { ClusterApi } from '../../cluster/api/cluster-api.ts';
import { cidrOf, containsAddress, containsCidr, parseCidr } from '../../net/cidr.ts';
import { parseIp } from '../../net/ipv4.ts';
import type { Topology } from '../../topology/topology.ts';

export interface ClusterFacts {
  /** Of the API server: `v1.36.3`, with whatever its builder puts behind it. */
  readonly version: string;
  /** ClusterIP of the Service `kubernetes`. */
  readonly apiServiceIp: string;
  /** By name. */
  readonly nodes: readonly NodeFacts[];
}

export interface NodeFacts {
  readonly name: string;
  /** IPv4. */
  readonly internalIps: readonly string[];
  /** Its share of the pod network; '' where the CNI keeps its own account. */
  readonly podCidr: string;
  readonly isReady: boolean;
  readonly isControlPlane: boolean;
  /** `containerd://2.1.4`. */
  readonly runtime: string;
}

export async function clusterFacts({ core, raw }: ClusterApi): Promise<ClusterFacts> {
  const [version, service, { items }] = await Promise.all([
    raw('/version').then((text) => (JSON.parse(text) as { gitVersion: string }).gitVersion),
    core.readNamespacedService({ namespace: 'default', name: 'kubernetes' }),
    core.listNode(),
  ]);
  const nodes = items.map(({ metadata, spec, status }) => ({
    name: metadata?.name ?? '',
    internalIps: (status?.addresses ?? []).flatMap(({ type, address }) =>
      type === 'InternalIP' && parseIp(address) !== undefined ? [address] : [],
    ),
    podCidr: spec?.podCIDR ?? '',
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    isControlPlane: metadata?.labels?.['node-role.kubernetes.io/control-plane'] !== undefined,
    runtime: status?.nodeInfo?.containerRuntimeVersion ?? '',
  }));
  return {
    version,
    apiServiceIp: service.spec?.clusterIP ?? '',
    nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

export interface Difference {
  /** `podlab:nodes[0]`, as problems of stack files name it. */
  readonly setting: string;
  /** A clause: what the cluster has instead. */
  readonly says: string;
  /** False when labs work nevertheless. */
  readonly matters: boolean;
}

/** What the file says and the cluster doesn't, in the order of the file; empty when they agree. */
export function differences(topology: Topology, facts: ClusterFacts): readonly Difference[] {
  const found: Difference[] = [];
  const differ = (setting: string, says: string, matters = true) => found.push({ setting, says, matters });
  const names = facts.nodes.map(({ name }) => name);
  for (const [n, node] of topology.nodes.entries()) {
    const here = `podlab:nodes[${n}]`;
    const fact = facts.nodes.find(({ name }) => name === node.name);
    if (fact === undefined) {
      differ(`${here}.name`, `the cluster has no node ${node.name}; it has ${names.join(', ')}`);
      continue;
    }
    const nic = node.nics.find(({ network }) => network === topology.kubernetes.advertise);
    if (nic !== undefined && !fact.internalIps.includes(nic.ip)) {
      const is = `${node.name} has ${fact.internalIps.join(', ') || 'no IPv4 address'}, not ${nic.ip}`;
      differ(`${here}.networks`, `in the cluster ${is}; write { network: ${nic.network}, ip: … }`);
    }
    const block = parseCidr(fact.podCidr).cidr;
    if (block !== undefined && !containsCidr(cidrOf(topology.kubernetes.podSubnet), block)) {
      differ('podlab:kubernetes.podSubnet', `${node.name} has the pods of ${fact.podCidr}`);
    }
    if (!fact.isReady) differ(here, `${node.name} is not Ready`, false);
  }
  const [first] = topology.nodes;
  const firstFact = facts.nodes.find(({ name }) => name === first?.name);
  if (firstFact !== undefined && !firstFact.isControlPlane && facts.nodes.some((one) => one.isControlPlane)) {
    differ('podlab:nodes[0]', `${first?.name} is not the control plane, and labs take the first node for it`);
  }
  const others = names.filter((name) => topology.nodes.every((node) => node.name !== name));
  if (others.length > 0) differ('podlab:nodes', `the cluster also has ${others.join(', ')}`, false);
  const api = parseIp(facts.apiServiceIp);
  if (api !== undefined && !containsAddress(cidrOf(topology.kubernetes.serviceSubnet), api)) {
    differ('podlab:kubernetes.serviceSubnet', `the Service kubernetes has ${facts.apiServiceIp}`);
  }
  if (!facts.version.startsWith(topology.kubernetes.version)) {
    differ('podlab:kubernetes.version', `the API server is ${facts.version}`, false);
  }
  return found;
}
