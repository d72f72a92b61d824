// A room of virtual machines as Pulumi resources: a pure function of the resolved topology and its settings.

import { Provider as KubernetesProvider } from '@pulumi/kubernetes';
import { Provider } from '@pulumi/libvirt';
import type { Output } from '@pulumi/pulumi';
import type { Topology } from '../topology/topology.ts';
import { LabCluster } from './lab-cluster.ts';
import { LabCni } from './lab-cni.ts';
import { LabImage } from './lab-image.ts';
import { LabNetworks } from './lab-networks.ts';
import { LabNode } from './lab-node.ts';
import { LabWorkloads } from './lab-workloads.ts';
import { machineFiles } from './machine-files.ts';
import { machineNodes } from './machine-nodes.ts';
import { libvirtNames } from './names.ts';
import { nodeAddress } from './node-address.ts';
import { peersScript } from './peers-script.ts';
import type { RoomSettings } from './room-settings.ts';

export interface RoomOutputs {
  readonly nodes: readonly NodeOutputs[];
  /** The administrator's: a secret. Undefined for a room without a cluster. */
  readonly kubeconfig: Output<string> | undefined;
}

export interface NodeOutputs {
  readonly name: string;
  /** Its name in libvirt, once it is there. */
  readonly domain: Output<string>;
  /** Network → address. */
  readonly addresses: Readonly<Record<string, string>>;
  /** How to reach it; the key is podlab's. */
  readonly ssh: string;
}

export function labRoom(topology: Topology, settings: RoomSettings): RoomOutputs {
  const names = libvirtNames(topology);
  // The engine's word and not ours: by "pulumi up" it writes the bridge's version here, by "podlab up" the provider's, and from one
  // to the other that would be a change.
  const provider = new Provider('libvirt', { uri: settings.uri }, { ignoreChanges: ['version'] });
  const { cluster } = settings;
  const { networks, leases } = new LabNetworks('networks', { topology, names, uri: settings.uri }, { provider });
  const imageArgs = { names, image: settings.image, poolDirectory: settings.poolDirectory };
  const image = new LabImage('image', imageArgs, { provider });
  const plan = cluster && {
    topology,
    toolchain: cluster.toolchain,
    nodes: machineNodes(settings.type),
    bootstrapToken: settings.keys.bootstrapToken,
  };
  const nodes = topology.nodes.map((node) => {
    const address = nodeAddress(topology, node.name);
    const ownNames = names.nodes.get(node.name) ?? { domain: '', disk: '', seed: '', ports: new Map() };
    const documents = {
      files: plan && cluster ? machineFiles(plan, cluster.cni, node.name) : new Map(),
      peers: peersScript(topology, node.name, cluster?.cni),
    };
    const cables = { networks, leases: leases.get(node.name) ?? [], address };
    const args = { topology, node, names: ownNames, settings, image, ...cables, ...documents };
    return { name: node.name, address, machine: new LabNode(node.name, args, { provider }) };
  });
  return {
    nodes: nodes.map(({ name, address, machine }, n) => ({
      name,
      domain: machine.domain.name,
      addresses: Object.fromEntries(topology.nodes[n]?.nics.map(({ network, ip }) => [network, ip]) ?? []),
      ssh: `root@${address}`,
    })),
    kubeconfig: cluster && makeCluster(topology, settings, cluster, nodes),
  };
}

function makeCluster(
  topology: Topology,
  settings: RoomSettings,
  { cni, workloads }: NonNullable<RoomSettings['cluster']>,
  nodes: readonly { readonly name: string; readonly address: string; readonly machine: LabNode }[],
): Output<string> {
  // Without objects of its own to make, a room does not need the plugin kubernetes.
  const hasObjects = cni.manifests !== '' || cni.later !== '' || workloads.length > 0;
  const { kubeconfig, ready } = new LabCluster('cluster', { topology, settings, nodes, hasObjects });
  const first = nodes[0]?.machine.domain;
  if (first === undefined) throw new RangeError('a cluster has at least one node');
  if (!hasObjects) return kubeconfig;
  const provider = new KubernetesProvider(
    'kubernetes',
    // Another machine is another cluster, even at the same address.
    { kubeconfig, clusterIdentifier: first.uuid, deleteUnreachable: true, enableServerSideApply: true },
    { deletedWith: first, dependsOn: [...ready] },
  );
  const pods = new LabCni('cni', { cni, provider, deletedWith: first });
  if (workloads.length > 0) {
    new LabWorkloads('workloads', { manifests: workloads, provider, deletedWith: first }, { dependsOn: [pods] });
  }
  return kubeconfig;
}
