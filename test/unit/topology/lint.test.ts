// One row per rule: what the linter says, where, and what it proposes.

import { describe, expect, test } from 'vitest';
import { renderProblem } from '../../../src/error.ts';
import { lintStack } from '../../../src/topology/load-topology.ts';

const hostRoutes = [
  { cidr: 'default', dev: 'eth0' },
  { cidr: '0.0.0.0/0', dev: 'eth0' },
  { cidr: 'fe80::/64', dev: 'eth0' },
  { cidr: '10.7.0.0/16', dev: 'eth0' },
  { cidr: '10.8.0.1', dev: 'tun0' },
];

/** Everything the linter says, in the form that people see. */
function lint(text: string, stack = 'lab'): readonly string[] {
  return lintStack(text, { stack, file: 'f', hostRoutes }).problems.map(renderProblem);
}

const say = (at: string, message: string, hint: string) => [`f:${at}: error: ${message}\n    ${hint}`];
const warn = (at: string, message: string, hint: string) => [`f:${at}: warning: ${message}\n    ${hint}`];

/** A file of one line per setting; the first one is on line 2. */
const config = (...lines: readonly string[]) => ['config:', ...lines.map((line) => `  ${line}`)].join('\n');
const networks = (...lines: readonly string[]) => config('podlab:networks:', ...lines.map((line) => `  ${line}`));
const nodes = (...lines: readonly string[]) => config('podlab:nodes:', ...lines.map((line) => `  - ${line}`));

describe('files without a problem', () => {
  test.each([
    ['an empty file', ''],
    ['a comment', '# nothing'],
    ['an empty config', 'config:\n'],
    ['what Pulumi writes', 'secretsprovider: passphrase\nencryptionsalt: v1:x=\nencryptedkey: k\nenvironment: [e]\n'],
    ['settings of others', config('libvirt:uri: qemu:///system', 'kubernetes:context: x', 'podlab:uplink: "true"')],
    ['aliases', config('podlab:nodes:', '  - { name: a, networks: &n [nat] }', '  - { name: b, networks: *n }')],
    ['the short form', config('podlab:nodes: { count: 200, prefix: n, networks: [nat] }')],
    [
      'more nodes than pod blocks without a cluster',
      `${networks('lan: { mode: isolated, cidr: 172.20.0.0/16 }')}\n  podlab:nodes: { count: 500 }`,
    ],
    [
      'every unit',
      networks('lan: { mode: nat, cidr: 10.1.0.0/24, delay: 1.5s, jitter: 100us, loss: 0.5%, rate: 1gbit }'),
    ],
  ])('%s', (_, text) => {
    expect(lint(text)).toEqual([]);
  });
});

