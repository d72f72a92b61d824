// The objects of a workshop in its cluster: applied where nobody else's are, listed by label, removed by uid.

import { type ApiObject, collectionPath, type KubeconfigCluster, pathOf } from '../cluster/api/kubeconfig-cluster.ts';
import { LabError } from '../error.ts';
import { type KubernetesObject, workshopLabel } from '../fleet/seat-plan.ts';
import type { Seat } from '../fleet/workshop.ts';

/** In the order in which they are removed: first what leads to the pod, last what it has mounted. */
export const seatKinds = ['Ingress', 'Service', 'Deployment', 'PersistentVolumeClaim'];
export const sharedKinds = ['NetworkPolicy', 'ConfigMap', 'Secret'];

/** What is there already and has no label of this workshop is somebody else's. */
export async function applyOwn(cluster: KubeconfigCluster, workshop: string, object: KubernetesObject): Promise<void> {
  const there = await cluster.get<ApiObject>(pathOf(object));
  if (there !== undefined && there.metadata.labels?.[workshopLabel] !== workshop) {
    const { kind, metadata } = object;
    const what = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
    throw new LabError('STACK_CHANGED', `${what} is there already, and this workshop did not make it`, {
      hint: 'Remove it, or give the workshop another name or namespace.',
    });
  }
  await cluster.apply(object);
}

export async function removeAll(
  cluster: KubeconfigCluster,
  objects: readonly ApiObject[],
  kind: string,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { metadata } of objects) {
    const { name, namespace = '', uid } = metadata;
    const isThere = await cluster.remove(`${collectionPath(kind, namespace)}/${name}`, uid);
    if (isThere) removed.push(`${kind.toLowerCase()} ${name}`);
  }
  return removed;
}

/** What would go with a namespace and is not of this workshop. */
export async function strangersIn(cluster: KubeconfigCluster, namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    [...seatKinds, ...sharedKinds, 'Pod'].map(async (kind) => {
      const found = await cluster.list<ApiObject>(collectionPath(kind, namespace), `!${workshopLabel}`);
      return found.map(({ metadata }) => `${kind.toLowerCase()} ${metadata.name}`);
    }),
  );
  // Every namespace has this one.
  return lists.flat().filter((name) => name !== 'configmap kube-root-ca.crt');
}

/** The newest complaint about a seat's pod. */
export async function warningsOf(cluster: KubeconfigCluster, namespace: string, { stack }: Seat): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=${encodeURIComponent('type=Warning,involvedObject.kind=Pod')}`;
  const events = await cluster
    .get<{ items: readonly { involvedObject: { name?: string }; message?: string; lastTimestamp?: string }[] }>(path)
    .catch(() => undefined);
  const own = (events?.items ?? []).filter(({ involvedObject }) => involvedObject.name?.startsWith(`${stack}-`));
  return own.sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? '')).at(-1)?.message ?? '';
}
