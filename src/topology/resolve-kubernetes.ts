// The cluster block of a stack file, with its defaults and rules.

import { blockCount, type Cidr } from '../net/cidr.ts';
import { nearest } from './nearest.ts';
import type { Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import { checkedRange, type NetworkDraft } from './resolve-networks.ts';
import type { NodeDraft } from './resolve-nodes.ts';
import type { Kubernetes } from './topology.ts';

const base = ['config', 'podlab:kubernetes'];

/** kubeadm: constants.MaximumBitsForServiceSubnet is 20, MinimumAddressesInServiceSubnet is 10. */
const [shortestServicePrefix, longestServicePrefix] = [12, 28];
/** kube-controller-manager and kubeadm: constants.PodSubnetNodeMaskMaxDiff. */
const maxPrefixDifference = 16;

export function resolveKubernetes(
  raw: RawStack,
  networks: readonly NetworkDraft[],
  nodes: readonly NodeDraft[],
  problems: Problems,
): Kubernetes {
  const written = raw.settings['podlab:kubernetes'] ?? {};
  const { podSubnet = '10.244.0.0/16', serviceSubnet = '10.96.0.0/12', nodePrefix = 24 } = written;
  const pods = checkedRange('podSubnet', podSubnet, [...base, 'podSubnet'], problems);
  const services = checkedRange('serviceSubnet', serviceSubnet, [...base, 'serviceSubnet'], problems);
  // The defaults are for clusters; a room of 500 namespaces without one needs no pod addresses.
  const areBlocksMeant = raw.settings['podlab:engine'] === 'kubernetes' || written.podSubnet !== undefined;
  if (pods !== undefined && (areBlocksMeant || written.nodePrefix !== undefined)) {
    checkBlocks(podSubnet, pods, nodePrefix, nodes.length, problems);
  }
  if (services !== undefined && (services.prefix < shortestServicePrefix || services.prefix > longestServicePrefix)) {
    const message = `serviceSubnet: kubeadm refuses ${serviceSubnet}`;
    const hint = `Write a prefix length from ${shortestServicePrefix} to ${longestServicePrefix}.`;
    problems.error([...base, 'serviceSubnet'], message, hint);
  }
  const advertise = advertiseNetwork(raw, networks, nodes, problems);
  const nic = nodes.flatMap((node) => node.nics).find(({ network }) => network === advertise);
  return {
    version: written.version ?? 'v1.36.3',
    podSubnet,
    serviceSubnet,
    nodePrefix,
    proxyMode: written.proxyMode ?? 'iptables',
    advertise,
    advertiseAddress: nic?.ip ?? '',
    apiPort: written.apiPort ?? 6443,
  };
}

function checkBlocks(podSubnet: string, pods: Cidr, nodePrefix: number, nodes: number, problems: Problems): void {
  const at = [...base, 'podSubnet'];
  const blocks = blockCount(pods, nodePrefix);
  if (blocks < nodes) {
    const prefix = nodePrefix - Math.ceil(Math.log2(nodes));
    const message = `podSubnet: ${podSubnet} has ${blocks === 1 ? 'one block' : `${blocks} blocks`} of /${nodePrefix}, and there are ${nodes} nodes`;
    problems.error(at, message, `Write a prefix length of ${prefix} or less, or a longer nodePrefix.`);
  } else if (nodePrefix - pods.prefix > maxPrefixDifference) {
    const message = `podSubnet: a nodePrefix of ${nodePrefix} is more than ${maxPrefixDifference} longer than that of ${podSubnet}`;
    problems.error(at, message, `Write nodePrefix: ${pods.prefix + maxPrefixDifference} or less.`);
  }
}

function advertiseNetwork(
  raw: RawStack,
  networks: readonly NetworkDraft[],
  nodes: readonly NodeDraft[],
  problems: Problems,
): string {
  const written = raw.settings['podlab:kubernetes']?.advertise;
  const names = networks.map(({ name }) => name);
  const at = [...base, 'advertise'];
  if (written !== undefined && !names.includes(written)) {
    const hint = `Write ${nearest(written, names) ?? `one of ${names.join(', ')}`}.`;
    problems.error(at, `advertise: there is no network "${written}"`, hint);
    return written;
  }
  const advertise = written ?? (networks.find(({ mode }) => mode === 'isolated') ?? networks[0])?.name ?? '';
  const missing = nodes.filter(({ nics }) => nics.every(({ network }) => network !== advertise));
  const isCluster = raw.settings['podlab:engine'] === 'kubernetes';
  for (const { name, path } of isCluster || written !== undefined ? missing : []) {
    const message = `node "${name}" is not on "${advertise}", the network that the cluster advertises`;
    const hint = `Add ${advertise} to its networks, or set podlab:kubernetes: { advertise: … } to a network of every node.`;
    if (isCluster) problems.error(path, message, hint);
    else problems.warning(path, message, hint);
  }
  return advertise;
}
