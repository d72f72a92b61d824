import { expect, test } from 'vitest';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { observe } from '../../support/probing.ts';
import { ask, flags, pod, ready } from './asked-cluster.ts';

const pods = {
  items: [
    pod('own', { status: { ...ready, containerStatuses: [{ name: 'web', restartCount: 3, state: { running: {} } }] } }),
    pod('done', { status: { phase: 'Succeeded', podIP: '10.244.0.8' } }),
    pod('host', { spec: { hostNetwork: true, nodeName: 'node2' }, status: { podIP: '192.168.39.12' } }),
    pod('waiting', { spec: { nodeName: undefined }, status: { phase: 'Pending', podIP: undefined } }),
  ],
};

test('k8s.pods: who has a network of its own: neither host mode, nor finished, nor without an address', async () => {
  const seen = await ask('k8s.pods', {}, { '/api/v1/pods': pods });
  expect(seen).toMatchObject({
    count: 4,
    names: ['done', 'host', 'own', 'waiting'],
    running_count: 2,
    ready_count: 1,
    host_network_count: 1,
    own_network_count: 1,
    ips: ['10.244.0.9'],
    nodes: ['node1', 'node2'],
  });
  expect(seen.pods[2]).toEqual({
    name: 'own',
    namespace: 'default',
    node: 'node1',
    phase: 'Running',
    ready: true,
    ip: '10.244.0.9',
    host_network: false,
    containers: ['web'],
    restarts: 3,
    terminating: false,
  });
  expect((await ask('k8s.pods', { node: 'node2' }, { '/api/v1/pods': pods })).names).toEqual(['host']);
});

test('k8s.pods: namespace and labels are asked of the API', async () => {
  const answers = { '/api/v1/namespaces/default/pods?labelSelector=app=web,tier in (a)': { items: [] } };
  expect(await ask('k8s.pods', { namespace: 'default', selector: 'app=web,tier in (a)' }, answers)).toMatchObject({
    count: 0,
    own_network_count: 0,
  });
});

const onePod = '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=web';

test.each([
  [
    'an image that is not there',
    {
      phase: 'Pending',
      containerStatuses: [
        { name: 'web', restartCount: 0, state: { waiting: { reason: 'ErrImageNeverPull', message: 'no image' } } },
      ],
    },
    ['ErrImageNeverPull', 'no image'],
  ],
  [
    'a container that ended badly',
    {
      phase: 'Running',
      containerStatuses: [{ name: 'web', restartCount: 2, state: { terminated: { reason: 'Error', exitCode: 1 } } }],
    },
    ['Error', ''],
  ],
  [
    'no node for it',
    {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes' }],
    },
    ['Unschedulable', '0/2 nodes'],
  ],
  ['an eviction', { phase: 'Failed', reason: 'Evicted', message: 'low on memory' }, ['Evicted', 'low on memory']],
  ['nothing', { phase: 'Running', ...ready }, ['', '']],
])('k8s.pod: it does not run because of %s', async (_what, status, [reason, message]) => {
  const seen = await ask('k8s.pod', { name: 'web' }, { [onePod]: { items: [pod('web', { status })] } });
  expect([seen.reason, seen.message]).toEqual([reason, message]);
});

