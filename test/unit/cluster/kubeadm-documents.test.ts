// What kubeadm reads: golden files for every stack that comes with podlab, and rooms with unusual numbers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { workersOf } from '../../../src/cluster/cluster-place.ts';
import { initDocuments, joinDocument, kubeadmPatchFiles } from '../../../src/cluster/kubeadm-documents.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { assembledToolchain, placeOf } from '../../support/place.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const golden = join(root, 'test', 'golden', 'kubeadm');

const stacks = readdirSync(join(root, 'stacks'))
  .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
  .map((stack) => {
    const file = join('stacks', `Pulumi.${stack}.yaml`);
    return [stack, loadTopology(readFileSync(join(root, file), 'utf8'), { stack, file })] as const;
  })
  .filter(([, { engine }]) => engine === 'kubernetes');

test('there are ready-made stacks with clusters', () => {
  expect(stacks.map(([stack]) => stack)).toEqual(expect.arrayContaining(['minikube', 'kubeadm', 'racks']));
});

test.each(stacks)('the documents of stack %s', async (stack, topology) => {
  const place = placeOf(topology);
  const parts = [
    `### kubeadm init\n${initDocuments(place)}`,
    ...workersOf(topology).map((node) => `### kubeadm join on ${node}\n${joinDocument(place, node)}`),
  ];
  await expect(parts.join('\n')).toMatchFileSnapshot(join(golden, `${stack}.yaml`));
});

test('there is a golden file for each of them, and no other', () => {
  expect(readdirSync(golden).sort()).toEqual(stacks.map(([stack]) => `${stack}.yaml`).sort());
});

type Document = Readonly<Record<string, unknown>>;

function room(...lines: readonly string[]): Topology {
  const text = ['config:', '  podlab:engine: kubernetes', ...lines.map((line) => `  ${line}`)].join('\n');
  return loadTopology(text, { stack: 'odd', file: 'f' });
}

/** The documents by their kind. */
function documentsOf(text: string): Readonly<Record<string, Document>> {
  const all = parseAllDocuments(text).map((document) => document.toJS() as Document);
  return Object.fromEntries(all.map((document) => [String(document.kind), document]));
}

const odd = room(
  'podlab:networks: { out: { mode: nat, cidr: 172.20.8.0/21 }, in: { mode: isolated, cidr: 10.9.8.128/25 } }',
  'podlab:nodes: [{ name: cp, networks: [out, in] }, { name: w-1, networks: [in, out] }]',
  'podlab:kubernetes: { podSubnet: 100.64.0.0/19, nodePrefix: 27, serviceSubnet: 172.30.0.0/24, advertise: in, apiPort: 8443, proxyMode: none }',
  'podlab:cni: { name: kube-router, serviceProxy: true }',
);
const [first, second] = odd.nodes;
const ipOf = (node: (typeof odd.nodes)[number] | undefined, network: string) =>
  node?.nics.find((nic) => nic.network === network)?.ip;

test('unusual ranges, ports and networks are where kubeadm looks for them', () => {
  const documents = documentsOf(initDocuments(placeOf(odd)));
  expect(Object.keys(documents)).toEqual([
    'InitConfiguration',
    'ClusterConfiguration',
    'KubeletConfiguration',
    'KubeProxyConfiguration',
  ]);
  expect(documents.InitConfiguration).toMatchObject({
    localAPIEndpoint: { advertiseAddress: ipOf(first, 'in'), bindPort: 8443 },
    nodeRegistration: {
      name: 'cp',
      taints: [],
      kubeletExtraArgs: [
        { name: 'node-ip', value: ipOf(first, 'in') },
        { name: 'cgroup-root', value: '/podlab/odd/cp' },
      ],
    },
  });
  expect(documents.ClusterConfiguration).toMatchObject({
    kubernetesVersion: 'v1.36.3',
    networking: { podSubnet: '100.64.0.0/19', serviceSubnet: '172.30.0.0/24', dnsDomain: 'cluster.local' },
    controllerManager: { extraArgs: expect.arrayContaining([{ name: 'node-cidr-mask-size', value: '27' }]) },
    proxy: { disabled: true },
  });
  expect(documents.KubeProxyConfiguration).toMatchObject({ mode: '', clusterCIDR: '100.64.0.0/19' });
});

test('the certificate names every address of the first node, and none twice', () => {
  const { ClusterConfiguration } = documentsOf(initDocuments(placeOf(odd)));
  expect(ClusterConfiguration).toMatchObject({
    apiServer: { certSANs: [ipOf(first, 'out'), ipOf(first, 'in'), 'cp', 'localhost', '127.0.0.1'] },
  });
});

