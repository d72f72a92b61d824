import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const pod = `
ip netns add pod1
ip link add veth1 type veth peer name eth0 address 02:00:00:00:00:02 mtu 1400 netns pod1
ip -n pod1 addr add 10.0.0.2/24 dev eth0
ip -n pod1 link set eth0 up
`;

test('address, MAC, MTU and state of an interface in a namespace', async () => {
  await withWorld(`${pod}\nip link set veth1 up`, async (node) => {
    expect(await observe('net.addr', { netns: 'pod1', iface: 'eth0' }, node)).toEqual({
      netns_exists: true,
      exists: true,
      iface: 'eth0',
      ip: '10.0.0.2',
      prefix: 24,
      addresses: ['10.0.0.2/24'],
      mac: '02:00:00:00:00:02',
      mtu: 1400,
      up: true,
      carrier: true,
      operstate: 'UP',
      kind: 'veth',
      master: '',
      owner: '',
      interfaces: ['eth0'],
    });
  });
});

test('an interface that is up while its other end is down shows it', async () => {
  await withWorld(pod, async (node) => {
    const seen = await observe('net.addr', { netns: 'pod1', iface: 'eth0' }, node);
    expect([seen.up, seen.carrier]).toEqual([true, false]);
  });
});

test('the owner of an address is found by the whole address, not by its beginning', async () => {
  const script = 'ip link add br0 type bridge; ip addr add 10.0.0.20/24 dev br0; ip addr add 10.0.0.3/32 dev br0';
  await withWorld(script, async (node) => {
    expect(await observe('net.addr', { ip: '10.0.0.3' }, node)).toMatchObject({
      exists: true,
      owner: 'br0',
      iface: 'br0',
      ip: '10.0.0.3',
      prefix: 32,
      addresses: ['10.0.0.20/24', '10.0.0.3/32'],
    });
    expect(await observe('net.addr', { ip: '10.0.0.2' }, node)).toMatchObject({
      exists: false,
      owner: '',
      iface: '',
      ip: '',
    });
  });
});

test('without an interface the addresses of all are listed, but those of lo', async () => {
  await withWorld('ip link add br0 type bridge; ip addr add 10.0.0.1/24 dev br0', async (node) => {
    expect(await observe('net.addr', {}, node)).toMatchObject({ exists: true, iface: '', addresses: ['10.0.0.1/24'] });
  });
  await withWorld('', async (node) => {
    expect(await observe('net.addr', {}, node)).toMatchObject({ exists: false, addresses: [], interfaces: [] });
  });
});

test('the address on the node instead of in the pod is not the address of the pod', async () => {
  const script = 'ip netns add pod1; ip link add eth0 type bridge; ip addr add 10.0.0.2/24 dev eth0';
  await withWorld(script, async (node) => {
    expect(await observe('net.addr', { netns: 'pod1', iface: 'eth0' }, node)).toMatchObject({ exists: false, ip: '' });
  });
});
