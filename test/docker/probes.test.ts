import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DockerRoom, describeDocker, freshStack, newPlace, type Place } from '../support/docker-room.ts';
import { observe } from '../support/probing.ts';

const forEver = ['podlab/box:1', 'sleep', 'infinity'] as const;
const noEndpoint = { ip: '', mac: '', gateway: '', sandbox_key: '' };
const inHostMode = { same_netns_as_node: true, veth: '', bridge: '', ip: '', shared_with: [] };

// The example of the workshop: two pods, and beside them everything that one could take for a member of docker0.
describeDocker('probes of a live dockerd', () => {
  let place: Place;
  let room: DockerRoom;
  const ask = (probe: string, args: Record<string, string>) => observe(probe, args, room.node, room.topology);
  const run = (name: string, ...args: readonly string[]) => room.docker('run', '--detach', '--name', name, ...args);

  beforeAll(async () => {
    place = newPlace();
    room = await place.up(freshStack('probes'));
    await run('k8s_POD_cassandra', 'podlab/pause:1');
    await run('k8s_POD_controller', 'podlab/pause:1');
    await run('k8s_POD_proxy', '--network', 'host', 'podlab/pause:1');
    const server = ['podlab/box:1', 'httpd', '-f', '-p', '9042'];
    await run('k8s_cassandra_cassandra', '--network', 'container:k8s_POD_cassandra', ...server);
    await run('k8s_controller_controller', '--network', 'container:k8s_POD_controller', ...forEver);
    await run('k8s_proxy_proxy', '--network', 'container:k8s_POD_proxy', ...forEver);
    await room.docker('network', 'create', '--subnet', '172.30.0.0/24', 'apart');
    await run('apart-1', '--network', 'apart', ...forEver);
    await run('closed', '--network', 'none', ...forEver);
    await run('done', 'podlab/box:1', 'true');
    await room.docker('wait', 'done');
  });

  afterAll(() => place.leave());

  test('docker.network: members are the pause containers, the others are sorted by what keeps them off the bridge', async () => {
    expect(await ask('docker.network', {})).toMatchObject({
      exists: true,
      driver: 'bridge',
      bridge: 'docker0',
      subnet: '172.17.0.0/16',
      gateway: '172.17.0.1',
      containers: [
        { name: 'k8s_POD_cassandra', ipv4: '172.17.0.2' },
        { name: 'k8s_POD_controller', ipv4: '172.17.0.3' },
      ],
      count: 2,
      joined: ['k8s_cassandra_cassandra', 'k8s_controller_controller'],
      host_network: ['k8s_POD_proxy', 'k8s_proxy_proxy'],
      elsewhere: ['apart-1', 'closed'],
      stopped: ['done'],
    });
  });

  test('docker.network: another network is another bridge; one with a name that only begins alike is none', async () => {
    expect(await ask('docker.network', { name: 'apart' })).toMatchObject({
      exists: true,
      bridge: expect.stringMatching(/^br-[0-9a-f]{12}$/),
      subnet: '172.30.0.0/24',
      gateway: '172.30.0.1',
      names: ['apart-1'],
    });
    expect(await ask('docker.network', { name: 'apar' })).toMatchObject({ exists: false, bridge: '', names: [] });
    expect(await ask('docker.network', { name: 'host' })).toMatchObject({ exists: true, driver: 'host', bridge: '' });
  });

  test('docker.network: a bridge that has the ports is the one that the kernel shows', async () => {
    const { bridge } = await ask('docker.network', { name: 'apart' });
    const { veth } = await ask('docker.container', { name: 'apart-1' });
    expect((await ask('net.bridge', { name: bridge })).members).toEqual([veth]);
    const pods = ['k8s_POD_cassandra', 'k8s_POD_controller'];
    const veths = await Promise.all(pods.map(async (name) => (await ask('docker.container', { name })).veth));
    expect((await ask('net.bridge', { name: 'docker0' })).members).toEqual(veths.toSorted());
    expect((await ask('net.veths', {})).count).toBe(3);
  });

  test('docker.container: the pause container owns what the application container only uses', async () => {
    const pause = await ask('docker.container', { name: 'k8s_POD_cassandra' });
    expect(pause).toMatchObject({
      running: true,
      image: 'podlab/pause:1',
      network_mode: 'bridge',
      netns_of: '',
      shared_with: ['k8s_cassandra_cassandra'],
      ip: '172.17.0.2',
      mac: '02:42:ac:11:00:02',
      gateway: '172.17.0.1',
      bridge: 'docker0',
      ports: [9042],
    });
    expect(await ask('docker.container', { name: 'k8s_cassandra_cassandra' })).toMatchObject({
      running: true,
      network_mode: 'container:k8s_POD_cassandra',
      netns_of: 'k8s_POD_cassandra',
      shared_with: ['k8s_POD_cassandra'],
      netns_inode: pause.netns_inode,
      veth: pause.veth,
      ports: [9042],
      ...noEndpoint,
    });
  });

  test('docker.container: the neighbour pod is as like as can be, in another namespace with another cable', async () => {
    const pause = await ask('docker.container', { name: 'k8s_POD_cassandra' });
    const other = await ask('docker.container', { name: 'k8s_controller_controller' });
    expect(other).toMatchObject({ netns_of: 'k8s_POD_controller', bridge: 'docker0', ports: [] });
    expect(other.netns_inode).not.toBe(pause.netns_inode);
    expect(other.veth).not.toBe(pause.veth);
  });

  test('docker.container: host mode and what joins it are on the node; `none` has a namespace without a cable', async () => {
    expect(await ask('docker.container', { name: 'k8s_POD_proxy' })).toMatchObject({
      network_mode: 'host',
      ...inHostMode,
    });
    expect(await ask('docker.container', { name: 'k8s_proxy_proxy' })).toMatchObject({
      network_mode: 'container:k8s_POD_proxy',
      ...inHostMode,
    });
    expect(await ask('docker.container', { name: 'closed' })).toMatchObject({
      network_mode: 'none',
      same_netns_as_node: false,
      veth: '',
      bridge: '',
      ip: '',
    });
  });

  test('docker.container: one that has ended exists, one of another name does not', async () => {
    expect(await ask('docker.container', { name: 'done' })).toMatchObject({ exists: true, running: false, pid: 0 });
    expect(await ask('docker.container', { name: 'don' })).toMatchObject({ exists: false, running: false, pid: 0 });
  });

  test('docker.containers: an address has one owner and several users, also on another network', async () => {
    expect(await ask('docker.containers', { ip: '172.17.0.2' })).toMatchObject({
      count: 8,
      stopped: ['done'],
      host_network: ['k8s_POD_proxy', 'k8s_proxy_proxy'],
      shared: ['k8s_cassandra_cassandra', 'k8s_controller_controller', 'k8s_proxy_proxy'],
      owner: 'k8s_POD_cassandra',
      users: ['k8s_POD_cassandra', 'k8s_cassandra_cassandra'],
    });
    expect((await ask('docker.containers', { ip: '172.30.0.2' })).owner).toBe('apart-1');
  });

  test('docker.containers: the addresses of the bridge and of the node are owned by no container', async () => {
    for (const ip of ['172.17.0.1', '192.168.122.11', '172.17.0.22']) {
      expect(await ask('docker.containers', { ip })).toMatchObject({ owner: '', users: [] });
    }
  });
});
