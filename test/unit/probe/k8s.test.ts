import { expect, test } from 'vitest';
import { fakeApi } from '../../support/fake-api.ts';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const node1 = fakeExecutor('node1', {
  'find /var/lib/data/ -mindepth 1 -maxdepth 1 -printf %y %s %f\\n': 'f 5 log.txt\nd 4096 sub dir\nf 7 a\n',
  'head -c 4096 /var/lib/data/log.txt': 'kept\n',
  'head -c 4096 /var/lib/data/other': { exitCode: 1 },
  'find /var/lib/kubelet/pods/uid-own/volumes/kubernetes.io~empty-dir/scratch/ -mindepth 1 -maxdepth 1 -printf %y %s %f\\n':
    { exitCode: 1 },
});
const ask = (probe: string, args: Record<string, string>, answers: Readonly<Record<string, unknown>>) =>
  observe(probe, args, node1, twoNodes, fakeApi(answers));

const pod = (name: string, more: { spec?: object; status?: object; metadata?: object } = {}) => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}`, ...more.metadata },
  spec: { nodeName: 'node1', containers: [{ name: 'web', image: 'podlab.local/box:1' }], ...more.spec },
  status: { phase: 'Running', podIP: '10.244.0.9', ...more.status },
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

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
const flags = (...command: string[]) => ({ items: [pod('x', { spec: { containers: [{ name: 'x', command }] } })] });

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

const service = (namespace: string, name: string, clusterIP: string) => ({
  metadata: { namespace, name },
  spec: { clusterIP, clusterIPs: [clusterIP] },
});
const services = {
  items: [
    service('default', 'kubernetes', '10.96.0.1'),
    service('kube-system', 'kube-dns', '10.96.0.10'),
    service('default', 'headless', 'None'),
  ],
};
const cidrs = '/apis/networking.k8s.io/v1/servicecidrs';

test('k8s.service_cidr: neither the first nor the last address can be given away', async () => {
  const answers = {
    [cidrs]: { items: [{ spec: { cidrs: ['fd00::/112', '10.96.0.0/12'] } }] },
    '/api/v1/services': services,
  };
  const seen = await ask('k8s.service_cidr', { ip: '10.111.255.255' }, answers);
  expect(seen).toMatchObject({
    cidr: '10.96.0.0/12',
    cidrs: ['10.96.0.0/12'],
    source: 'ServiceCIDR',
    first: '10.96.0.1',
    last: '10.111.255.254',
    size: 1_048_576,
    allocatable: 1_048_574,
    in_use: 2,
    free: 1_048_572,
    kubernetes_ip: '10.96.0.1',
    dns_ip: '10.96.0.10',
    contains: true,
    allocatable_ip: false,
    owner: '',
  });
  expect(await ask('k8s.service_cidr', { ip: '10.96.0.10' }, answers)).toMatchObject({
    allocatable_ip: true,
    owner: 'kube-system/kube-dns',
  });
  expect(await ask('k8s.service_cidr', { ip: '10.112.0.0' }, answers)).toMatchObject({ contains: false });
});

test('k8s.service_cidr: an API server without such objects has a flag', async () => {
  const apiServer = '/api/v1/namespaces/kube-system/pods?labelSelector=component=kube-apiserver';
  const answers = {
    [apiServer]: flags('kube-apiserver', '--service-cluster-ip-range=10.50.0.0/24'),
    '/api/v1/services': services,
  };
  expect(await ask('k8s.service_cidr', {}, answers)).toMatchObject({
    cidr: '10.50.0.0/24',
    source: 'flag',
    allocatable: 254,
    in_use: 0,
  });
  await expect(
    ask('k8s.service_cidr', {}, { [apiServer]: { items: [] }, '/api/v1/services': services }),
  ).rejects.toThrow('tells no IPv4 range');
});

const web = '/api/v1/namespaces/default/services?fieldSelector=metadata.name=web';
const slices =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=web';

test('k8s.service: endpoints that are not ready get no traffic; absent conditions mean ready', async () => {
  const ports = [{ name: 'http', port: 8080, protocol: 'TCP' }];
  const to = (name: string, ip: string, conditions: object | undefined) => ({
    addresses: [ip],
    nodeName: 'node1',
    targetRef: { kind: 'Pod', name },
    conditions,
  });
  const seen = await ask(
    'k8s.service',
    { name: 'web' },
    {
      [web]: {
        items: [
          {
            metadata: { name: 'web' },
            spec: {
              type: 'LoadBalancer',
              clusterIP: '10.96.1.1',
              ports: [{ name: 'http', port: 80, targetPort: 'web', nodePort: 30080 }],
            },
            status: { loadBalancer: { ingress: [{ ip: '192.168.39.200' }, { hostname: 'lb.example' }] } },
          },
        ],
      },
      [slices]: {
        items: [
          {
            addressType: 'IPv4',
            ports,
            endpoints: [to('b', '10.244.0.10', undefined), to('a', '10.244.0.9', { ready: true })],
          },
          { addressType: 'IPv4', ports, endpoints: [to('c', '10.244.1.1', { ready: false })] },
          { addressType: 'IPv6', ports, endpoints: [to('a', 'fd00::9', { ready: true })] },
        ],
      },
    },
  );
  expect(seen).toMatchObject({
    exists: true,
    type: 'LoadBalancer',
    port: 80,
    node_port: 30080,
    ports: [{ name: 'http', protocol: 'TCP', port: 80, target_port: 'web', node_port: 30080 }],
    targets: ['10.244.0.9:8080', '10.244.0.10:8080'],
    ready_count: 2,
    not_ready_count: 1,
    slices: 3,
    ingress_ips: ['192.168.39.200'],
    pending: false,
  });
});

test('k8s.service: headless, pending and absent ones', async () => {
  const of = (spec: object) => ({ [web]: { items: [{ metadata: { name: 'web' }, spec }] }, [slices]: { items: [] } });
  expect(await ask('k8s.service', { name: 'web' }, of({ type: 'ClusterIP', clusterIP: 'None' }))).toMatchObject({
    headless: true,
    cluster_ip: '',
  });
  expect(await ask('k8s.service', { name: 'web' }, of({ type: 'LoadBalancer', clusterIP: '10.96.1.1' }))).toMatchObject(
    {
      pending: true,
      ingress_ips: [],
    },
  );
  expect(await ask('k8s.service', { name: 'web' }, { [web]: { items: [] }, [slices]: { items: [] } })).toMatchObject({
    exists: false,
    pending: false,
    headless: false,
  });
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

test('a room without a cluster cannot be asked', async () => {
  await expect(observe('k8s.nodes', {}, node1)).rejects.toMatchObject({ code: 'PROBE_FAILED' });
});
