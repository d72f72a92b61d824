import { expect, test } from 'vitest';
import type { Executor } from '../../../src/host/host.ts';
import { parseContainers } from '../../../src/probe/cri-view.ts';
import { type CriRecord, criText } from '../../support/cri-text.ts';
import { fakeApi } from '../../support/fake-api.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const records: readonly CriRecord[] = [
  {
    id: 'c1',
    kind: 'container',
    pod: 'default/two',
    name: 'shell',
    pid: 11,
    startTicks: 168,
    inodes: [5, 6, 7, 31, 41],
  },
  { id: 's1', kind: 'sandbox', pod: 'default/two', pid: 10, netns: 'cni-two', inodes: [5, 6, 7, 30, 40] },
  {
    id: 'c2',
    kind: 'container',
    pod: 'default/two',
    name: 'server',
    pid: 12,
    startTicks: 150,
    inodes: [5, 6, 7, 32, 42],
  },
  { id: 's2', kind: 'sandbox', pod: 'kube-system/two', pid: 20, inodes: [1, 16, 17, 18, 19] },
  { id: 'c3', kind: 'container', pod: 'kube-system/two', name: 'proxy', pid: 21, inodes: [1, 16, 17, 28, 29] },
];

const pod = (namespace: string, name: string, node: string, more: object = {}) => ({
  metadata: { name, namespace, uid: `${namespace}-${name}` },
  spec: { nodeName: node, containers: [{ name: 'server' }], ...more },
  status: { phase: 'Running', podIP: '10.244.0.6' },
});

const api = fakeApi({
  '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=two': { items: [pod('default', 'two', 'node1')] },
  '/api/v1/namespaces/kube-system/pods?fieldSelector=metadata.name=two': {
    items: [pod('kube-system', 'two', 'node1')],
  },
  '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=tw': { items: [] },
});

const node: Executor = {
  name: 'node1',
  run: async (argv) => {
    const stdout = argv[0] === 'sh' ? criText(records) : argv[0] === 'readlink' ? 'net:[1]\n' : '';
    return { argv, exitCode: 0, stdout, stderr: '', timedOut: false, truncated: false, durationMs: 1 };
  },
};
const ask = (args: Record<string, string>) => observe('cri.containers', args, node, twoNodes, api);

test('members of a pod share the namespaces of its pause container, but see only their own processes and files', async () => {
  expect(await ask({ pod: 'two' })).toMatchObject({
    exists: true,
    names: ['server', 'shell'],
    pause_pid: 10,
    pause_command: '/pause',
    member_pids: [12, 11],
    shared: ['net', 'ipc', 'uts'],
    own: ['pid', 'mnt'],
    host_network: false,
    netns: 'cni-two',
    netns_inode: 5,
  });
});

test('a pod of the same name in another namespace is another one; in host mode it has no named namespace', async () => {
  expect(await ask({ pod: 'kube-system/two' })).toMatchObject({
    names: ['proxy'],
    pause_pid: 20,
    host_network: true,
    netns: '',
    netns_inode: 1,
  });
});

test('a name that only begins alike is nobody', async () => {
  expect(await ask({ pod: 'tw' })).toMatchObject({ exists: false, names: [], pause_pid: 0, shared: [], own: [] });
  await expect(ask({ pod: 'Two' })).rejects.toThrow('expected the name of a pod');
});

test('without a pod everything is listed, and containers are in the named namespace of their sandbox', async () => {
  const seen = await ask({});
  expect([seen.count, seen.sandboxes, seen.pods]).toEqual([3, 2, ['default/two', 'kube-system/two']]);
  expect(seen.containers.map((one: { name: string; netns: string }) => [one.name, one.netns])).toEqual([
    ['', 'cni-two'],
    ['server', 'cni-two'],
    ['shell', 'cni-two'],
    ['', ''],
    ['proxy', ''],
  ]);
});

test('a container that ended while it was looked at, or is none of the kubelet, is left out', () => {
  expect(parseContainers('')).toEqual([]);
  expect(parseContainers('id\x0099\0stat\0links\0{"process": {}}\0')).toEqual([]);
  const [other] = records;
  const text = criText(other === undefined ? [] : [other]).replace('"container"', '"podsandbox"');
  expect(parseContainers(text)).toEqual([]);
});

test('the name of a process in /proc may hold parentheses and blanks', () => {
  expect(parseContainers(criText(records)).map(({ startTicks }) => startTicks)).toEqual([100, 150, 168, 100, 100]);
});

test('start.time: the gap between pause and the last container is told to the hundredth of a second', async () => {
  const events = '/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid=default-two';
  const started = {
    ...pod('default', 'two', 'node1'),
    metadata: { name: 'two', namespace: 'default', uid: 'default-two', creationTimestamp: '2026-11-21T08:00:00Z' },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-21T08:00:01Z' },
        { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-21T08:00:09Z' },
      ],
      containerStatuses: [
        { name: 'server', restartCount: 0, state: { running: { startedAt: '2026-11-21T08:00:05Z' } } },
        { name: 'shell', restartCount: 0, state: { running: { startedAt: '2026-11-21T08:00:07Z' } } },
      ],
    },
  };
  const cluster = fakeApi({
    '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=two': { items: [started] },
    [events]: {
      items: [
        { reason: 'Scheduled', message: 'Successfully assigned default/two to node1' },
        { reason: 'Pulled', message: 'Container image "podlab.local/box:1" already present on machine' },
        {
          reason: 'Pulled',
          message:
            'Successfully pulled image "registry/agnhost:2" in 1.25s (2.1s including waiting). Image size: 17155110 bytes.',
        },
      ],
    },
  });
  expect(await observe('start.time', { pod: 'two' }, node, twoNodes, cluster)).toEqual({
    exists: true,
    ready: true,
    scheduled_s: 1,
    started_s: 7,
    ready_s: 9,
    pulled: true,
    pull_s: 1.25,
    pull_bytes: 17155110,
    images: [
      { image: 'podlab.local/box:1', pulled: false, seconds: 0, bytes: 0 },
      { image: 'registry/agnhost:2', pulled: true, seconds: 1.25, bytes: 17155110 },
    ],
    sandbox_to_container_s: 0.68,
  });
});

test('a pod that has not started has no times', async () => {
  const cluster = fakeApi({
    '/api/v1/namespaces/default/pods?fieldSelector=metadata.name=two': {
      items: [{ metadata: { name: 'two', namespace: 'default', uid: 'u', creationTimestamp: '2026-11-21T08:00:00Z' } }],
    },
    '/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid=u': { items: [] },
  });
  expect(await observe('start.time', { pod: 'two' }, node, twoNodes, cluster)).toMatchObject({
    exists: true,
    ready: false,
    scheduled_s: -1,
    started_s: -1,
    ready_s: -1,
    sandbox_to_container_s: -1,
  });
});
