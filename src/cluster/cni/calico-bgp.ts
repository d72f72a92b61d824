// The same plan of autonomous systems in Calico's words: its mesh, or peerings by labels and numbers on nodes.

import { stringify } from 'yaml';
import type { Topology } from '../../topology/topology.ts';
import { clusterAddressOf } from '../cluster-place.ts';
import { asOf, isFirstOfRack, racksOf } from './as-plan.ts';

const api = 'crd.projectcalico.org/v1';
const [rackLabel, firstLabel] = ['podlab/rack', 'podlab/first-of-rack'];

/** Documents for the API, once it has the kinds of Calico's manifest. */
export function calicoBgp(topology: Topology): string {
  const objects = [configuration(topology), ...nodes(topology), ...peerings(topology)];
  return objects.map((object) => stringify(object)).join('---\n');
}

function configuration({ cni }: Topology): object {
  const isMesh = typeof cni.as === 'number';
  return {
    apiVersion: api,
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { nodeToNodeMeshEnabled: isMesh, ...(isMesh ? { asNumber: cni.as } : {}) },
  };
}

/** Calico keeps a node's number and its being a reflector in annotations of the Node. */
function nodes(topology: Topology): readonly object[] {
  const { cni } = topology;
  if (typeof cni.as === 'number') return [];
  return topology.nodes.map(({ name, rack }) => {
    const isFirst = cni.as === 'per-rack' && isFirstOfRack(topology, name);
    const labels = cni.as === 'per-rack' ? { [rackLabel]: rack, ...(isFirst ? { [firstLabel]: 'true' } : {}) } : {};
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels,
        annotations: {
          'projectcalico.org/ASNumber': `${asOf(topology, name)}`,
          ...(isFirst ? { 'projectcalico.org/RouteReflectorClusterID': clusterAddressOf(topology, name) } : {}),
        },
      },
    };
  });
}

/** A peering between selected nodes counts for both ends, with the number that each node has. */
function peerings({ cni, nodes }: Topology): readonly object[] {
  const peering = (name: string, nodeSelector: string, peerSelector: string) => ({
    apiVersion: api,
    kind: 'BGPPeer',
    metadata: { name },
    spec: { nodeSelector, peerSelector },
  });
  if (cni.as === 'per-node') return [peering('all', 'all()', 'all()')];
  if (cni.as !== 'per-rack') return [];
  const first = `has(${firstLabel})`;
  return [
    ...racksOf(nodes).map((rack) => {
      const inRack = `${rackLabel} == '${rack}'`;
      return peering(`rack-${rack}`, `${inRack} && !${first}`, `${inRack} && ${first}`);
    }),
    peering('between-racks', first, first),
  ];
}
