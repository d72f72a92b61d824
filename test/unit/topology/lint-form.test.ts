// One row per rule about the form of settings: what the linter says, where, and what it proposes.

import { describe, expect, test } from 'vitest';
import { config, lint, networks, nodes, say } from './lint-file.ts';

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