test('k8s.pod: limits, volumes and owner', async () => {
  const limits = (cpu: string, memory: string) => ({ limits: { cpu, memory } });
  const spec = {
    containers: [
      { name: 'a', resources: limits('250m', '64Mi') },
      { name: 'b', resources: limits('1', '1Gi') },
    ],
    volumes: [
      { name: 'scratch', emptyDir: {} },
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    ],
  };
  const metadata = { labels: { app: 'web' }, ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1' }] };
  expect(
    await ask('k8s.pod', { name: 'web' }, { [onePod]: { items: [pod('web', { spec, metadata })] } }),
  ).toMatchObject({
    cpu_limit: 1.25,
    memory_limit_bytes: 64 * 2 ** 20 + 2 ** 30,
    volumes: [
      { name: 'scratch', type: 'emptyDir', claim: '' },
      { name: 'data', type: 'persistentVolumeClaim', claim: 'data' },
    ],
    owner: 'ReplicaSet/web-1',
    labels: { app: 'web' },
  });
});

test('k8s.pod: a star stands for any rest; a pod that is about to go comes last; none is none', async () => {
  const all = {
    items: [pod('web-1', { metadata: { deletionTimestamp: '2026-11-21T08:00:00Z' } }), pod('web-2'), pod('webs')],
  };
  const answers = { '/api/v1/namespaces/default/pods': all, '/api/v1/namespaces/other/pods': { items: [] } };
  expect((await ask('k8s.pod', { name: 'web-*' }, answers)).name).toBe('web-2');
  expect(await ask('k8s.pod', { name: 'other/web-*' }, answers)).toMatchObject({ exists: false, name: '', phase: '' });
});

const clusterNode = (name: string, podCIDR: string, isReady: boolean, more: object = {}) => ({
  metadata: { name },
  spec: { podCIDR, ...more },
  status: {
    conditions: [
      { type: 'Ready', status: isReady ? 'True' : 'Unknown', message: 'Kubelet stopped posting node status.' },
    ],
    addresses: [{ type: 'InternalIP', address: name === 'node1' ? '192.168.39.11' : '192.168.39.12' }],
    capacity: { cpu: '2', memory: '24684092Ki', pods: '110' },
  },
});
const nodes = { items: [clusterNode('node2', '10.244.1.0/24', false), clusterNode('node1', '10.244.0.0/24', true)] };

test('k8s.nodes: a node that no longer reports is not ready', async () => {
  expect(await ask('k8s.nodes', { name: 'node2' }, { '/api/v1/nodes': nodes })).toMatchObject({
    names: ['node1', 'node2'],
    ready_count: 1,
    not_ready: ['node2'],
    exists: true,
    ready: false,
    ip: '192.168.39.12',
  });
  expect(await ask('k8s.nodes', { name: 'node3' }, { '/api/v1/nodes': nodes })).toMatchObject({
    exists: false,
    ready: false,
    ip: '',
  });
});

const controllerManager = '/api/v1/namespaces/kube-system/pods?labelSelector=component=kube-controller-manager';

test('k8s.pod_cidr: an address belongs to the node whose block has it', async () => {
  const answers = {
    '/api/v1/nodes': nodes,
    '/api/v1/pods': pods,
    [controllerManager]: flags('kcm', '--cluster-cidr=10.244.0.0/16'),
  };
  expect(await ask('k8s.pod_cidr', { node: 'node2', ip: '10.244.0.255' }, answers)).toEqual({
    subnet: '10.244.0.0/16',
    blocks: [
      { node: 'node1', cidr: '10.244.0.0/24' },
      { node: 'node2', cidr: '10.244.1.0/24' },
    ],
    cidr: '10.244.1.0/24',
    first: '10.244.1.1',
    size: 256,
    block_count: 256,
    owner: 'node1',
    pods_inside: 0,
    pods_outside: 0,
  });
  expect(await ask('k8s.pod_cidr', { ip: '10.244.2.1' }, answers)).toMatchObject({ owner: '', pods_inside: 1 });
});

test('k8s.pod_cidr: a CNI with blocks of its own gives addresses from outside', async () => {
  const elsewhere = { items: [pod('a', { status: { podIP: '10.42.0.7' } })] };
  const answers = { '/api/v1/nodes': nodes, '/api/v1/pods': elsewhere, [controllerManager]: { items: [] } };
  expect(await ask('k8s.pod_cidr', {}, answers)).toMatchObject({ subnet: '', pods_inside: 0, pods_outside: 1 });
});

test('k8s.get: an object, a list, and what is not there; a refusal is no absence', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const answers = {
    [`${path}/web`]: { kind: 'Deployment', spec: { replicas: 2 } },
    [path]: { kind: 'List', items: [{}, {}] },
    '/api/v1/secrets': 403,
  };
  expect(await ask('k8s.get', { path: `${path}/web` }, answers)).toEqual({
    exists: true,
    object: { kind: 'Deployment', spec: { replicas: 2 } },
    items: [],
    count: 0,
  });
  expect(await ask('k8s.get', { path }, answers)).toEqual({
    exists: true,
    object: { kind: 'List', items: [] },
    items: [{}, {}],
    count: 2,
  });
  expect(await ask('k8s.get', { path: `${path}/nosuch` }, answers)).toMatchObject({ exists: false, object: {} });
  await expect(ask('k8s.get', { path: '/api/v1/secrets' }, answers)).rejects.toMatchObject({ code: 'PROBE_FAILED' });
});

test('a room without a cluster cannot be asked', async () => {
  await expect(observe('k8s.nodes', {}, fakeExecutor('node1', {}))).rejects.toMatchObject({ code: 'PROBE_FAILED' });
});
