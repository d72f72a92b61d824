// Pods that ran when a cluster was saved, and waiting until they run again: the API remembers them as they were.

import { LabError } from '../error.ts';
import type { Reporter } from '../reporter.ts';
import type { AdminApi } from './api/admin-api.ts';
import { type ClusterNodes, type ClusterPlace, controlPlaneOf } from './cluster-place.ts';
import { get } from './kubectl.ts';
import { type Look, waitUntil } from './wait-until.ts';

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly state?: { readonly running?: { readonly startedAt: string } } }[];
  };
}

interface Pods {
  readonly items: readonly Pod[];
}

const allPods = '/api/v1/pods';

const withinMs = 120_000;
const everyMs = 50;

/**
 * `namespace/name` of all pods that are ready now. Without static ones: kubeadm gives theirs ten seconds before it first looks
 * whether they are ready, and nobody waits for that when a cluster is made either.
 */
export async function readyPods({ topology, node }: ClusterNodes): Promise<readonly string[]> {
  const { items } = await get<Pods>(node(controlPlaneOf(topology)), allPods);
  return items.filter((pod) => isReady(pod) && !isStatic(pod)).map(nameOf);
}

/**
 * Waits until they are ready in containers that were started after the moment of saving. Those that are gone, or have ended
 * well, are not waited for. A pod that does not come back is said, and is no error: what is in its volumes may not have been
 * saved.
 *
 * @param savedAt Unix time in milliseconds
 */
export async function waitUntilBack(
  { signal }: ClusterPlace,
  api: AdminApi,
  { ready, savedAt }: { readonly ready: readonly string[]; readonly savedAt: number },
  { update, warn }: { readonly update: (seen: string) => void; readonly warn: Reporter['warn'] },
): Promise<void> {
  if (ready.length === 0) return;
  const names = new Set(ready);
  const look = async (): Promise<Look> => {
    const { items } = await api.get<Pods>(allPods);
    const pods = items.filter((pod) => names.has(nameOf(pod)));
    const late = pods.filter((pod) => !isBack(pod, savedAt)).map((pod) => `${nameOf(pod)} is not ready yet`);
    return { isDone: late.length === 0, seen: late.join('; ') };
  };
  try {
    await waitUntil('all pods are ready again', look, { withinMs, everyMs, update, signal });
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'TIMEOUT') throw error;
    warn(error.message);
  }
}

function isBack(pod: Pod, savedAt: number): boolean {
  if (pod.status.phase === 'Succeeded') return true;
  const containers = pod.status.containerStatuses ?? [];
  return isReady(pod) && containers.every(({ state }) => Date.parse(state?.running?.startedAt ?? '') > savedAt);
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

function isStatic({ metadata }: Pod): boolean {
  return metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

function nameOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}
