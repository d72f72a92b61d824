// The API of a room's cluster, with the kubeconfig that kubeadm left on the first node.

import type { Duplex } from 'node:stream';
import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import type { Topology } from '../../topology/topology.ts';
import { adminKubeconfig } from '../node-paths.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { OpenOptions } from './open-api.ts';

export interface Way {
  /** The first node, which has the kubeconfig. */
  readonly node: Executor;
  connect(host: string, port: number): Promise<Duplex>;
  /** Where the driver has a kubeconfig of its own; else the one on that node is read. */
  readonly kubeconfig?: () => Promise<string>;
}

/** A function that opens the API when it is first called, and gives the same one ever after; a failure is tried anew. */
export function lazyRoomApi(topology: Topology, way: () => Way, options: OpenOptions = {}): () => Promise<ClusterApi> {
  let opened: Promise<ClusterApi> | undefined;
  return () => {
    opened ??= openRoomApi(topology, way(), options).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

async function openRoomApi({ stack, engine }: Topology, way: Way, options: OpenOptions): Promise<ClusterApi> {
  if (engine !== 'kubernetes') {
    throw new LabError('PROBE_FAILED', `stack "${stack}" has no cluster: its engine is ${engine}`, {
      hint: 'Write requires: { engine: kubernetes } into the exercise, and use a stack that has it.',
    });
  }
  const { openApi } = await import('./open-api.ts');
  const kubeconfig = await (way.kubeconfig?.() ?? kubeconfigOn(way.node, stack));
  return openApi(kubeconfig, (host, port) => way.connect(host, port), options);
}

async function kubeconfigOn(node: Executor, stack: string): Promise<string> {
  const { exitCode, stdout, stderr } = await node.run(['cat', adminKubeconfig]);
  if (exitCode === 0) return stdout;
  throw new LabError('PROBE_FAILED', `${node.name}: no kubeconfig at ${adminKubeconfig}: ${stderr.trim()}`, {
    hint: `Run "podlab reset ${stack}" to build the cluster anew.`,
  });
}