test('a worker joins by file, with its own address on the advertised network', () => {
  const { JoinConfiguration } = documentsOf(joinDocument(placeOf(odd), 'w-1'));
  expect(JoinConfiguration).toMatchObject({
    discovery: {
      file: { kubeConfigPath: expect.stringMatching(/^\//) },
      tlsBootstrapToken: 'abcdef.0123456789abcdef',
    },
    nodeRegistration: {
      name: 'w-1',
      kubeletExtraArgs: [
        { name: 'node-ip', value: ipOf(second, 'in') },
        { name: 'cgroup-root', value: '/podlab/odd/w-1' },
      ],
    },
  });
});

test.each(['iptables', 'nftables', 'ipvs'])('kube-proxy works by %s', (mode) => {
  const topology = room('podlab:nodes: { count: 1 }', `podlab:kubernetes: { proxyMode: ${mode} }`);
  const documents = documentsOf(initDocuments(placeOf(topology)));
  expect(documents.KubeProxyConfiguration).toMatchObject({ mode, conntrack: { maxPerCore: 0, min: 0 } });
  expect(documents.ClusterConfiguration).toMatchObject({ proxy: { disabled: false } });
});

test('where systemd manages control groups the kubelet uses it, and has no root of its own', () => {
  const place = placeOf(odd, { cgroupDriver: 'systemd', cgroupOf: () => '', patience: 1 });
  const documents = documentsOf(initDocuments(place));
  expect(documents.KubeletConfiguration).toMatchObject({ cgroupDriver: 'systemd', failCgroupV1: false });
  expect(documents.InitConfiguration).toMatchObject({
    nodeRegistration: { kubeletExtraArgs: [{ name: 'node-ip', value: ipOf(first, 'in') }] },
  });
});

test.each([
  [1, '6m0s'],
  [2, '12m0s'],
  [8, '20m0s'],
])('where all takes %i times as long kubeadm waits for %s, whatever made the node', (patience, within) => {
  const place = placeOf(odd, { ...placeOf(odd).nodes, patience });
  const timeouts = {
    controlPlaneComponentHealthCheck: within,
    kubeletHealthCheck: within,
    tlsBootstrap: within,
    kubernetesAPICall: within,
  };
  expect(documentsOf(initDocuments(place)).InitConfiguration).toMatchObject({ timeouts });
  expect(documentsOf(joinDocument(place, 'w-1')).JoinConfiguration).toMatchObject({ timeouts });
});

test('the control plane of an emulated machine is asked seldom, and not killed for answering late', () => {
  const filesWith = (patience: number) => kubeadmPatchFiles({ nodes: { ...placeOf(odd).nodes, patience } });
  const nameOf = (path: string) => path.split('/').at(-1);
  expect([...filesWith(1).keys()].map(nameOf)).toEqual(['corednsdeployment+strategic.yaml']);
  const files = filesWith(8);
  expect([...files.keys()].map(nameOf)).toEqual(
    ['corednsdeployment', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
      (name) => `${name}+strategic.yaml`,
    ),
  );
  const patchOf = (name: string) => parse([...files].find(([path]) => path.includes(name))?.[1] ?? '');
  const livenessProbe = { periodSeconds: 60, timeoutSeconds: 60, failureThreshold: 10 };
  const readinessProbe = { periodSeconds: 20, timeoutSeconds: 60 };
  expect(patchOf('kube-apiserver')).toEqual({
    spec: { containers: [{ name: 'kube-apiserver', livenessProbe, readinessProbe }] },
  });
  // One without a readiness probe of kubeadm's would get one that asks nothing, which is refused.
  expect(patchOf('kube-controller-manager')).toEqual({
    spec: { containers: [{ name: 'kube-controller-manager', livenessProbe }] },
  });
});

test("images of a registry with a port and directories are named in kubeadm's two halves", () => {
  const toolchain = {
    ...assembledToolchain,
    imageRepository: 'mirror.example:5000/k8s',
    images: {
      ...assembledToolchain.images,
      etcd: 'mirror.example:5000/k8s/etcd:3.6.8-0',
      coredns: 'mirror.example:5000/k8s/coredns/coredns:v1.14.2',
    },
  };
  const { ClusterConfiguration } = documentsOf(initDocuments(placeOf(odd, undefined, toolchain)));
  expect(ClusterConfiguration).toMatchObject({
    imageRepository: 'mirror.example:5000/k8s',
    etcd: { local: { imageRepository: 'mirror.example:5000/k8s', imageTag: '3.6.8-0' } },
    dns: { imageRepository: 'mirror.example:5000/k8s/coredns', imageTag: 'v1.14.2' },
  });
});
