import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parseIptablesSave } from '../../../src/probe/iptables-save.ts';
import { type NatRule, reachableNat } from '../../../src/probe/nat-rules.ts';
import { nftRuleset, parseNftRuleset } from '../../../src/probe/nft-ruleset.ts';
import { fixture } from '../../support/fixture.ts';

const recorded = v.parse(nftRuleset, JSON.parse(fixture(import.meta.url, 'nft-1.0.6-ruleset.json')));
const nft = reachableNat(parseNftRuleset(recorded));
const iptables = reachableNat(parseIptablesSave(fixture(import.meta.url, 'iptables-save-1.8.9-services.txt'), 'nft'));

const to = (rules: readonly NatRule[], daddr: string) => rules.filter((rule) => rule.daddr === daddr);

test('what nft can say about the source of a packet is told in words', () => {
  const sources = nft.filter((rule) => rule.hook === 'postrouting').map((rule) => [rule.action, rule.saddr, rule.oif]);
  expect(sources).toEqual([
    ['masquerade', '10.244.1.0/24', 'eth0'],
    ['snat', '10.9.0.0/24', '!= br0, br1'],
    ['masquerade', '10.0.0.1-10.0.0.9', undefined],
    ['masquerade', '@inside', undefined],
    // nft joined 10.2.0.0/16 and 10.3.0.0/16.
    ['masquerade', '10.2.0.0/15', undefined],
    ['masquerade', undefined, undefined],
  ]);
  expect(nft.at(5)?.other).toEqual(['ct mark == 16384']);
});

test.each([
  ['10.96.0.10', 'random', ['10.244.1.2', '10.244.2.2']],
  ['10.96.0.11', 'round-robin', ['10.244.1.2:8080', '10.244.2.2:8080']],
  ['10.96.0.12', '', ['10.244.1.2:8080']],
  ['10.96.0.13', 'hash', ['10.244.1.2', '10.244.2.2']],
  ['10.96.0.15', 'random', ['10.1.0.2', '10.1.0.3']],
])('the service %s is balanced "%s" over its endpoints', (daddr, balance, targets) => {
  const [rule] = to(nft, daddr).filter(({ hook }) => hook === 'prerouting');
  expect([rule?.balance, rule?.targets]).toEqual([balance, targets]);
});

/** Without the way, where a test is about what is matched. */
function wayless(rules: readonly NatRule[]) {
  return rules.map(({ chains: _, ...rule }) => rule);
}

test('a verdict map leads through the chains of the endpoints', () => {
  expect(wayless(to(nft, '10.96.0.14'))).toEqual([
    {
      hook: 'prerouting',
      action: 'dnat',
      daddr: '10.96.0.14',
      proto: 'tcp',
      dport: '80',
      targets: ['10.244.1.2'],
      balance: 'random',
    },
    {
      hook: 'prerouting',
      action: 'dnat',
      daddr: '10.96.0.14',
      proto: 'tcp',
      dport: '80',
      targets: ['10.244.2.2:8080'],
      balance: 'random',
    },
  ]);
});

test('a map from service to endpoint gives the service as the condition', () => {
  expect(wayless(to(nft, '10.96.0.20'))).toEqual([
    {
      hook: 'prerouting',
      action: 'dnat',
      daddr: '10.96.0.20',
      proto: 'tcp',
      dport: '80',
      targets: ['10.1.0.2:8080'],
      balance: '',
    },
  ]);
});

test('ports, protocols and interfaces', () => {
  expect(nft.find((rule) => rule.action === 'redirect')).toMatchObject({
    proto: 'tcp',
    dport: '8080',
    targets: [':80'],
  });
  expect(nft.find((rule) => rule.iif === 'eth0')).toMatchObject({ proto: 'tcp', targets: ['10.1.1.1'] });
  expect(nft.find((rule) => rule.dport === '98')).toMatchObject({ proto: 'tcp, udp' });
  expect(to(nft, '10.96.0.12')[0]?.dport).toBe('80, 443');
});

test('the hook tells packets of others from packets of the node', () => {
  expect(to(nft, '10.96.0.10').map((rule) => [rule.hook, rule.targets])).toEqual([
    ['prerouting', ['10.244.1.2', '10.244.2.2']],
    ['output', ['10.244.1.2']],
  ]);
});

test('iptables: a service is followed to its endpoints, and an orphaned chain to nowhere', () => {
  expect(wayless(to(iptables, '10.96.0.10'))).toEqual([
    {
      hook: 'prerouting',
      action: 'dnat',
      saddr: '!= 10.244.0.0/16',
      daddr: '10.96.0.10',
      proto: 'tcp',
      dport: '80',
      targets: ['10.244.1.2:8080'],
      balance: 'random',
    },
    {
      hook: 'prerouting',
      action: 'dnat',
      daddr: '10.96.0.10',
      proto: 'tcp',
      dport: '80',
      targets: ['10.244.2.2:8080'],
      balance: '',
    },
  ]);
  expect(iptables.flatMap((rule) => rule.targets)).not.toContain('10.244.9.9:8080');
});

test('a rule knows the chains that lead to it, from the hook on', () => {
  expect(to(iptables, '10.96.0.10').map(({ chains }) => chains)).toEqual([
    ['iptables nft PREROUTING', 'iptables nft KUBE-SVC', 'iptables nft KUBE-SEP1'],
    ['iptables nft PREROUTING', 'iptables nft KUBE-SVC', 'iptables nft KUBE-SEP2'],
  ]);
  expect(to(nft, '10.96.0.20').map(({ chains }) => chains)).toEqual([['ip nat pre']]);
});

test('iptables: masquerade and redirect', () => {
  expect(wayless(iptables.filter((rule) => rule.action !== 'dnat'))).toEqual([
    { hook: 'prerouting', action: 'redirect', proto: 'tcp', dport: '8081', targets: [':8080'], balance: '' },
    { hook: 'postrouting', action: 'masquerade', saddr: '10.244.1.0/24', oif: '!= br0', targets: [], balance: '' },
  ]);
});

test('chains that jump in a circle end', () => {
  const text = '*nat\n:OUTPUT ACCEPT [0:0]\n:A - [0:0]\n-A OUTPUT -j A\n-A A -j A\n-A A -j MASQUERADE\nCOMMIT\n';
  expect(reachableNat(parseIptablesSave(text, 'x'))).toHaveLength(1);
});
