import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const pair = `
ip netns add pod1
ip link add veth1 type veth peer name eth0 netns pod1
ip addr add 10.0.0.1/24 dev veth1
ip link set veth1 up
ip -n pod1 addr add 10.0.0.2/24 dev eth0
ip -n pod1 link set eth0 up
ip -n pod1 link set lo up
`;

test('a neighbour that answers is reached, in both directions', async () => {
  await withWorld(pair, async (node) => {
    expect(await observe('net.reach', { to: '10.0.0.2', count: 2 }, node)).toMatchObject({
      to: '10.0.0.2',
      reached: true,
      sent: 2,
      received: 2,
      loss_percent: 0,
      no_route: false,
      rtt_ms: expect.any(Number),
    });
    expect((await observe('net.reach', { to: '10.0.0.1', netns: 'pod1', count: 1 }, node)).reached).toBe(true);
  });
});

test('nobody at the address is an answer and no error', async () => {
  await withWorld(pair, async (node) => {
    expect(await observe('net.reach', { to: '10.0.0.3', count: 1 }, node)).toMatchObject({
      reached: false,
      received: 0,
      loss_percent: 100,
      rtt_ms: 0,
      no_route: false,
    });
  });
});

test.each([
  ['no route', ''],
  ['a blackhole', 'ip route add blackhole 192.0.2.0/24'],
  ['a prohibited network', 'ip route add prohibit 192.0.2.0/24'],
])('%s keeps the packet at home, and the probe says so', async (_title, script) => {
  await withWorld(`${pair}${script}`, async (node) => {
    expect(await observe('net.reach', { to: '192.0.2.1', count: 1 }, node)).toMatchObject({
      reached: false,
      no_route: true,
    });
  });
});

test('a packet of the size of the MTU passes, one byte more does not', async () => {
  await withWorld(`${pair}\nip link set veth1 mtu 1450`, async (node) => {
    expect((await observe('net.reach', { to: '10.0.0.2', count: 1, mtu: 1450 }, node)).reached).toBe(true);
    expect(await observe('net.reach', { to: '10.0.0.2', count: 1, mtu: 1451 }, node)).toMatchObject({
      reached: false,
      no_route: true,
    });
  });
});

test('a TCP port is reached only where something listens', async () => {
  const script = `${pair}
ip netns exec pod1 busybox httpd -p 10.0.0.2:8080
ip netns exec pod1 busybox httpd -p 127.0.0.1:8081`;
  await withWorld(script, async (node) => {
    expect(await observe('net.reach', { to: '10.0.0.2', port: 8080, count: 2 }, node)).toMatchObject({
      reached: true,
      sent: 2,
      received: 2,
    });
    expect(await observe('net.reach', { to: '10.0.0.2', port: 8081 }, node)).toMatchObject({
      reached: false,
      timed_out: false,
    });
  });
});

test('a port behind a silent firewall times out', async () => {
  const script = `${pair}
ip netns exec pod1 nft 'add table ip f; add chain ip f in { type filter hook input priority 0; policy drop; }'`;
  await withWorld(script, async (node) => {
    expect(await observe('net.reach', { to: '10.0.0.2', port: 8080, count: 1 }, node)).toMatchObject({
      reached: false,
      timed_out: true,
    });
  });
});

test('the name of a node stands for its first address', async () => {
  await withWorld('ip addr add 192.168.122.12/32 dev lo', async (node) => {
    expect(await observe('net.reach', { to: 'node2', count: 1 }, node)).toMatchObject({
      to: '192.168.122.12',
      reached: true,
    });
    await expect(observe('net.reach', { to: 'node3' }, node)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('a namespace that is not there is an error, for "not reached" would be a lie', async () => {
  await withWorld('', async (node) => {
    await expect(observe('net.reach', { to: '10.0.0.2', netns: 'pod1' }, node)).rejects.toMatchObject({
      code: 'PROBE_FAILED',
      hint: 'Make it with: ip netns add pod1',
    });
  });
});
