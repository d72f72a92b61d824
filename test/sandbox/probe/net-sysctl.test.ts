import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

test('a setting that is a number, one that is text, and one that is not there', async () => {
  await withWorld('echo 1 >/proc/sys/net/ipv4/ip_forward', async (node) => {
    const value = async (key: string) => observe('net.sysctl', { key }, node);
    expect(await value('net.ipv4.ip_forward')).toEqual({ netns_exists: true, exists: true, value: 1 });
    expect(await value('net.ipv4.conf.lo.forwarding')).toMatchObject({ value: 1 });
    expect((await value('net.ipv4.tcp_rmem')).value).toMatch(/^\d+\s+\d+\s+\d+$/);
    expect(await value('net.ipv4.ip_forwards')).toEqual({ netns_exists: true, exists: false, value: '' });
  });
});

test('a dot in an interface name is written as a slash, and no key leads out of net', async () => {
  await withWorld('ip link add br0.7 type bridge', async (node) => {
    expect(await observe('net.sysctl', { key: 'net.ipv4.conf.br0/7.forwarding' }, node)).toMatchObject({
      exists: true,
    });
    for (const key of ['kernel.hostname', 'net.//.kernel.hostname', 'net/../kernel/hostname', 'net']) {
      await expect(observe('net.sysctl', { key }, node)).rejects.toThrow('expected a key');
    }
  });
});

test('the setting of a namespace is its own', async () => {
  const script = 'ip netns add pod1; ip netns exec pod1 sh -c "echo 1 >/proc/sys/net/ipv4/ip_forward"';
  await withWorld(script, async (node) => {
    expect((await observe('net.sysctl', { key: 'net.ipv4.ip_forward', netns: 'pod1' }, node)).value).toBe(1);
    expect((await observe('net.sysctl', { key: 'net.ipv4.ip_forward' }, node)).value).toBe(0);
  });
});
