import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const link = 'ip link add br0 type bridge; ip addr add 192.168.39.11/24 dev br0; ip link set br0 up;';

test("the route to the other node's pods goes by that node", async () => {
  await withWorld(`${link} ip route add 10.244.2.0/24 via 192.168.39.12 proto static mtu lock 1400`, async (node) => {
    expect(await observe('net.route', { to: '10.244.2.7' }, node)).toEqual({
      netns_exists: true,
      found: true,
      dst: '10.244.2.0/24',
      via: '192.168.39.12',
      dev: 'br0',
      src: '192.168.39.11',
      proto: 'static',
      mtu: 1400,
      has_default: false,
      default_via: '',
      default_dev: '',
      routes: [
        {
          dst: '10.244.2.0/24',
          via: '192.168.39.12',
          dev: 'br0',
          proto: 'static',
          scope: 'global',
          src: '',
          type: 'unicast',
          metric: 0,
          nexthops: [],
        },
        {
          dst: '192.168.39.0/24',
          via: '',
          dev: 'br0',
          proto: 'kernel',
          scope: 'link',
          src: '192.168.39.11',
          type: 'unicast',
          metric: 0,
          nexthops: [],
        },
      ],
      count: 2,
      forwarding: false,
    });
  });
});

test('the default route that also leads there is told apart from a route of its own', async () => {
  await withWorld(`${link} ip route add default via 192.168.39.1`, async (node) => {
    expect(await observe('net.route', { to: '10.244.2.7' }, node)).toMatchObject({
      found: true,
      dst: 'default',
      via: '192.168.39.1',
      proto: 'boot',
      has_default: true,
      default_via: '192.168.39.1',
      default_dev: 'br0',
    });
  });
});

test('a more specific route by another gateway wins', async () => {
  const script = `${link} ip route add 10.244.2.0/24 via 192.168.39.12; ip route add 10.244.2.0/25 via 192.168.39.13`;
  await withWorld(script, async (node) => {
    expect(await observe('net.route', { to: '10.244.2.7' }, node)).toMatchObject({
      via: '192.168.39.13',
      dst: '10.244.2.0/25',
    });
  });
});

test.each([
  ['no route', ''],
  ['a blackhole', 'ip route add blackhole 10.244.2.0/24'],
  ['an unreachable route', 'ip route add unreachable 10.244.2.0/24'],
])('%s is no way to get there', async (_title, script) => {
  await withWorld(`${link} ${script}`, async (node) => {
    expect(await observe('net.route', { to: '10.244.2.7' }, node)).toMatchObject({
      found: false,
      via: '',
      dst: '',
      dev: '',
    });
  });
});

test('an address of its own is reached over lo', async () => {
  await withWorld(link, async (node) => {
    expect(await observe('net.route', { to: '192.168.39.11' }, node)).toMatchObject({
      found: true,
      dev: 'lo',
      dst: '192.168.39.11',
      via: '',
    });
  });
});

test('forwarding is read in the namespace that is asked', async () => {
  await withWorld('echo 1 >/proc/sys/net/ipv4/ip_forward; ip netns add pod1', async (node) => {
    expect((await observe('net.route', {}, node)).forwarding).toBe(true);
    const inPod = await observe('net.route', { netns: 'pod1' }, node);
    expect([inPod.netns_exists, inPod.forwarding]).toEqual([true, false]);
    await node.run(['nsenter', '--net=/run/netns/pod1', 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
    await node.run(['sh', '-c', 'echo 0 >/proc/sys/net/ipv4/ip_forward']);
    expect((await observe('net.route', { netns: 'pod1' }, node)).forwarding).toBe(true);
    expect((await observe('net.route', {}, node)).forwarding).toBe(false);
  });
});

test('several next hops are listed', async () => {
  const script = `${link} ip route add 10.9.0.0/16 nexthop via 192.168.39.12 nexthop via 192.168.39.13`;
  await withWorld(script, async (node) => {
    expect((await observe('net.route', {}, node)).routes[0]).toMatchObject({
      dst: '10.9.0.0/16',
      nexthops: ['192.168.39.12', '192.168.39.13'],
    });
  });
});
