// Finds the directory in which the files of a volume are: by its claim, or by the pod that has it.

import type { V1PersistentVolume, V1PersistentVolumeClaim, V1Pod } from '../cluster/api/objects.ts';
import { nodeName } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import type { ProbeContext } from './probe.ts';

/** Where the files of a volume are, with the objects that say so. */
export interface Located {
  /** As in the specification of a pod: emptyDir, persistentVolumeClaim …; '' when there is no such volume. */
  readonly kind: string;
  readonly claim: V1PersistentVolumeClaim | undefined;
  readonly volume: V1PersistentVolume | undefined;
  readonly users: string[];
  readonly node: string;
  readonly path: string;
}

const nowhere: Located = { kind: '', claim: undefined, volume: undefined, users: [], node: '', path: '' };

/** A claim in a namespace, or a pod with the name of one of its volumes. */
export interface Asked {
  readonly claim?: string | undefined;
  readonly namespace: string;
  readonly pod?: string | undefined;
  readonly volume?: string | undefined;
}

export async function locateVolume(context: ProbeContext, asked: Asked): Promise<Located> {
  if (asked.claim !== undefined) return locateClaim(context, asked.namespace, asked.claim);
  const pod = await findPod(context, asked.pod ?? '');
  const volume = pod?.spec?.volumes?.find(({ name }) => name === asked.volume);
  if (pod === undefined || volume === undefined) return nowhere;
  const { namespace, node } = podFacts(pod);
  const claimName = volume.persistentVolumeClaim?.claimName;
  if (claimName !== undefined) return locateClaim(context, namespace, claimName);
  const { name: _, ...rest } = volume;
  const kind = Object.entries(rest).find(([, value]) => value !== undefined)?.[0] ?? '';
  return {
    ...nowhere,
    kind,
    users: [pod.metadata?.name ?? ''],
    node,
    path: pathInPod(pod, volume.name, kind, volume.hostPath?.path),
  };
}

// k8s.io/kubernetes, pkg/volume: names of the plugins, with the slash escaped.
const pluginDirs: Readonly<Record<string, string>> = {
  emptyDir: 'kubernetes.io~empty-dir',
  configMap: 'kubernetes.io~configmap',
  secret: 'kubernetes.io~secret',
  projected: 'kubernetes.io~projected',
  downwardAPI: 'kubernetes.io~downward-api',
};

function pathInPod({ metadata }: V1Pod, volume: string, kind: string, hostPath: string | undefined): string {
  const plugin = pluginDirs[kind];
  if (plugin === undefined) return hostPath ?? '';
  return `/var/lib/kubelet/pods/${metadata?.uid ?? ''}/volumes/${plugin}/${volume}`;
}

async function locateClaim(context: ProbeContext, namespace: string, name: string): Promise<Located> {
  const { core } = await context.cluster();
  const claims = await core.listNamespacedPersistentVolumeClaim({ namespace, fieldSelector: `metadata.name=${name}` });
  const claim = claims.items[0];
  if (claim === undefined) return nowhere;
  const volumeName = claim.spec?.volumeName ?? '';
  const [pods, volumes] = await Promise.all([
    core.listNamespacedPod({ namespace }),
    volumeName === '' ? { items: [] } : core.listPersistentVolume({ fieldSelector: `metadata.name=${volumeName}` }),
  ]);
  const volume = volumes.items[0];
  const users = pods.items.filter(
    (pod) =>
      !['Succeeded', 'Failed'].includes(podFacts(pod).phase) &&
      pod.spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name),
  );
  const path = volume?.spec?.hostPath?.path ?? volume?.spec?.local?.path ?? '';
  return {
    kind: 'persistentVolumeClaim',
    claim,
    volume,
    users: users.map((pod) => podFacts(pod).name).sort(),
    node: path === '' ? '' : placeOf(context, volume, users),
    path,
  };
}

/** The node that a volume is bound to, else that of a pod that uses it, else the only one that there is. */
function placeOf(context: ProbeContext, volume: V1PersistentVolume | undefined, users: readonly V1Pod[]): string {
  const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const bound = terms.flatMap(({ matchExpressions = [] }) =>
    (matchExpressions ?? []).flatMap(({ key, values = [] }) =>
      key === 'kubernetes.io/hostname' ? (values ?? []) : [],
    ),
  );
  const used = users.map((pod) => podFacts(pod).node).find((node) => node !== '');
  const only = context.topology.nodes.length === 1 ? nodeName(context, '') : '';
  return bound[0] ?? used ?? only;
}
