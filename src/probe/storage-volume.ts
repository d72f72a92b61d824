// storage.volume: a claim, the volume behind it, and the files that are really there.

import * as v from 'valibot';
import type { Executor } from '../host/host.ts';
import { namespace, objectName, podName } from './args.ts';
import { parseQuantity } from './kube-quantity.ts';
import { attempt } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { locateVolume } from './volume-location.ts';

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
    const found = await locateVolume(context, args);
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
