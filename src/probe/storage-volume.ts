// storage.volume: a claim, the volume behind it, and the files that are really there.

import * as v from 'valibot';
import type { V1PersistentVolume, V1PersistentVolumeClaim, V1Pod } from '../cluster/api/objects.ts';
import type { Executor } from '../host/host.ts';
import { namespace, objectName, podName } from './args.ts';
import { parseQuantity } from './kube-quantity.ts';
import { attempt, nodeName } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';

export const storageVolume = defineProbe({
  name: 'storage.volume',
  summary:
    'Is a claim bound to a volume, or which volume has a pod; where is it on the node, and which files are in it?',
  runs: [
    'GET /api/v1/namespaces/NAMESPACE/persistentvolumeclaims?fieldSelector=metadata.name=CLAIM',
    'GET /api/v1/persistentvolumes?fieldSelector=metadata.name=VOLUME',
    'GET /api/v1/namespaces/NAMESPACE/pods',
    "find PATH -mindepth 1 -maxdepth 1 -printf '%y %s %f\\n'",
    'head -c 4096 PATH/FILE',
  ],
  take: 'bound',
  args: v.pipe(
    v.strictObject({
      claim: v.optional(objectName('Name of a PersistentVolumeClaim.')),
      namespace,
      pod: v.optional(podName),
      volume: v.optional(
        objectName('With `pod`: name of one of its volumes, as in its specification; an emptyDir, say.'),
      ),
      file: v.optional(
        v.pipe(
          v.string(),
          v.regex(/^(?!\/)(?!.*\.\.)[^\0]{1,255}$/, 'expected a path below the volume'),
          v.description('A file of the volume that `file_…` are about, for example `data/log.txt`.'),
        ),
      ),
    }),
    v.check(
      (args) => (args.claim === undefined) !== (args.pod === undefined || args.volume === undefined),
      'expected either `claim`, or `pod` and `volume`',
    ),
  ),
  returns: {
    exists: 'the claim is there, or the pod has a volume of this name',
    kind: 'persistentVolumeClaim, emptyDir, hostPath, configMap, secret, projected …; empty when there is none',
    bound: 'the claim is bound to a volume',
    phase: 'phase of the claim: Pending, Bound, Lost; empty without a claim',
    volume: 'name of the PersistentVolume, or empty',
    volume_kind: 'hostPath, local, nfs, csi …; empty without a PersistentVolume',
    reclaim_policy: 'Retain or Delete; empty without a PersistentVolume',
    class: 'storage class, or empty',
    access_modes: 'ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod',
    capacity_bytes: 'capacity of the PersistentVolume; 0 without one',
    requested_bytes: 'what the claim asks for; 0 without a claim',
    users: 'names of the pods that use the claim, finished ones left out, sorted',
    node: 'node on which the files are, or empty when that is not known',
    path: 'directory on that node, or empty when that is not known',
    path_exists: 'that directory is there',
    files: 'names of what is in it, sorted; at most 200',
    count: 'how many those are',
    bytes: 'size of the files directly in it, in bytes',
    file_exists: 'the file `file` is there',
    file_text: 'its first 4 KiB, without blanks at the ends',
  },
  async observe(context, args) {
    const found = await locate(context, args);
    const executor = found.node === '' ? undefined : context.node(found.node);
    const files = executor === undefined || found.path === '' ? undefined : await list(executor, found.path);
    const wanted = args.file === undefined || files === undefined ? '' : `${found.path}/${args.file}`;
    const text = executor === undefined || wanted === '' ? undefined : await read(executor, wanted);
    const { claim, volume } = found;
    return {
      exists: found.kind !== '',
      kind: found.kind,
      bound: claim?.status?.phase === 'Bound',
      phase: claim?.status?.phase ?? '',
      volume: volume?.metadata?.name ?? '',
      volume_kind: volume === undefined ? '' : sourceOf(volume.spec ?? {}, volumeFields),
      reclaim_policy: volume?.spec?.persistentVolumeReclaimPolicy ?? '',
      class: claim?.spec?.storageClassName ?? '',
      access_modes: [...(claim?.spec?.accessModes ?? [])],
      capacity_bytes: parseQuantity(volume?.spec?.capacity?.storage ?? '0'),
      requested_bytes: parseQuantity(claim?.spec?.resources?.requests?.storage ?? '0'),
      users: found.users,
      node: found.node,
      path: found.path,
      path_exists: files !== undefined,
      files: (files ?? []).map(({ name }) => name),
      count: files?.length ?? 0,
      bytes: (files ?? []).reduce((sum, { type, size }) => sum + (type === 'f' ? size : 0), 0),
      file_exists: text !== undefined,
      file_text: text?.trim() ?? '',
    };
  },
});

interface Located {
  readonly kind: string;
  readonly claim: V1PersistentVolumeClaim | undefined;
  readonly volume: V1PersistentVolume | undefined;
  readonly users: string[];
  readonly node: string;
  readonly path: string;
}

const nowhere: Located = { kind: '', claim: undefined, volume: undefined, users: [], node: '', path: '' };

interface Asked {
  readonly claim?: string | undefined;
  readonly namespace: string;
  readonly pod?: string | undefined;
  readonly volume?: string | undefined;
}

async function locate(context: ProbeContext, asked: Asked): Promise<Located> {
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

const volumeFields: readonly string[] = [
  ...['accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity'],
  ...['persistentVolumeReclaimPolicy', 'storageClassName', 'volumeAttributesClassName', 'volumeMode'],
];

function sourceOf(spec: object, fields: readonly string[]): string {
  return Object.entries(spec).find(([key, value]) => value !== undefined && !fields.includes(key))?.[0] ?? '';
}

interface Entry {
  readonly type: string;
  readonly size: number;
  readonly name: string;
}

/** Undefined when there is no such directory. */
async function list(executor: Executor, path: string): Promise<Entry[] | undefined> {
  const { exitCode, stdout } = await attempt(executor, [
    ...['find', `${path}/`, '-mindepth', '1', '-maxdepth', '1'],
    ...['-printf', '%y %s %f\\n'],
  ] as ['find', ...string[]]);
  if (exitCode !== 0) return undefined;
  return [...stdout.matchAll(/^(\S) (\d+) (.+)$/gm)]
    .map(([, type = '', size = '0', name = '']) => ({ type, size: Number(size), name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, 200);
}

async function read(executor: Executor, path: string): Promise<string | undefined> {
  const { exitCode, stdout } = await attempt(executor, ['head', '-c', '4096', path]);
  return exitCode === 0 ? stdout : undefined;
}
