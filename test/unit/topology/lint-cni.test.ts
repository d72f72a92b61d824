// One row per rule about pod networks: what the linter says, where, and what it proposes.

import { expect, test } from 'vitest';
import { renderProblem } from '../../../src/error.ts';
import { lintStack } from '../../../src/topology/load-topology.ts';
import { say, warn } from './lint-file.ts';

/** A cluster with these lines of settings; the first one is on line 3. */
function lint(...lines: readonly string[]): readonly string[] {
  const text = ['config:', '  podlab:engine: kubernetes', ...lines.map((line) => `  ${line}`)].join('\n');
  return lintStack(text, { stack: 'lab', file: 'f' }).problems.map(renderProblem);
}

const asPhrase = 'an AS number from 1 to 4294967295, or one of per-node, per-rack';
const privateHint = 'Write a number from 64512 to 65534, or from 4200000000 to 4294967294.';

test.each([
  [['podlab:cni: { name: bridge, routes: bgp, as: 64512 }']],
  [['podlab:cni: { name: bridge, routes: bgp, as: 65534 }']],
  [['podlab:cni: { name: bridge, routes: bgp, as: 4200000000 }']],
  [['podlab:cni: { name: calico, as: per-node }']],
  [['podlab:cni: { name: flannel, mtu: 1450 }']],
  [['podlab:cni: { name: flannel, manifest: ./x.yml, registry: "registry.example:5000/a/b" }']],
  [['podlab:cni: { name: kube-router, serviceProxy: true }', 'podlab:kubernetes: { proxyMode: none }']],
  [['podlab:cni: { name: calico }', 'podlab:kubernetes: { nodePrefix: 20 }']],
  [['podlab:cni: { name: bridge, serviceProxy: false, routes: host-gw }']],
  [
    [
      'podlab:nodes: [{ name: a, rack: x }, { name: b, rack: y }]',
      'podlab:cni: { name: bridge, routes: bgp, as: per-rack }',
    ],
  ],
])('%j has no problem', (lines) => {
  expect(lint(...lines)).toEqual([]);
});

