// A place for a cluster as the kubeadm documents see it; nothing runs there.

import type { ClusterPlace, NodeSettings } from '../../src/cluster/cluster-place.ts';
import { forEachRole } from '../../src/toolchain/record.ts';
import type { Toolchain } from '../../src/toolchain/toolchain.ts';
import type { Topology } from '../../src/topology/topology.ts';

/** Images as podlab assembles them. */
export const assembledToolchain: Toolchain = {
  version: 'v1.36.3',
  id: 'tools',
  bin: '/opt/tools',
  imageRepository: 'podlab.local',
  images: forEachRole((role) => `podlab.local/${role}:1.0`),
  origins: {},
};

export function placeOf(
  topology: Topology,
  nodes: NodeSettings = {
    cgroupDriver: 'cgroupfs',
    cgroupOf: (node) => `/podlab/${topology.stack}/${node}`,
    patience: 1,
  },
  toolchain: Toolchain = assembledToolchain,
): ClusterPlace {
  return {
    topology,
    toolchain,
    nodes,
    node: nobody,
    connect: nobody,
    bootstrapToken: 'abcdef.0123456789abcdef',
    signal: new AbortController().signal,
  };
}

function nobody(): never {
  throw new Error('nothing runs there');
}
