import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const twoBridges = `
ip netns add pod1
ip netns add pod2
ip link add br0 type bridge
ip link add br1 type bridge
ip link add veth1 type veth peer name eth0 netns pod1
ip link add veth2 type veth peer name eth0 netns pod2
ip link set veth1 master br0
ip addr add 10.0.0.1/24 dev br0
ip link set br0 up
`;

test('a bridge with both veths as ports', async () => {
  await withWorld(`${twoBridges}\nip link set veth2 master br0 up`, async (node) => {
    expect(await observe('net.bridge', { name: 'br0' }, node)).toEqual({
      netns_exists: true,
      exists: true,
      kind: 'bridge',
      up: true,
      members: ['veth1', 'veth2'],
      members_up: ['veth2'],
      ip: '10.0.0.1',
      addresses: ['10.0.0.1/24'],
      mac: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
      mtu: 1500,
      vlan_filtering: false,
      learned: 0,
    });
  });
});

test('a veth on another bridge is no member of this one', async () => {
  await withWorld(`${twoBridges}\nip link set veth2 master br1`, async (node) => {
    expect((await observe('net.bridge', { name: 'br0' }, node)).members).toEqual(['veth1']);
    expect(await observe('net.bridge', { name: 'br1' }, node)).toMatchObject({
      members: ['veth2'],
      up: false,
      addresses: [],
    });
  });
});

test('a bridge learns the address of a neighbour that spoke', async () => {
  const script = `${twoBridges}
ip link set veth1 up
ip -n pod1 link set eth0 up
ip -n pod1 addr add 10.0.0.2/24 dev eth0
ping -c 1 -W 2 10.0.0.2`;
  await withWorld(script, async (node) => {
    expect((await observe('net.bridge', { name: 'br0' }, node)).learned).toBe(1);
  });
});

test('a veth of the right name is not a bridge', async () => {
  await withWorld('ip link add br0 type veth peer name other', async (node) => {
    expect(await observe('net.bridge', { name: 'br0' }, node)).toMatchObject({
      exists: false,
      kind: 'veth',
      members: [],
    });
  });
});

test('no bridge, and no namespace, are answers', async () => {
  await withWorld('ip netns add pod1', async (node) => {
    expect(await observe('net.bridge', { name: 'br0' }, node)).toMatchObject({ exists: false, kind: '' });
    expect(await observe('net.bridge', { name: 'br0', netns: 'pod1' }, node)).toMatchObject({ netns_exists: true });
    expect(await observe('net.bridge', { name: 'br0', netns: 'pod2' }, node)).toMatchObject({ netns_exists: false });
  });
});
