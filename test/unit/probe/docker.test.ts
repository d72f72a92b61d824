import { expect, test } from 'vitest';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { fixture } from '../../support/fixture.ts';
import { observe } from '../../support/probing.ts';

const read = (name: string) => fixture(import.meta.url, name);
const inspected = JSON.parse(read('docker-28.2.2-inspect.json')) as { Id: string; Name: string }[];
const ids = inspected.map((container) => container.Id);

const tables = (pid: number) =>
  `grep -shE ^ *[0-9]+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} 0A  /proc/${pid}/net/tcp /proc/${pid}/net/tcp6`;
const nobodyListens = { exitCode: 1 };

// A pause container, one that joined it, one in host mode, one on a network of its own and one that has ended.
const node = fakeExecutor('node1', {
  'docker ps --all --quiet --no-trunc': `${ids.join('\n')}\n`,
  [`docker inspect --type container ${ids.join(' ')}`]: read('docker-28.2.2-inspect.json'),
  'docker network ls --no-trunc --format {{json .Name}}': '"bridge"\n"host"\n"labnet"\n"none"\n',
  'docker network inspect bridge': read('docker-28.2.2-network-bridge.json'),
  'docker network inspect labnet': read('docker-28.2.2-network-labnet.json'),
  'ip -j -4 addr': JSON.stringify([
    { ifname: 'docker0', addr_info: [{ family: 'inet', local: '172.17.0.1', prefixlen: 16 }] },
    { ifname: 'br-0ea9a1299dd2', addr_info: [{ family: 'inet', local: '172.30.0.1', prefixlen: 24 }] },
  ]),
  'ip -j -d link': read('ip-6.1.0-docker-node-link.json'),
  'readlink /proc/self/ns/net': 'net:[4026531840]\n',
  'readlink /proc/188/ns/net': 'net:[4026532255]\n',
  'readlink /proc/251/ns/net': 'net:[4026532255]\n',
  'readlink /proc/313/ns/net': 'net:[4026531840]\n',
  [tables(188)]: read('linux-6.18-proc-net-tcp.txt') + read('linux-6.18-proc-net-tcp6.txt'),
  [tables(251)]: read('linux-6.18-proc-net-tcp.txt') + read('linux-6.18-proc-net-tcp6.txt'),
  [tables(313)]: nobodyListens,
  'nsenter --target 188 --net -- ip -j -d link': read('ip-6.1.0-docker-pod-link.json'),
  'nsenter --target 251 --net -- ip -j -d link': read('ip-6.1.0-docker-pod-link.json'),
});

test('only the pause container is a member of the bridge, and the one in host mode is listed apart', async () => {
  expect(await observe('docker.network', {}, node)).toEqual({
    exists: true,
    driver: 'bridge',
    bridge: 'docker0',
    subnet: '172.17.0.0/16',
    gateway: '172.17.0.1',
    containers: [{ name: 'k8s_POD_cassandra', ipv4: '172.17.0.2', mac: '02:42:ac:11:00:02' }],
    names: ['k8s_POD_cassandra'],
    count: 1,
    joined: ['k8s_cassandra'],
    host_network: ['hosty'],
    elsewhere: ['web'],
    stopped: ['done'],
  });
});

test('a network of its own has another bridge and another member', async () => {
  expect(await observe('docker.network', { name: 'labnet' }, node)).toMatchObject({
    bridge: 'br-0ea9a1299dd2',
    subnet: '172.30.0.0/24',
    gateway: '172.30.0.1',
    names: ['web'],
    joined: [],
    elsewhere: ['k8s_POD_cassandra', 'k8s_cassandra'],
  });
  expect(await observe('docker.network', { name: 'lab' }, node)).toMatchObject({
    exists: false,
    names: [],
    bridge: '',
  });
});

