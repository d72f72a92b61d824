import { expect, test } from 'vitest';
import { type CannedAnswer, fakeExecutor } from '../../support/fake-executor.ts';
import { fixture } from '../../support/fixture.ts';
import { observe } from '../../support/probing.ts';

const ask = (answer: string | CannedAnswer) =>
  observe('net.veths', {}, fakeExecutor('node1', { 'ip -j -d link': answer, 'ip -j netns list-id': '' }));

test('a program that is missing names the Debian package', async () => {
  await expect(ask({ exitCode: 127 })).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: 'node1: there is no program `ip`',
    hint: 'Install it with: apt-get install iproute2',
  });
});

test('a program that is missing inside a namespace is named, not the one that enters it', async () => {
  const node = fakeExecutor('node1', {
    'ip -j netns list': '[{"name":"pod1"}]',
    'nsenter --net=/run/netns/pod1 -- ping -n -c 3 -i 0.2 -W 1 10.0.0.2': { exitCode: 127 },
  });
  await expect(observe('net.reach', { netns: 'pod1', to: '10.0.0.2' }, node)).rejects.toMatchObject({
    hint: 'Install it with: apt-get install iputils-ping',
  });
});

test.each([
  [
    'fails',
    { exitCode: 255, stderr: 'Operation not permitted\n' },
    'PROBE_FAILED',
    /exit code 255: Operation not permitted/,
  ],
  ['prints something else than JSON', 'Segmentation fault', 'PROBE_FAILED', /printed something unexpected/],
  ['prints JSON of another shape', '[{"ifname":7}]', 'PROBE_FAILED', /printed something unexpected/],
  ['never ends', { timedOut: true, exitCode: 137 }, 'TIMEOUT', /`ip -j -d link` took 1 ms/],
])('a program that %s is no observation', async (_title, answer, code, message) => {
  await expect(ask(answer)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('entries that ip filtered out, and no output at all, are no links', async () => {
  expect((await ask('[{},{}]')).count).toBe(0);
  expect((await ask('')).count).toBe(0);
});

test('a recorded node: one veth to a pod, one uplink', async () => {
  const read = (name: string) => fixture(import.meta.url, name);
  const node = fakeExecutor('node1', {
    'ip -j -d link': read('ip-6.1.0-pod-node-link.json'),
    'ip -j netns list-id': read('ip-6.1.0-pod-netns-list-id.json'),
    'ip -n pod1 -j -d link': read('ip-6.1.0-pod-inside-link.json'),
    'ip -j -4 addr': read('ip-6.1.0-pod-node-addr.json'),
    'bridge -j fdb': read('bridge-6.1.0-pod-node-fdb.json'),
  });
  expect(await observe('net.veths', { peer: 'netns' }, node)).toMatchObject({
    count: 1,
    uplinks: ['eth0'],
    pairs: [{ name: 'veth1', peer: 'eth0', peer_netns: 'pod1', master: 'br0' }],
  });
  expect(await observe('net.bridge', { name: 'br0' }, node)).toMatchObject({ members: ['veth1'], ip: '10.0.0.1' });
});

test('on a node of another name the same link is no uplink', async () => {
  const read = (name: string) => fixture(import.meta.url, name);
  const outside = fakeExecutor('outside', {
    'ip -j -d link': read('ip-6.1.0-pod-node-link.json'),
    'ip -j netns list-id': read('ip-6.1.0-pod-netns-list-id.json'),
    'ip -n pod1 -j -d link': read('ip-6.1.0-pod-inside-link.json'),
  });
  expect((await observe('net.veths', { on: 'outside' }, outside)).count).toBe(2);
});

test.each(['-batch', 'a/b', '../x', 'pod 1'])(
  'the namespace name "%s" is refused before anything runs',
  async (netns) => {
    await expect(observe('net.veths', { netns }, fakeExecutor('node1', {}))).rejects.toThrow(
      'expected the name of a network namespace',
    );
  },
);
