import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';
import { withWorld } from '../../support/world.ts';

const masquerade = `nft -f - <<'END'
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat
    ip saddr 10.244.1.0/24 ip daddr != 10.244.0.0/16 oifname "eth0" masquerade
  }
}
END`;

test('a masquerade rule with its conditions', async () => {
  await withWorld(masquerade, async (node) => {
    expect(await observe('net.nat', { action: 'masquerade', saddr: '10.244.1.0/24' }, node)).toEqual({
      netns_exists: true,
      exists: true,
      count: 1,
      rules: [
        {
          hook: 'postrouting',
          action: 'masquerade',
          saddr: '10.244.1.0/24',
          daddr: '!= 10.244.0.0/16',
          iif: '',
          oif: 'eth0',
          proto: '',
          dport: '',
          other: [],
          targets: [],
          balance: '',
        },
      ],
      sources: ['10.244.1.0/24'],
      targets: [],
      hooks: ['postrouting'],
      balance: '',
    });
  });
});

test('masquerade for another network is not masquerade for this one', async () => {
  await withWorld(masquerade, async (node) => {
    expect((await observe('net.nat', { action: 'masquerade', saddr: '10.244.2.0/24' }, node)).exists).toBe(false);
    expect((await observe('net.nat', { action: 'snat' }, node)).exists).toBe(false);
    expect((await observe('net.nat', {}, node)).sources).toEqual(['10.244.1.0/24']);
  });
});

const service = (hooks: string) => `nft -f - <<'END'
table ip services {
  chain web {
    ip daddr 10.96.0.10 tcp dport 80 dnat to numgen random mod 2 map { 0 : 10.244.1.2, 1 : 10.244.2.2 }
  }
  ${hooks}
}
END`;
const prerouting = 'chain pre {\n type nat hook prerouting priority dstnat\n jump web\n }';
const output = 'chain out {\n type nat hook output priority -100\n jump web\n }';

test('a virtual address with two endpoints, for others and for the node itself', async () => {
  await withWorld(service(`${prerouting}\n${output}`), async (node) => {
    expect(await observe('net.nat', { action: 'dnat', daddr: '10.96.0.10', dport: 80 }, node)).toMatchObject({
      count: 2,
      targets: ['10.244.1.2', '10.244.2.2'],
      hooks: ['output', 'prerouting'],
      balance: 'random',
    });
  });
});

test('a chain that no hook leads to translates nothing', async () => {
  await withWorld(service(''), async (node) => {
    expect(await observe('net.nat', {}, node)).toMatchObject({ exists: false, rules: [] });
  });
});

test('another port, another address and another namespace are others', async () => {
  await withWorld(`ip netns add pod1\n${service(prerouting)}`, async (node) => {
    const count = async (args: Record<string, string | number>) => (await observe('net.nat', args, node)).count;
    expect(await count({ daddr: '10.96.0.10', dport: 8 })).toBe(0);
    expect(await count({ daddr: '10.96.0.1' })).toBe(0);
    expect(await count({ netns: 'pod1' })).toBe(0);
    expect(await count({})).toBe(1);
  });
});

test.each(['iptables-nft', 'iptables-legacy'])('rules made by %s are seen once', async (iptables) => {
  const script = `${iptables} -t nat -A POSTROUTING -s 10.244.1.0/24 ! -o br0 -j MASQUERADE
${iptables} -t nat -N WEB
${iptables} -t nat -A WEB -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination 10.244.1.2:8080
${iptables} -t nat -A WEB -p tcp -j DNAT --to-destination 10.244.2.2:8080
${iptables} -t nat -A PREROUTING -d 10.96.0.10 -p tcp --dport 80 -m comment --comment 'the "web" service' -j WEB`;
  await withWorld(script, async (node) => {
    expect((await observe('net.nat', { action: 'masquerade' }, node)).rules).toMatchObject([
      { hook: 'postrouting', saddr: '10.244.1.0/24', oif: '!= br0', other: [] },
    ]);
    expect(await observe('net.nat', { daddr: '10.96.0.10', dport: 80 }, node)).toMatchObject({
      count: 2,
      targets: ['10.244.1.2:8080', '10.244.2.2:8080'],
      balance: 'random',
      hooks: ['prerouting'],
    });
  });
});
