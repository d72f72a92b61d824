// What the parts of the control plane were started with, from the pods in which kubeadm runs them.

import type { ClusterApi } from '../cluster/api/cluster-api.ts';
import type { V1Pod } from '../cluster/api/objects.ts';

export type Component = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'etcd';

/** Value of a flag of a component, or '' when it was not given or the component is no pod. */
export async function componentFlag(api: ClusterApi, component: Component, flag: string): Promise<string> {
  const { items } = await api.core.listNamespacedPod({
    namespace: 'kube-system',
    labelSelector: `component=${component}`,
  });
  return items.map((pod) => flagOf(pod, flag)).find((value) => value !== '') ?? '';
}

function flagOf({ spec }: V1Pod, flag: string): string {
  const words = (spec?.containers ?? []).flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const start = `--${flag}=`;
  return words.find((word) => word.startsWith(start))?.slice(start.length) ?? '';
}
