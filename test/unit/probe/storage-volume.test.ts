import { expect, test } from 'vitest';
import { ask, pod } from './asked-cluster.ts';

const claims = '/api/v1/namespaces/default/persistentvolumeclaims?fieldSelector=metadata.name=data';
const claim = (phase: string, volumeName?: string) => ({
  items: [
    {
      metadata: { name: 'data' },
      spec: { volumeName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '32Mi' } } },
      status: { phase },
    },
  ],
});
const volume = {
  items: [
    {
      metadata: { name: 'pv1' },
      spec: {
        capacity: { storage: '64Mi' },
        hostPath: { path: '/var/lib/data' },
        persistentVolumeReclaimPolicy: 'Retain',
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node1'] }] },
            ],
          },
        },
      },
    },
  ],
};
const uses = (name: string, status: object) =>
  pod(name, { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }, status });
const bound = {
  [claims]: claim('Bound', 'pv1'),
  '/api/v1/persistentvolumes?fieldSelector=metadata.name=pv1': volume,
  '/api/v1/namespaces/default/pods': {
    items: [uses('writer', {}), uses('before', { phase: 'Succeeded' }), pod('other')],
  },
};

test('storage.volume: a bound claim, its volume, its users and the files on the node', async () => {
  expect(await ask('storage.volume', { claim: 'data', file: 'log.txt' }, bound)).toMatchObject({
    exists: true,
    kind: 'persistentVolumeClaim',
    bound: true,
    volume: 'pv1',
    volume_kind: 'hostPath',
    reclaim_policy: 'Retain',
    capacity_bytes: 64 * 2 ** 20,
    requested_bytes: 32 * 2 ** 20,
    users: ['writer'],
    node: 'node1',
    path: '/var/lib/data',
    files: ['a', 'log.txt', 'sub dir'],
    bytes: 12,
    file_exists: true,
    file_text: 'kept',
  });
  expect(await ask('storage.volume', { claim: 'data', file: 'other' }, bound)).toMatchObject({ file_exists: false });
});

test('storage.volume: a claim that waits, one that is not there, an emptyDir that went with its pod', async () => {
  const waiting = { ...bound, [claims]: claim('Pending') };
  expect(await ask('storage.volume', { claim: 'data' }, waiting)).toMatchObject({
    exists: true,
    bound: false,
    path: '',
  });
  expect(await ask('storage.volume', { claim: 'data' }, { [claims]: { items: [] } })).toMatchObject({ exists: false });
  const own = {
    '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=own': {
      items: [pod('own', { spec: { volumes: [{ name: 'scratch', emptyDir: {} }] } })],
    },
  };
  expect(await ask('storage.volume', { pod: 'own', volume: 'scratch' }, own)).toMatchObject({
    kind: 'emptyDir',
    bound: false,
    path_exists: false,
    files: [],
  });
  expect(await ask('storage.volume', { pod: 'own', volume: 'scratched' }, own)).toMatchObject({
    exists: false,
    kind: '',
  });
});

test('storage.volume: a claim, or a pod and its volume, but not both', async () => {
  await expect(ask('storage.volume', { claim: 'data', pod: 'own', volume: 'v' }, bound)).rejects.toThrow(
    'expected either',
  );
  await expect(ask('storage.volume', {}, bound)).rejects.toThrow('expected either');
  await expect(ask('storage.volume', { claim: 'data', file: '../../etc/shadow' }, bound)).rejects.toThrow(
    'below the volume',
  );
});
