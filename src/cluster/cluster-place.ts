// What a driver promises about the nodes that a cluster is to be made of.

import type { Duplex } from 'node:stream';
import type { Executor } from '../host/host.ts';
import type { Toolchain } from '../toolchain/toolchain.ts';
import type { Topology } from '../topology/topology.ts';

export interface ClusterPlace {
  readonly topology: Topology;
  readonly toolchain: Toolchain;
  /** The executor of a node. */
  node(name: string): Executor;
  /** A connection to an address of the cluster's network. */
  connect(host: string, port: number): Promise<Duplex>;
  readonly nodes: NodeSettings;
  /** `abcdef.0123456789abcdef`: lets workers join for a day. Never an argument of a process. */
  readonly bootstrapToken: string;
  /** Aborted when nobody wants the cluster any more. */
  readonly signal: AbortSignal;
}

/** What a cluster's documents are made from, before there are nodes. */
export type ClusterPlan = Omit<ClusterPlace, 'node' | 'connect' | 'signal'>;

/** A cluster that is there already: whose it is, and the way to its nodes. */
export type ClusterNodes = Pick<ClusterPlace, 'topology' | 'node'>;

/** How daemons run on nodes. */
export interface NodeSettings {
  /** `cgroupfs` where nothing manages control groups, `systemd` where systemd does. */
  readonly cgroupDriver: 'cgroupfs' | 'systemd';
  /** Control group under which a node's pods get theirs; '' is the top. */
  cgroupOf(node: string): string;
  /** How many times longer than on this machine itself everything may take on the nodes; 1 unless their processors are emulated. */
  readonly patience: number;
}

/** The node that kubeadm initialises: the first of the stack file. */
export function controlPlaneOf({ nodes }: Topology): string {
  return nodes[0]?.name ?? '';
}

/** All nodes but the first, in the order of the stack file. */
export function workersOf({ nodes }: Topology): readonly string[] {
  return nodes.slice(1).map(({ name }) => name);
}

/** The address with which a node takes part in the cluster: the one on the network that the stack file advertises. */
export function clusterAddressOf(topology: Topology, node: string): string {
  const nics = topology.nodes.find(({ name }) => name === node)?.nics ?? [];
  return nics.find(({ network }) => network === topology.kubernetes.advertise)?.ip ?? '';
}
