import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const below = 'ip link add br0 type bridge; ip addr add 192.168.39.11/24 dev br0; ip link set br0 up;';
const tunnel = `${below} ip link add vxlan0 type vxlan id 42 local 192.168.39.11 remote 192.168.39.12 dstport 4789 dev br0;`;

test('a tunnel with its id, ends, port and MTU', async () => {
  await withWorld(`${tunnel} ip addr add 10.244.1.0/32 dev vxlan0; ip link set vxlan0 up`, async (node) => {
    expect(await observe('net.vxlan', { name: 'vxlan0' }, node)).toEqual({
      netns_exists: true,
      exists: true,
      kind: 'vxlan',
      up: true,
      id: 42,
      local: '192.168.39.11',
      remote: '192.168.39.12',
      group: '',
      dstport: 4789,
      dev: 'br0',
      learning: true,
      mtu: 1450,
      mac: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
      master: '',
      addresses: ['10.244.1.0/32'],
    });
  });
});

test("another id, Linux's own port, a multicast group and no learning are seen", async () => {
  const script = `${below} ip link add vxlan0 type vxlan id 43 group 239.1.1.1 nolearning dev br0 dstport 0`;
  await withWorld(script, async (node) => {
    expect(await observe('net.vxlan', { name: 'vxlan0' }, node)).toMatchObject({
      id: 43,
      remote: '',
      group: '239.1.1.1',
      dstport: 8472,
      learning: false,
      up: false,
    });
  });
});

test('a bridge of that name is no tunnel', async () => {
  await withWorld('ip link add vxlan0 type bridge', async (node) => {
    expect(await observe('net.vxlan', { name: 'vxlan0' }, node)).toMatchObject({
      exists: false,
      kind: 'bridge',
      id: 0,
    });
  });
});

test('the forwarding entries of a tunnel', async () => {
  const script = `${tunnel} bridge fdb append 02:00:00:00:00:09 dev vxlan0 dst 192.168.39.13`;
  await withWorld(script, async (node) => {
    expect(await observe('net.fdb', { dev: 'vxlan0' }, node)).toEqual({
      netns_exists: true,
      exists: true,
      entries: [
        { mac: '02:00:00:00:00:09', dst: '192.168.39.13', permanent: true },
        { mac: '00:00:00:00:00:00', dst: '192.168.39.12', permanent: true },
      ],
      count: 2,
      dsts: ['192.168.39.12', '192.168.39.13'],
      flood: ['192.168.39.12'],
    });
    expect(await observe('net.fdb', { dev: 'vxlan1' }, node)).toMatchObject({ exists: false, entries: [] });
  });
});

test('an entry on another tunnel is not one of this tunnel', async () => {
  const script = `${below} ip link add vxlan0 type vxlan id 42 dstport 4789 dev br0; ip link add vxlan1 type vxlan id 43 dstport 4789 dev br0
bridge fdb append 00:00:00:00:00:00 dev vxlan1 dst 192.168.39.12`;
  await withWorld(script, async (node) => {
    expect((await observe('net.fdb', { dev: 'vxlan0' }, node)).flood).toEqual([]);
    expect((await observe('net.fdb', { dev: 'vxlan1' }, node)).flood).toEqual(['192.168.39.12']);
  });
});
