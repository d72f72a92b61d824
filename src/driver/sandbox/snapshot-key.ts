// What a saved cluster depends on, as one hash: two rooms with the same key can start from the same snapshot.

import { createHash } from 'node:crypto';
import type { ClusterPlace } from '../../cluster/cluster-place.ts';
import type { CniPlan } from '../../cluster/cni/cni-plan.ts';
import { initDocuments, joinDocument, kubeadmPatchFiles } from '../../cluster/kubeadm-documents.ts';
import type { Manifest } from '../../cluster/workloads.ts';
import type { ImageStore, Toolchain } from '../../toolchain/toolchain.ts';
import type { Topology } from '../../topology/topology.ts';

/** Raised when what a snapshot holds, or how it is restored, changes. */
export const snapshotFormat = 1;

export interface SnapshotParts {
  readonly topology: Topology;
  readonly toolchain: Toolchain;
  readonly store: Pick<ImageStore, 'id'>;
  readonly cni: CniPlan;
  readonly workloads: readonly Manifest[];
}

/**
 * SHA-256 in hexadecimal. The stack's name is not in it: seats of a workshop are the same stack under other names. Nor is
 * what only the room's cables know, because a cluster does not see it: bridges, ports, MAC addresses, impairments, an uplink;
 * nor limits of nodes, which kubelets read anew whenever they start.
 */
export function snapshotKey({ topology, toolchain, store, cni, workloads }: SnapshotParts): string {
  const nodes = topology.nodes.map(({ name }) => name);
  const place = neutralPlace(topology, toolchain);
  const parts = {
    format: snapshotFormat,
    topology: clusterView(topology),
    toolchain: toolchain.id,
    store: store.id,
    // What this version of podlab would make of them: a new version may write other documents for the same stack file.
    documents: [initDocuments(place), ...kubeadmPatchFiles(place), ...nodes.map((name) => joinDocument(place, name))],
    cni: [cni.manifests, cni.later, ...nodes.map((name) => [[...cni.filesOn(name)], cni.commandsOn(name)])],
    workloads: workloads.map(({ text }) => text),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** What a cluster can see of its room. */
function clusterView({ networks, nodes, kubernetes, cni }: Topology) {
  return {
    networks: networks.map(({ name, mode, cidr, gateway, mtuBytes }) => [name, mode, cidr, gateway, mtuBytes]),
    nodes: nodes.map(({ name, nics, defaultGateway }) => [
      name,
      defaultGateway,
      nics.map(({ network, iface, ip, prefix, mtuBytes }) => [network, iface, ip, prefix, mtuBytes]),
    ]),
    kubernetes,
    cni,
  };
}

function askNothing(of: string): never {
  throw new Error(`the documents of a cluster ask nothing of ${of}`);
}

/** The same for every stack and start: documents must not differ by its name or by the token of a day. */
function neutralPlace(topology: Topology, toolchain: Toolchain): ClusterPlace {
  return {
    topology: { ...topology, stack: '' },
    toolchain,
    node: askNothing,
    connect: askNothing,
    nodes: { cgroupDriver: 'cgroupfs', cgroupOf: () => '', patience: 1 },
    signal: new AbortController().signal,
    bootstrapToken: '',
  };
}
