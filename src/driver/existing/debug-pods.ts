// The pods by which podlab gets onto nodes: one on each, made when a cluster is attached and removed when it is let go.

import type { ClusterApi } from '../../cluster/api/cluster-api.ts';
import { LabError } from '../../error.ts';
import { podNamespace } from './node-way.ts';

/** What tells podlab's pods from all others. */
const stackLabel = 'podlab/stack';

export function debugPodName(stack: string, node: string): string {
  return `podlab-${stack}-${node}`;
}

/**
 * All it has is the node's own: no network, no volumes, nothing of the API. What it runs shows at once whether the image has
 * nsenter: the program that waits is the node's.
 */
export function debugPod(stack: string, node: string, image: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: debugPodName(stack, node), namespace: podNamespace, labels: { [stackLabel]: stack } },
    spec: {
      // Bound here and not by the scheduler: a node that takes no other pods is looked at as well.
      nodeName: node,
      hostPID: true,
      hostIPC: true,
      hostNetwork: true,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: 'way',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['nsenter', '-t', '1', '-m', '-u', '-i', '-n', '--', 'sleep', 'infinity'],
          securityContext: { privileged: true },
        },
      ],
    },
  };
}

export interface PodsRequest {
  readonly stack: string;
  readonly nodes: readonly string[];
  readonly image: string;
  /** Milliseconds, from any moment on. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

const withinMs = 90_000;

/** Makes those that are not there, and waits until all run. @throws LabError TIMEOUT with what the kubelet says */
export async function ensureDebugPods({ core }: ClusterApi, request: PodsRequest): Promise<void> {
  const { stack, nodes, image } = request;
  const known = new Set((await podsOf(core, stack)).map(({ metadata }) => metadata?.name));
  for (const node of nodes) {
    if (known.has(debugPodName(stack, node))) continue;
    await core.createNamespacedPod({ namespace: podNamespace, body: debugPod(stack, node, image) });
  }
  const deadline = request.now() + withinMs;
  for (;;) {
    const pods = await podsOf(core, stack);
    const waiting = pods.filter(({ status }) => status?.containerStatuses?.[0]?.state?.running === undefined);
    if (waiting.length === 0 && pods.length >= nodes.length) return;
    if (request.now() > deadline) {
      const [first] = waiting;
      const state = first?.status?.containerStatuses?.[0]?.state;
      const why = state?.waiting ?? state?.terminated;
      const seen = [first?.status?.phase, why?.reason, why?.message].filter((word) => word).join(', ');
      throw new LabError('TIMEOUT', `pod ${first?.metadata?.name} does not run after ${withinMs / 1000} s: ${seen}`, {
        hint: `Write podlab:existing: { image: … } with an image that has nsenter and that the nodes have or can pull.`,
      });
    }
    await request.sleep(200);
  }
}

/** How many there were. */
export async function removeDebugPods({ core }: ClusterApi, stack: string): Promise<number> {
  const pods = await podsOf(core, stack);
  for (const { metadata } of pods) {
    const name = metadata?.name ?? '';
    await core.deleteNamespacedPod({ name, namespace: podNamespace, gracePeriodSeconds: 0 }).catch((error: unknown) => {
      // Gone by itself in the meantime, with its node.
      if (!(error instanceof LabError) || error.code !== 'NOT_FOUND') throw error;
    });
  }
  return pods.length;
}

async function podsOf(core: ClusterApi['core'], stack: string) {
  const labelSelector = `${stackLabel}=${stack}`;
  const { items } = await core.listNamespacedPod({ namespace: podNamespace, labelSelector });
  return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
}
