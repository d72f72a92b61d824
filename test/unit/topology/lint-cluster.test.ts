// One row per rule about clusters: what the linter says, where, and what it proposes.

import { describe, expect, test } from 'vitest';
import { config, lint, say, warn } from './lint-file.ts';

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
