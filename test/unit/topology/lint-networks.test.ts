// One row per rule about networks: what the linter says, where, and what it proposes.

import { describe, expect, test } from 'vitest';
import { renderProblem } from '../../../src/error.ts';
import { lintStack } from '../../../src/topology/load-topology.ts';
import { config, lint, networks, say, warn } from './lint-file.ts';

describe('networks', () => {
  test.each([
    [
      'lan: { mode: nat, cidr: 10.1.0.5/24 }',
      say('3:29', 'network "lan": 10.1.0.5/24 has host bits set', 'Write 10.1.0.0/24.'),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0 }',
      say('3:29', 'network "lan": 10.1.0.0 has no prefix length', 'Write an IPv4 network such as 192.168.50.0/24.'),
    ],
    [
      'lan: { mode: nat, cidr: "fd00::/64" }',
      say(
        '3:29',
        'network "lan": fd00::/64 is IPv6, which is not supported yet',
        'Write an IPv4 network such as 192.168.50.0/24.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 127.1.0.0/16 }',
      say(
        '3:29',
        'network "lan": 127.1.0.0/16 lies in 127.0.0.0/8, which is for loopback',
        'Write a private network such as 192.168.50.0/24.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0/31 }',
      say(
        '3:29',
        'network "lan": 10.1.0.0/31 has no room for a gateway and a node',
        'Write a prefix length of 30 or less.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0/30 }',
      say(
        '3:29',
        'network "lan": 10.1.0.0/30 has one address for nodes, and 2 are on it',
        'Write a prefix length of 29 or less.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0/24, jitter: 2ms }',
      say('3:50', 'network "lan": a jitter of 2ms without a delay to vary', 'Add delay: 2ms, or write jitter: 0ms.'),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0/24, loss: 100.5% }',
      say('3:48', 'network "lan": a loss of 100.5% is more than 100%', 'Write 0% to 100%.'),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0/24, delay: 61s }',
      say('3:49', 'network "lan": a delay of 61s is more than 60s', 'Write 60s or less.'),
    ],
    [
      'lan: { mode: nat, cidr: 10.1.0.0/24, rate: 0.5kbit }',
      say(
        '3:48',
        'network "lan": a rate of 0.5kbit is less than 1kbit',
        'Write 1kbit or more, or leave rate out for no limit.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 203.0.113.128/25 }',
      say(
        '3:29',
        'network "lan" 203.0.113.128/25 overlaps the outside 203.0.113.0/24',
        'Write a network that shares no address with 203.0.113.0/24.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 10.100.0.0/16 }',
      say(
        '3:29',
        'network "lan" 10.100.0.0/16 overlaps serviceSubnet 10.96.0.0/12, its default',
        'Write a network that shares no address with 10.96.0.0/12, or set podlab:kubernetes: serviceSubnet.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 10.7.1.0/24 }',
      warn(
        '3:29',
        'network "lan" 10.7.1.0/24 overlaps 10.7.0.0/16, which this machine reaches through eth0',
        'Leave it as it is, unless you set podlab:uplink: true.',
      ),
    ],
    [
      'lan: { mode: nat, cidr: 10.8.0.0/24 }',
      warn(
        '3:29',
        'network "lan" 10.8.0.0/24 overlaps 10.8.0.1/32, which this machine reaches through tun0',
        'Leave it as it is, unless you set podlab:uplink: true.',
      ),
    ],
  ])('%s', (line, expected) => {
    expect(lint(networks(line))).toEqual(expected);
  });

  test('two that overlap are reported at the later one, with both names', () => {
    const text = networks('a: { mode: nat, cidr: 10.1.0.0/16 }', 'b: { mode: isolated, cidr: 10.1.2.0/24 }');
    expect(lint(text)).toEqual(
      say(
        '4:32',
        'network "b" 10.1.2.0/24 overlaps network "a" 10.1.0.0/16',
        'Write a network that shares no address with 10.1.0.0/16.',
      ),
    );
  });

  test('a route of this machine is an error when the room reaches it', () => {
    const text = `${networks('lan: { mode: nat, cidr: 10.7.1.0/24 }')}\n  podlab:uplink: true`;
    expect(lint(text)).toEqual(
      say(
        '3:29',
        'network "lan" 10.7.1.0/24 overlaps 10.7.0.0/16, which this machine reaches through eth0',
        'Write a network that is free on this machine.',
      ),
    );
  });

  test('a default that this machine has a route into is no matter until the file writes it or the room reaches it', () => {
    const lintInPod = (line: string) =>
      lintStack(config(line), {
        stack: 'lab',
        file: 'f',
        hostRoutes: [{ cidr: '10.244.1.0/24', dev: 'eth0' }],
      }).problems.map(renderProblem);
    const overlap = 'podSubnet 10.244.0.0/16 overlaps 10.244.1.0/24, which this machine reaches through eth0';
    expect(lintInPod('podlab:uplink: false')).toEqual([]);
    expect(lintInPod('podlab:kubernetes: { podSubnet: 10.244.0.0/16 }')).toEqual(
      warn('2:35', overlap, 'Leave it as it is, unless you set podlab:uplink: true.'),
    );
    expect(lintInPod('podlab:uplink: true')).toEqual(
      say('1:1', overlap, 'Write a network that is free on this machine.'),
    );
  });

  test("Docker's own bridge counts only where there is a dockerd", () => {
    const text = networks('lan: { mode: nat, cidr: 172.17.5.0/24 }');
    expect(lint(text)).toEqual([]);
    expect(lint(`${text}\n  podlab:engine: docker`)).toEqual(
      say(
        '3:29',
        'network "lan" 172.17.5.0/24 overlaps Docker\'s docker0 172.17.0.0/16',
        'Write a network that shares no address with 172.17.0.0/16.',
      ),
    );
  });

  test('all of them are named, whatever else is wrong', () => {
    const text = networks('a: { mode: nat, cidr: 10.1.0.5/24, zone: 3 }', 'b: { mode: nat, cidr: nonsense }');
    expect(lint(text)).toEqual([
      ...say('3:27', 'network "a": 10.1.0.5/24 has host bits set', 'Write 10.1.0.0/24.'),
      ...say('3:40', 'unknown key zone in podlab:networks.a', 'Use one of mode, cidr, mtu, delay, jitter, loss, rate.'),
      ...say(
        '4:27',
        'network "b": nonsense is not an IPv4 network (address/prefix length)',
        'Write an IPv4 network such as 192.168.50.0/24.',
      ),
    ]);
  });
});
