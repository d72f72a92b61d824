import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

// eth0 is what the driver lays: its other end is in a namespace without a name here.
const room = `
unshare --net sleep 1000 & far=$!
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add eth0 type veth peer name node1-0 netns $far
ip netns add pod1
ip netns add pod2
ip link add veth1 type veth peer name eth0 netns pod1
ip link add veth2 type veth peer name eth0 netns pod2
ip link add br0 type bridge
ip link set veth1 master br0 up
`;

test('a veth to a named namespace is paired with its peer there, and the uplink does not count', async () => {
  await withWorld(room, async (node) => {
    const seen = await observe('net.veths', { peer: 'netns' }, node);
    expect(seen).toMatchObject({
      netns_exists: true,
      count: 2,
      names: ['veth1', 'veth2'],
      first: 'veth1',
      uplinks: ['eth0'],
    });
    expect(seen.pairs).toEqual([
      {
        name: 'veth1',
        ifindex: 3,
        up: true,
        master: 'br0',
        peer_kind: 'netns',
        peer_ifindex: 2,
        peer: 'eth0',
        peer_netns: 'pod1',
        pod: '',
        namespace: '',
      },
      {
        name: 'veth2',
        ifindex: 4,
        up: false,
        master: '',
        peer_kind: 'netns',
        peer_ifindex: 2,
        peer: 'eth0',
        peer_netns: 'pod2',
        pod: '',
        namespace: '',
      },
    ]);
  });
});

test('a veth to a namespace without a name counts, unlike the uplink beside it', async () => {
  const script = `${room}\nip link add cable type veth peer name other netns $far`;
  await withWorld(script, async (node) => {
    const seen = await observe('net.veths', { peer: 'netns' }, node);
    expect(seen.names).toEqual(['veth1', 'veth2', 'cable']);
    expect(seen.pairs[2]).toMatchObject({ peer: '', peer_netns: '', peer_kind: 'netns' });
  });
});

test('a pair with both ends on the node leads to no pod', async () => {
  await withWorld(`${room}\nip link add name a type veth peer name b`, async (node) => {
    expect((await observe('net.veths', { peer: 'netns' }, node)).count).toBe(2);
    const local = await observe('net.veths', { peer: 'local' }, node);
    expect(local.pairs.map((pair: { name: string; peer: string }) => [pair.name, pair.peer])).toEqual([
      ['b', 'a'],
      ['a', 'b'],
    ]);
    expect((await observe('net.veths', {}, node)).count).toBe(4);
  });
});

test('seen from inside a namespace, the other end is on the node', async () => {
  await withWorld(room, async (node) => {
    const seen = await observe('net.veths', { netns: 'pod2', peer: 'host' }, node);
    expect(seen.pairs).toEqual([
      {
        name: 'eth0',
        ifindex: 2,
        up: false,
        master: '',
        peer_kind: 'host',
        peer_ifindex: 4,
        peer: 'veth2',
        peer_netns: '',
        pod: '',
        namespace: '',
      },
    ]);
  });
});

test('a cable between two namespaces is not one to the node, although the indices agree', async () => {
  const script = `
ip netns add pod1
ip netns add pod2
ip link add veth1 type veth peer name eth0 netns pod1
ip -n pod1 link add eth1 type veth peer name eth1 netns pod2
`;
  await withWorld(script, async (node) => {
    const seen = await observe('net.veths', { netns: 'pod1' }, node);
    expect(
      seen.pairs.map((pair: Record<string, unknown>) => [pair.name, pair.peer_kind, pair.peer, pair.peer_netns]),
    ).toEqual([
      ['eth0', 'host', 'veth1', ''],
      ['eth1', 'netns', 'eth1', 'pod2'],
    ]);
    expect((await observe('net.veths', { netns: 'pod1', peer_netns: 'pod2' }, node)).first).toBe('eth1');
  });
});

test('a namespace that is not there has no veths, and says so', async () => {
  await withWorld('', async (node) => {
    expect(await observe('net.veths', { netns: 'pod1' }, node)).toMatchObject({ netns_exists: false, count: 0 });
  });
});
