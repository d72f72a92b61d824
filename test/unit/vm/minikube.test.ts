// The command lines of minikube for several rooms, as golden files, and the network that it finds.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { quoteCommand } from '../../../src/host/run.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { deleteArgv, ipArgv, isNewEnough, startArgv, statusArgv } from '../../../src/vm/minikube-argv.ts';
import { minikubeNetworkXml } from '../../../src/vm/minikube-network.ts';

const kvm2 = `config:
  podlab:driver: minikube
  podlab:engine: kubernetes
  podlab:networks: { inner: { mode: isolated, cidr: 10.39.0.0/24 }, default: { mode: nat, cidr: 192.168.122.0/24 } }
`;
const docker = `config:
  podlab:driver: minikube
  podlab:engine: kubernetes
  podlab:networks: { bridge: { mode: nat, cidr: 192.168.49.0/24 } }
`;

const rooms: Readonly<Record<string, string>> = {
  'minikube-kvm2': readFileSync('stacks/Pulumi.minikube-kvm2.yaml', 'utf8'),
  'seat-07': `${kvm2}
  podlab:minikube: { driver: kvm2, runtime: cri-o }
  podlab:nodes: { count: 3, cpus: 2, memory: 2200MiB }
  podlab:kubernetes: { version: v1.35.1, podSubnet: 10.50.0.0/16, nodePrefix: 25, serviceSubnet: 10.60.0.0/16, proxyMode: nftables, apiPort: 7443 }
  podlab:cni: { name: flannel, routes: vxlan }`,
  containers: `${docker}
  podlab:minikube: { driver: docker, runtime: docker }
  podlab:nodes: { count: 2 }
  podlab:cni: { name: calico, routes: bgp, as: 64999 }`,
  proxyless: `${docker}
  podlab:minikube: { driver: docker }
  podlab:kubernetes: { proxyMode: none }
  podlab:cni: { name: kube-router, serviceProxy: true }`,
  bare: `${docker}
  podlab:minikube: { driver: docker }`,
};

const place = { cniManifest: '/state/cni.yaml', privateNetwork: 'podlab.STACK.inner' };

test.each(Object.entries(rooms))('the arguments for %s', async (stack, text) => {
  const topology = loadTopology(text, { stack, file: 'f' });
  // One flag a line, so that a difference is one line.
  const line = quoteCommand(startArgv(topology, place)).replaceAll(' --', ' \\\n  --');
  await expect(`${line}\n`).toMatchFileSnapshot(`../../golden/vm/${stack}.minikube.sh`);
});

test('every flag of the golden files is one of minikube', () => {
  // Of cmd/minikube/cmd/start_flags.go and the root command, after minikube 1.38.1.
  const known = [
    ...[
      'profile',
      'driver',
      'kvm-network',
      'network',
      'subnet',
      'nodes',
      'cpus',
      'memory',
      'kubernetes-version',
      'cni',
    ],
    ...[
      'container-runtime',
      'service-cluster-ip-range',
      'extra-config',
      'apiserver-port',
      'apiserver-ips',
      'embed-certs',
    ],
    ...['interactive', 'wait'],
  ];
  const used = Object.entries(rooms).flatMap(([stack, text]) =>
    startArgv(loadTopology(text, { stack, file: 'f' }), place).flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []),
  );
  expect([...new Set(used)].sort()).toEqual(known.sort());
});

test('each participant has a profile: their stack', () => {
  expect(deleteArgv({ stack: 'seat-07' })).toEqual(['minikube', 'delete', '--profile', 'seat-07']);
  expect(statusArgv({ stack: 'seat-07' })).toEqual(['minikube', 'status', '--profile', 'seat-07', '--output', 'json']);
  const ip = ['minikube', 'ip', '--profile', 'seat-07', '--node', 'seat-07-m02'];
  expect(ipArgv({ stack: 'seat-07' }, { name: 'seat-07-m02' })).toEqual(ip);
});

test('the private network hands out the addresses of the nodes and no others', async () => {
  const topology = loadTopology(rooms['seat-07'] ?? '', { stack: 'seat-07', file: 'f' });
  const names = { name: 'podlab.seat-07.inner', bridge: 'pl_inner' };
  await expect(minikubeNetworkXml(topology, names)).toMatchFileSnapshot('../../golden/vm/seat-07.minikube.xml');
});

test.each([
  ['v1.38.1\n', true],
  ['v1.36.0', true],
  ['minikube version: v1.35.9', false],
  ['v2.0.0-beta.1', true],
  ['v0.40.0', false],
  ['', undefined],
])('version %j', (answer, expected) => {
  expect(isNewEnough(answer)).toBe(expected);
});