describe('YAML', () => {
  test.each([
    [
      'config: [',
      say(
        '1:10',
        'this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
        'Correct the YAML at this place.',
      ),
    ],
    ['config:\n\tpodlab:driver: x', say('2:1', 'a tab is used for indentation', 'Indent with spaces.')],
    [
      'config:\n---\nconfig:\n',
      say('2:1', 'a second document begins here', 'Keep one document, and remove the line ---.'),
    ],
    [
      config('podlab:driver: sandbox', 'podlab:driver: sandbox'),
      say('3:3', 'the key podlab:driver is there twice', 'Remove one of the two.'),
    ],
    [
      config('podlab:driver: !env X'),
      [
        ...say(
          '2:23',
          'podlab:driver: "X" is not one of sandbox, libvirt, minikube, existing',
          'Write one of sandbox, libvirt, minikube, existing.',
        ),
        ...say('2:23', 'the tag !env is not supported', 'Remove the tag.'),
      ],
    ],
    [
      config('podlab:networks: { constructor: { mode: nat, cidr: 10.0.0.0/24 } }').replace(' { mode', ' { mode'),
      [
        ...say(
          '2:20',
          'podlab:networks: {} is not a map of at least one network',
          'Write a map of at least one network.',
        ),
        ...say('2:22', 'the key constructor is not allowed', 'Choose another name.'),
      ],
    ],
    [config('? [a]', ': 1'), say('2:5', 'a key is not a plain word', 'Write a word before the colon.')],
    [
      config('podlab:driver: *x'),
      say('2:18', 'the alias *x is not defined before it is used', 'Write out what *x should stand for.'),
    ],
    ['- a\n', say('1:1', '["a"] is not a map with the key config', 'Write a map with the key config.')],
    ['config: 3\n', say('1:9', 'config: 3 is not a map of podlab: keys', 'Write a map of podlab: keys.')],
  ])('%j', (text, expected) => {
    expect(lint(text)).toEqual(expected);
  });

  test('an alias inside itself, and aliases that multiply, end with a problem', () => {
    expect(lint('config: &a { podlab:nodes: *a }')).toContain(
      say('1:28', 'the alias *a contains itself', 'Write out what *a should stand for.')[0],
    );
    const laughs = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(n === 0 ? 'x' : `*l${n}`)}]`,
    );
    expect(lint(laughs.join('\n'))).toEqual(
      say('1:1', 'the aliases (*name) multiply to too large a value', 'Write it out.'),
    );
  });

  test('a file that is too large or too deep is refused', () => {
    expect(lint('#'.repeat(1_048_577))).toEqual(say('1:1', 'the file has more than 1 MiB', 'Make it smaller.'));
    expect(lint('['.repeat(50_000)).map((line) => line.replace(/:\d+: /, ':N: '))).toEqual(
      say('1:N', 'the file is nested too deeply', 'Remove some levels.'),
    );
  });
});

describe('form', () => {
  test.each([
    ['confg:\n', say('1:1', 'unknown key confg', 'Write config.')],
    [config('driver: sandbox'), say('2:3', 'config key driver has no namespace', 'Write podlab:driver.')],
    [
      config('color: red'),
      say('2:3', 'config key color has no namespace', 'Write podlab: before the names of settings.'),
    ],
    [config('podlab:netwroks: {}'), say('2:3', 'unknown key podlab:netwroks', 'Write podlab:networks.')],
    [
      config('podlab:x: 1', 'podlab:y: 1'),
      [
        ...say(
          '2:3',
          'unknown key podlab:x',
          'Use one of podlab:driver, podlab:engine, podlab:uplink, podlab:networks, podlab:nodes, podlab:kubernetes, podlab:cni, podlab:workloads, podlab:image, podlab:minikube, podlab:existing.',
        ),
        ...say(
          '3:3',
          'unknown key podlab:y',
          'Use one of podlab:driver, podlab:engine, podlab:uplink, podlab:networks, podlab:nodes, podlab:kubernetes, podlab:cni, podlab:workloads, podlab:image, podlab:minikube, podlab:existing.',
        ),
      ],
    ],
    [
      config('podlab:driver: sandbx'),
      say('2:18', 'podlab:driver: "sandbx" is not one of sandbox, libvirt, minikube, existing', 'Write sandbox.'),
    ],
    [
      config('podlab:engine:'),
      say(
        '2:17',
        'podlab:engine: an empty value is not one of none, docker, kubernetes',
        'Write one of none, docker, kubernetes.',
      ),
    ],
    [config('podlab:uplink: yes'), say('2:18', 'podlab:uplink: "yes" is not true or false', 'Write true or false.')],
    [
      networks('lan: { cidr: 10.1.0.0/24 }'),
      say('3:5', 'podlab:networks.lan has no mode', 'Add mode: one of nat, isolated.'),
    ],
    [
      networks('lan: { mode: nat, cdir: 10.1.0.0/24 }'),
      [
        ...say('3:5', 'podlab:networks.lan has no cidr', 'Add cidr: an IPv4 network such as 192.168.50.0/24.'),
        ...say('3:23', 'unknown key cdir in podlab:networks.lan', 'Write cidr.'),
      ],
    ],
    [
      networks('Lan: { mode: nat, cidr: 10.1.0.0/24 }'),
      say(
        '3:5',
        '"Lan" is not a name of at most 40 lower-case letters, digits and dashes',
        'Write a name of at most 40 lower-case letters, digits and dashes such as lan.',
      ),
    ],
    [
      networks('lan: { mode: nat, cidr: 10.1.0.0/24, delay: 20 }'),
      say('3:49', 'podlab:networks.lan.delay: 20 is not a time', 'Write a time such as "20ms" or "1s".'),
    ],
    [
      networks('lan: { mode: nat, cidr: 10.1.0.0/24, loss: 5 % }'),
      say('3:48', 'podlab:networks.lan.loss: "5 %" is not a percentage', 'Write a percentage such as "0.5%".'),
    ],
    [
      networks('lan: { mode: nat, cidr: 10.1.0.0/24, rate: 10Mbps }'),
      say('3:48', 'podlab:networks.lan.rate: "10Mbps" is not a rate', 'Write a rate such as "100mbit" or "64kbit".'),
    ],
    [
      networks('lan: { mode: nat, cidr: 10.1.0.0/24, mtu: 575 }'),
      say(
        '3:47',
        'podlab:networks.lan.mtu: 575 is not a whole number of bytes from 576 to 65535',
        'Write a whole number of bytes from 576 to 65535.',
      ),
    ],
    [
      nodes('{ name: a, networks: nat }'),
      say(
        '3:28',
        'podlab:nodes[0].networks: "nat" is not a list of network names',
        'Write a list of network names such as [nat, isolated].',
      ),
    ],
    [
      nodes('node1'),
      say('3:7', 'podlab:nodes[0]: "node1" is not a node', 'Write a node such as { name: node1, networks: [nat] }.'),
    ],
    [
      nodes('{ name: a, networks: [{ network: nat, ipv4: 1.2.3.4 }] }'),
      say(
        '3:45',
        'unknown key ipv4 in podlab:nodes[0].networks[0]',
        'Use one of network, ip, mac, mtu, delay, jitter, loss, rate.',
      ),
    ],
    [
      nodes('{ name: a, memory: 2GB, cpus: 0 }'),
      [
        ...say('3:26', 'podlab:nodes[0].memory: "2GB" is not a size', 'Write a size such as "2GiB" or "512MiB".'),
        ...say(
          '3:37',
          'podlab:nodes[0].cpus: 0 is not a number of CPUs from 0.1 to 256',
          'Write a number of CPUs from 0.1 to 256.',
        ),
      ],
    ],
    [
      config('podlab:nodes: { count: 0 }'),
      say('2:26', 'podlab:nodes.count: 0 is not a whole number from 1 to 1000', 'Write a whole number from 1 to 1000.'),
    ],
    [
      config('podlab:nodes: []'),
      say('2:17', 'podlab:nodes: [] is not a list of at least one node', 'Write a list of at least one node.'),
    ],
    [
      config('podlab:kubernetes: { version: 1.36 }'),
      say('2:33', 'podlab:kubernetes.version: 1.36 is not a version', 'Write a version such as v1.36.3.'),
    ],
    [
      config('podlab:kubernetes: { proxyMode: ipvs6 }'),
      say('2:35', 'podlab:kubernetes.proxyMode: "ipvs6" is not one of iptables, nftables, ipvs, none', 'Write ipvs.'),
    ],
  ])('%j', (text, expected) => {
    expect(lint(text)).toEqual(expected);
  });
});

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

describe('cluster and CNI', () => {
  const cluster = (...lines: readonly string[]) => config('podlab:engine: kubernetes', ...lines);
  test.each([
    [
      cluster('podlab:kubernetes: { podSubnet: 10.244.1.0/16 }'),
      say('3:35', 'podSubnet: 10.244.1.0/16 has host bits set', 'Write 10.244.0.0/16.'),
    ],
    [
      cluster('podlab:kubernetes: { podSubnet: 10.244.0.0/24 }'),
      say(
        '3:35',
        'podSubnet: 10.244.0.0/24 has one block of /24, and there are 2 nodes',
        'Write a prefix length of 23 or less, or a longer nodePrefix.',
      ),
    ],
    [
      cluster('podlab:kubernetes: { nodePrefix: 15 }'),
      say(
        '3:3',
        'podSubnet: 10.244.0.0/16 has 0 blocks of /15, and there are 2 nodes',
        'Write a prefix length of 14 or less, or a longer nodePrefix.',
      ),
    ],
    [
      cluster('podlab:kubernetes: { podSubnet: 11.0.0.0/8, nodePrefix: 25 }'),
      say(
        '3:35',
        'podSubnet: a nodePrefix of 25 is more than 16 longer than that of 11.0.0.0/8',
        'Write nodePrefix: 24 or less.',
      ),
    ],
    [
      cluster('podlab:kubernetes: { serviceSubnet: 10.96.0.0/11 }'),
      say('3:39', 'serviceSubnet: kubeadm refuses 10.96.0.0/11', 'Write a prefix length from 12 to 28.'),
    ],
    [
      cluster('podlab:kubernetes: { serviceSubnet: 10.244.0.0/20 }'),
      say(
        '3:39',
        'serviceSubnet 10.244.0.0/20 overlaps podSubnet 10.244.0.0/16, its default',
        'Write a network that shares no address with 10.244.0.0/16, or set podlab:kubernetes: podSubnet.',
      ),
    ],
    [
      cluster('podlab:kubernetes: { advertise: isolatde }'),
      say('3:35', 'advertise: there is no network "isolatde"', 'Write isolated.'),
    ],
    [
      cluster('podlab:nodes: [{ name: a }, { name: b, networks: [nat] }]'),
      say(
        '3:31',
        'node "b" is not on "isolated", the network that the cluster advertises',
        'Add isolated to its networks, or set podlab:kubernetes: { advertise: … } to a network of every node.',
      ),
    ],
    [
      config('podlab:kubernetes: { advertise: nat }', 'podlab:nodes: [{ name: b, networks: [isolated] }]'),
      warn(
        '3:18',
        'node "b" is not on "nat", the network that the cluster advertises',
        'Add nat to its networks, or set podlab:kubernetes: { advertise: … } to a network of every node.',
      ),
    ],
    [
      cluster('podlab:cni: { name: flannel, routes: hostgw }'),
      say('3:40', 'cni flannel has no routes "hostgw"', 'Write host-gw.'),
    ],
    [
      cluster('podlab:cni: { name: kube-router, routes: vxlan }'),
      say('3:44', 'cni kube-router has no routes "vxlan"', 'Write one of bgp.'),
    ],
    [
      cluster('podlab:cni: { routes: vxlan }'),
      say('3:25', 'cni none has no routes "vxlan"', 'Remove routes, or set a name.'),
    ],
    [
      config('podlab:cni: { name: calico }'),
      warn(
        '2:23',
        'cni calico is not used, because the engine is none',
        'Write podlab:engine: kubernetes, or remove podlab:cni.',
      ),
    ],
    [
      config('podlab:driver: minikube'),
      say(
        '2:18',
        'driver minikube always makes a Kubernetes cluster, and the engine is none',
        'Write podlab:engine: kubernetes.',
      ),
    ],
    [
      config('podlab:driver: existing', 'podlab:engine: docker'),
      say(
        '3:18',
        'driver existing is for clusters that exist already, and the engine is docker',
        'Write podlab:engine: kubernetes.',
      ),
    ],
    [
      config('podlab:driver: libvirt', 'podlab:uplink: true'),
      warn(
        '3:18',
        'uplink is not used: NAT networks of driver libvirt always reach the outside',
        'Remove podlab:uplink.',
      ),
    ],
    [
      config('podlab:uplink: true', 'podlab:networks: { lan: { mode: isolated, cidr: 10.1.0.0/24 } }'),
      warn(
        '2:18',
        'uplink is not used, because no network has the mode nat',
        'Remove podlab:uplink, or give a network the mode nat.',
      ),
    ],
    [
      config('podlab:driver: libvirt', 'podlab:nodes: { count: 1, cpus: 0.5 }'),
      say('3:35', "a virtual machine can't have 0.5 CPUs", 'Write cpus: 1.'),
    ],
  ])('%j', (text, expected) => {
    expect(lint(text)).toEqual(expected);
  });
});

test.each([
  ['Lab', 'has capital letters'],
  ['', 'is empty'],
  ['a/b', 'contains "/"'],
  ['a'.repeat(41), 'has 41 characters, more than 40'],
])('the stack name %j is refused', (stack, fault) => {
  const hint = 'Name the file Pulumi.NAME.yaml, with a NAME of lower-case letters, digits and dashes, at most 40.';
  expect(lint('', stack)).toEqual(say('1:1', `the stack name ${JSON.stringify(stack)} ${fault}`, hint));
});

test('a wrong value does not bring its default into other complaints', () => {
  expect(lint(config('podlab:engine: kubernets', 'podlab:cni: { name: flannel }'))).toEqual(
    say('2:18', 'podlab:engine: "kubernets" is not one of none, docker, kubernetes', 'Write kubernetes.'),
  );
  expect(lint(`${config('podlab:networks: [lan]')}\n  podlab:nodes: [{ name: a, networks: [lan] }]`)).toEqual(
    say(
      '2:20',
      'podlab:networks: ["lan"] is not a map',
      'Write a map such as { nat: { mode: nat, cidr: 192.168.50.0/24 } }.',
    ),
  );
});
