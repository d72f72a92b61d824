// Pods of the cluster as probes speak of them.

import type { V1Pod } from '../cluster/api/objects.ts';
import type { ProbeContext } from './probe.ts';

/** A running pod and where it is; every text '' and every number 0 while the cluster does not know it. */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  /** Pending, Running, Succeeded, Failed, Unknown. */
  readonly phase: string;
  readonly ready: boolean;
  readonly ip: string;
  readonly hostNetwork: boolean;
  readonly containers: readonly string[];
  readonly restarts: number;
  readonly terminating: boolean;
}

/**
 * The pod that a text like `web`, `kube-system/etcd-node1` or `web-*` means: of several, the first by name that is not
 * about to go.
 */
export async function findPod(context: ProbeContext, reference: string): Promise<V1Pod | undefined> {
  const { namespace, name } = splitName(reference);
  const { core } = await context.cluster();
  const isPrefix = name.endsWith('*');
  const fieldSelector = isPrefix ? '' : `metadata.name=${name}`;
  const { items } = await core.listNamespacedPod({ namespace, ...(fieldSelector !== '' && { fieldSelector }) });
  const found = items
    .filter((pod) => !isPrefix || (pod.metadata?.name ?? '').startsWith(name.slice(0, -1)))
    .sort((a, b) => rank(a).localeCompare(rank(b)));
  return found[0];
}

function rank({ metadata }: V1Pod): string {
  return `${metadata?.deletionTimestamp === undefined ? 0 : 1}${metadata?.name ?? ''}`;
}

/** `kube-system/coredns` in its halves; without a slash the namespace is `default`. */
export function splitName(reference: string): { readonly namespace: string; readonly name: string } {
  const slash = reference.indexOf('/');
  return slash < 0
    ? { namespace: 'default', name: reference }
    : { namespace: reference.slice(0, slash), name: reference.slice(slash + 1) };
}

export function podFacts({ metadata, spec, status }: V1Pod): PodFacts {
  const states = status?.containerStatuses ?? [];
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    node: spec?.nodeName ?? '',
    phase: status?.phase ?? '',
    ready: status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
    ip: status?.podIP ?? '',
    hostNetwork: spec?.hostNetwork ?? false,
    containers: (spec?.containers ?? []).map(({ name }) => name),
    restarts: states.reduce((sum, { restartCount }) => sum + restartCount, 0),
    terminating: metadata?.deletionTimestamp !== undefined,
  };
}

/** Whether it has a network namespace of its own now: one with an address, and not finished. */
export function hasOwnNetwork(pod: PodFacts): boolean {
  return !pod.hostNetwork && pod.ip !== '' && !['Succeeded', 'Failed'].includes(pod.phase);
}

/** As the observations of several probes show it. */
export function describePod(pod: PodFacts) {
  const { name, namespace, node, phase, ready, ip, hostNetwork, containers, restarts, terminating } = pod;
  return { name, namespace, node, phase, ready, ip, host_network: hostNetwork, containers, restarts, terminating };
}