test('the pause container owns the address and the veth', async () => {
  expect(await observe('docker.container', { name: 'k8s_POD_cassandra' }, node)).toEqual({
    exists: true,
    running: true,
    image: 'lab/tools:1',
    network_mode: 'bridge',
    netns_of: '',
    shared_with: ['k8s_cassandra'],
    pid: 188,
    netns_inode: 4026532255,
    same_netns_as_node: false,
    veth: 'veth3fd44f6',
    bridge: 'docker0',
    sandbox_key: '/run/docker/netns/02f15e20c4b0',
    ip: '172.17.0.2',
    mac: '02:42:ac:11:00:02',
    gateway: '172.17.0.1',
    ports: [80, 8080],
  });
});

test('the container that joined it has the same namespace and no address of its own', async () => {
  expect(await observe('docker.container', { name: 'k8s_cassandra' }, node)).toMatchObject({
    network_mode: 'container:k8s_POD_cassandra',
    netns_of: 'k8s_POD_cassandra',
    shared_with: ['k8s_POD_cassandra'],
    netns_inode: 4026532255,
    ip: '',
    sandbox_key: '',
    veth: 'veth3fd44f6',
    ports: [80, 8080],
  });
});

test('a container in host mode has neither veth nor bridge', async () => {
  expect(await observe('docker.container', { name: 'hosty' }, node)).toMatchObject({
    network_mode: 'host',
    same_netns_as_node: true,
    shared_with: [],
    veth: '',
    bridge: '',
    ip: '',
    ports: [],
  });
});

test('a container that has ended exists but does not run; one of another name does not exist', async () => {
  expect(await observe('docker.container', { name: 'done' }, node)).toMatchObject({
    exists: true,
    running: false,
    pid: 0,
    netns_inode: 0,
    ip: '',
    ports: [],
  });
  expect(await observe('docker.container', { name: 'k8s_POD' }, node)).toMatchObject({ exists: false, pid: 0 });
});

test('an address has one owner, and several users', async () => {
  const seen = await observe('docker.containers', { ip: '172.17.0.2' }, node);
  expect(seen).toMatchObject({
    names: ['hosty', 'k8s_POD_cassandra', 'k8s_cassandra', 'web'],
    count: 4,
    stopped: ['done'],
    host_network: ['hosty'],
    shared: ['k8s_cassandra'],
    owner: 'k8s_POD_cassandra',
    users: ['k8s_POD_cassandra', 'k8s_cassandra'],
  });
  expect(seen.containers[2]).toEqual({
    name: 'k8s_POD_cassandra',
    image: 'lab/tools:1',
    running: true,
    network_mode: 'bridge',
    netns_of: '',
    ips: ['172.17.0.2'],
    ip: '172.17.0.2',
  });
  expect(await observe('docker.containers', { ip: '172.17.0.20' }, node)).toMatchObject({ owner: '', users: [] });
});

test('a container that joined one in host mode is in host mode too, however long the way', async () => {
  const joined = inspected.map((container) => {
    const modes: Record<string, string> = { '/k8s_cassandra': 'container:hosty', '/web': 'container:k8s_cassandra' };
    const mode = modes[container.Name];
    const isolated = { NetworkSettings: { Networks: {} }, HostConfig: { NetworkMode: mode } };
    return mode === undefined ? container : { ...container, ...isolated };
  });
  const answers = {
    'docker ps --all --quiet --no-trunc': `${ids.join('\n')}\n`,
    [`docker inspect --type container ${ids.join(' ')}`]: JSON.stringify(joined),
  };
  const seen = await observe('docker.containers', { ip: '172.17.0.2' }, fakeExecutor('node1', answers));
  expect(seen).toMatchObject({ host_network: ['hosty', 'k8s_cassandra', 'web'], users: ['k8s_POD_cassandra'] });
});

test('no container at all is an answer, no daemon is not', async () => {
  const empty = fakeExecutor('node1', { 'docker ps --all --quiet --no-trunc': '' });
  expect(await observe('docker.containers', {}, empty)).toMatchObject({ count: 0, containers: [] });
  const dead = fakeExecutor('node1', {
    'docker ps --all --quiet --no-trunc': {
      exitCode: 1,
      stderr: 'Cannot connect to the Docker daemon at unix:///run/docker.sock.',
    },
  });
  await expect(observe('docker.containers', {}, dead)).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: expect.stringContaining('Cannot connect to the Docker daemon'),
  });
});