test.each([
  [
    ['podlab:cni: { name: bridge, routes: bgp, as: 0 }'],
    say('3:48', `podlab:cni.as: 0 is not ${asPhrase}`, `Write ${asPhrase}.`),
  ],
  [
    ['podlab:cni: { name: bridge, routes: bgp, as: 4294967296 }'],
    say('3:48', `podlab:cni.as: 4294967296 is not ${asPhrase}`, `Write ${asPhrase}.`),
  ],
  [
    ['podlab:cni: { name: bridge, routes: bgp, as: per-rak }'],
    say('3:48', `podlab:cni.as: "per-rak" is not ${asPhrase}`, `Write ${asPhrase}.`),
  ],
  [
    ['podlab:cni: { name: bridge, routes: bgp, as: 64511 }'],
    warn('3:48', 'as: 64511 is not an AS number for private use', privateHint),
  ],
  [
    ['podlab:cni: { name: bridge, routes: bgp, as: 65535 }'],
    warn('3:48', 'as: 65535 is not an AS number for private use', privateHint),
  ],
  [
    ['podlab:cni: { name: flannel, as: 64512 }'],
    warn('3:36', 'as is not used: routes of cni flannel are not by BGP', 'Remove as, or write routes: bgp.'),
  ],
  [
    ['podlab:cni: { name: kube-router, as: per-node }'],
    say(
      '3:40',
      'as: per-node is not for kube-router, whose nodes are one AS',
      'Write a number such as 64512, or name: bridge or calico.',
    ),
  ],
  [
    ['podlab:nodes: [{ name: a, rack: x }, { name: b }]', 'podlab:cni: { name: calico, as: per-rack }'],
    say('3:40', 'node "b" has no rack, and as is per-rack', 'Add rack: NAME to every node of the list.'),
  ],
  [
    ['podlab:nodes: { count: 2 }', 'podlab:cni: { name: calico, as: per-rack }'],
    say('3:17', 'node "node1" has no rack, and as is per-rack', 'Add rack: NAME to every node of the list.'),
  ],
  [
    ['podlab:nodes: [{ name: a, rack: x }, { name: b, rack: x }]', 'podlab:cni: { name: bridge }'],
    warn(
      '3:35',
      'rack x is not used, because as is not per-rack',
      'Write podlab:cni: { routes: bgp, as: per-rack }, or remove rack.',
    ),
  ],
  [
    ['podlab:nodes: [{ name: a, rack: X }]', 'podlab:cni: { name: bridge, routes: bgp, as: per-rack }'],
    say('3:35', 'podlab:nodes[0].rack: "X" is not the name of a rack', 'Write the name of a rack such as a.'),
  ],
  [
    ['podlab:cni: { name: flannel, mtu: 1451 }'],
    warn(
      '3:37',
      'mtu: 1451 and the 50 bytes of vxlan are more than the 1500 of "isolated"',
      'Write mtu: 1450 or less, or leave mtu out.',
    ),
  ],
  [
    ['podlab:cni: { name: bridge, mtu: 9000 }'],
    warn('3:36', 'mtu: 9000 is more than the 1500 of "isolated"', 'Write mtu: 1500 or less, or leave mtu out.'),
  ],
  [
    ['podlab:cni: { name: flannel, serviceProxy: true }', 'podlab:kubernetes: { proxyMode: none }'],
    say(
      '3:46',
      'serviceProxy: cni flannel does not do the work of kube-proxy',
      'Remove serviceProxy, or write name: kube-router.',
    ),
  ],
  [
    ['podlab:cni: { name: kube-router, serviceProxy: true }'],
    say(
      '3:50',
      'serviceProxy: kube-router and kube-proxy (iptables) would both do the same work',
      'Write podlab:kubernetes: { proxyMode: none }.',
    ),
  ],
  [
    ['podlab:cni: { name: kube-router }', 'podlab:kubernetes: { proxyMode: none }'],
    warn(
      '4:35',
      'proxyMode: with none, and no other service proxy, ClusterIPs do not answer',
      'Write a mode, or podlab:cni: { name: kube-router, serviceProxy: true }.',
    ),
  ],
  [
    ['podlab:cni: { name: calico }', 'podlab:kubernetes: { nodePrefix: 19 }'],
    say('4:36', 'nodePrefix: calico gives nodes blocks of /20 to /32, not /19', 'Write 20 or more.'),
  ],
  [
    ['podlab:cni: { name: weave }'],
    warn(
      '3:23',
      'cni weave: its project is archived since June 2024, and no longer gets corrections',
      'Use it to compare; for anything else write flannel, kube-router or calico.',
    ),
  ],
  [
    ['podlab:cni: { name: bridge, manifest: ./x.yml }'],
    warn(
      '3:41',
      'manifest is not used: cni bridge comes without a manifest',
      'Remove manifest, or write name: flannel or kube-router or calico or weave.',
    ),
  ],
  [
    ['podlab:cni: { name: flannel, registry: "https://registry.example" }'],
    say(
      '3:42',
      'podlab:cni.registry: "https://registry.example" is not a registry',
      'Write a registry such as registry.example:5000/mirror.',
    ),
  ],
])('%j', (lines, expected) => {
  expect(lint(...lines)).toEqual(expected);
});

test('host-gw warns of nodes that are no neighbours, also where nodes may be spread', () => {
  const text = `config:
  podlab:cni: { name: bridge, routes: host-gw }
  podlab:kubernetes: { advertise: nat }
  podlab:nodes: [{ name: a }, { name: b, networks: [isolated] }]`;
  const problems = lintStack(text, { stack: 'lab', file: 'f' }).problems.map(renderProblem);
  expect(problems).toContain(
    warn(
      '2:39',
      'host-gw needs all nodes on one network, and "b" is not on "nat"',
      'Put all nodes on nat, or choose other routes.',
    )[0],
  );
});
