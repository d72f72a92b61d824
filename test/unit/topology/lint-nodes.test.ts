// One row per rule about nodes: what the linter says, where, and what it proposes.

import { describe, expect, test } from 'vitest';
import { config, lint, networks, nodes, say, warn } from './lint-file.ts';

describe('nodes', () => {
  const inside = 'Write an address from 192.168.122.2 to 192.168.122.254.';
  const nic = (settings: string) => `{ name: a, networks: [{ network: nat, ${settings} }] }`;
  test.each([
    ['{ name: Node1 }', say('3:15', 'node name "Node1" has capital letters', 'Write another name, such as node1.')],
    ['{ name: node_1 }', say('3:15', 'node name "node_1" contains "_"', 'Write another name, such as node-1.')],
    ['{ name: "" }', say('3:15', 'node name "" is empty', 'Write another name, such as node.')],
    ['{ name: -a }', say('3:15', 'node name "-a" begins or ends with a dash', 'Write another name, such as a.')],
    [
      `{ name: ${'a'.repeat(64)} }`,
      say(
        '3:15',
        `node name "${'a'.repeat(64)}" has 64 characters, more than 63`,
        `Write another name, such as ${'a'.repeat(40)}.`,
      ),
    ],
    [
      '{ name: gateway }',
      say('3:15', 'node name "gateway" is taken by podlab itself', 'Write another name, such as gateway-2.'),
    ],
    [
      '{ name: outside }',
      say('3:15', 'node name "outside" is taken by podlab itself', 'Write another name, such as outside-2.'),
    ],
    [
      '{ name: localhost }',
      say('3:15', 'node name "localhost" is taken by podlab itself', 'Write another name, such as localhost-2.'),
    ],
    [
      '{ name: each }',
      say('3:15', 'node name "each" is taken by podlab itself', 'Write another name, such as each-2.'),
    ],
    ['{ name: "10" }', say('3:15', 'node name "10" reads as an address', 'Write another name, such as node10.')],
    [
      '{ name: a, networks: [] }',
      say('3:28', 'node "a" is on no network', 'Write [nat, isolated], or leave networks out.'),
    ],
    [
      '{ name: a, networks: [isolatd] }',
      say('3:29', 'node "a" is on "isolatd", and there is no such network', 'Write isolated.'),
    ],
    ['{ name: a, networks: [tan] }', say('3:29', 'node "a" is on "tan", and there is no such network', 'Write nat.')],
    [
      '{ name: a, networks: [wan2] }',
      say('3:29', 'node "a" is on "wan2", and there is no such network', 'Write one of nat, isolated.'),
    ],
    [
      '{ name: a, networks: [nat, { network: nat }] }',
      say('3:45', 'node "a" is on "nat" twice', 'Remove one of the two.'),
    ],
    [
      '{ name: a, memory: 8MiB }',
      say('3:26', 'node "a": 8MiB of memory is too little for a shell', 'Write 16MiB or more, or leave memory out.'),
    ],
    [nic('ip: 192.168.39.11'), say('3:49', 'node "a" on "nat": 192.168.39.11 is outside 192.168.122.0/24', inside)],
    [
      nic('ip: 192.168.122.0'),
      say('3:49', 'node "a" on "nat": 192.168.122.0 is the address of the network itself', inside),
    ],
    [nic('ip: 192.168.122.255'), say('3:49', 'node "a" on "nat": 192.168.122.255 is the broadcast address', inside)],
    [nic('ip: 192.168.122.1'), say('3:49', 'node "a" on "nat": 192.168.122.1 is the address of the gateway', inside)],
    [nic('ip: "fd00::1"'), say('3:49', 'node "a" on "nat": fd00::1 is IPv6, which is not supported yet', inside)],
    [
      nic('ip: 192.168.122.11/24'),
      say(
        '3:49',
        'node "a" on "nat": 192.168.122.11/24 is not an IPv4 address',
        inside.replace(/\.$/, ', without a prefix.'),
      ),
    ],
    [
      nic('mac: 52:54:00'),
      say(
        '3:50',
        'node "a" on "nat": MAC 52:54:00 is not a MAC address',
        'Write one such as 52:54:00:12:34:56, or leave mac out.',
      ),
    ],
    [
      nic('mac: 01:00:5e:00:00:01'),
      say(
        '3:50',
        'node "a" on "nat": MAC 01:00:5e:00:00:01 is a multicast address',
        'Write one such as 52:54:00:12:34:56, or leave mac out.',
      ),
    ],
    [
      nic('mac: 00:00:00:00:00:00'),
      say(
        '3:50',
        'node "a" on "nat": MAC 00:00:00:00:00:00 is all zero',
        'Write one such as 52:54:00:12:34:56, or leave mac out.',
      ),
    ],
    [
      nic('mtu: 9000'),
      warn(
        '3:50',
        `node "a" on "nat": an MTU of 9000 is more than the network's 1500`,
        'Write mtu: 1500, or raise the MTU of the network.',
      ),
    ],
    [
      nic('jitter: 1ms'),
      say(
        '3:53',
        'node "a" on "nat": a jitter of 1ms without a delay to vary',
        'Add delay: 1ms, or write jitter: 0ms.',
      ),
    ],
  ])('%s', (line, expected) => {
    expect(lint(nodes(line))).toEqual(expected);
  });

  test.each([
    [
      ['{ name: a }', '{ name: a }'],
      [...say('4:15', 'node name "a" is there twice', 'Write another name, such as a-2.')],
    ],
    [
      [
        '{ name: a, networks: [{ network: nat, ip: 192.168.122.20 }] }',
        '{ name: b, networks: [{ network: nat, ip: 192.168.122.20 }] }',
      ],
      say(
        '4:49',
        'node "b" on "nat": 192.168.122.20 belongs to node "a" already',
        'Write another address, or remove it.',
      ),
    ],
    [
      [
        '{ name: a, networks: [{ network: nat, mac: 52:54:00:00:00:01 }] }',
        '{ name: b, networks: [{ network: isolated, mac: 52-54-00-00-00-01 }] }',
      ],
      say(
        '4:55',
        'node "b" on "isolated": MAC 52-54-00-00-00-01 belongs to node "a" on "nat" already',
        'Write one such as 52:54:00:12:34:56, or leave mac out.',
      ),
    ],
  ])('two of them: %j', (lines, expected) => {
    expect(lint(nodes(...lines))).toEqual(expected);
  });

  test('what only one node can have is refused in the short form', () => {
    const text = config('podlab:nodes: { count: 3, networks: [{ network: nat, ip: 192.168.122.50 }] }');
    const message = 'all nodes of the short form would have the ip 192.168.122.50';
    expect(lint(text)).toEqual(say('2:60', message, 'Remove ip, or write podlab:nodes as a list.'));
  });

  test('a fault of equal nodes is reported once', () => {
    const text = config('podlab:nodes: { count: 200, networks: [net] }');
    expect(lint(text)).toEqual(say('2:42', 'node "node1" is on "net", and there is no such network', 'Write nat.'));
    expect(lint(config('podlab:nodes: { count: 3, prefix: Node }'))).toEqual(
      say('2:37', 'node name "Node1" has capital letters', 'Write another name, such as node1.'),
    );
  });

  test('names that give two cables the same interface name are refused', () => {
    const text = `${networks('c: { mode: nat, cidr: 10.1.0.0/24 }', 'b-c: { mode: nat, cidr: 10.2.0.0/24 }')}\n  podlab:nodes:\n    - { name: a-b, networks: [c] }\n    - { name: a, networks: [b-c] }\n    - { name: br, networks: [c] }`;
    expect(lint(text)).toEqual([
      ...say(
        '7:7',
        'the interface a-b-c would belong to both node "a-b" on "c" and node "a" on "b-c"',
        'Rename the node or the network.',
      ),
      ...say(
        '8:7',
        'the interface br-c would belong to both network "c" and node "br" on "c"',
        'Rename the node or the network.',
      ),
    ]);
  });
});
