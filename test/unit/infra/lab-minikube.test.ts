// The resources of a cluster by minikube, with Pulumi's mocks.

import { readFileSync } from 'node:fs';
import { runtime } from '@pulumi/pulumi';
import { beforeAll, expect, test } from 'vitest';
import { planCni } from '../../../src/cluster/cni/plan-cni.ts';
import { LabMinikube } from '../../../src/infra/lab-minikube.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const made: { readonly type: string; readonly name: string; readonly inputs: Record<string, unknown> }[] = [];

beforeAll(async () => {
  await runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      made.push({ type, name, inputs });
      return { id: `${name}-id`, state: { ...inputs, stdout: 'kubeconfig' } };
    },
    call: ({ inputs }) => inputs,
  });
});

test('kvm2: its network, then minikube with exactly the arguments of podlab up, and the kubeconfig as a secret', async () => {
  const text = readFileSync('stacks/Pulumi.minikube-kvm2.yaml', 'utf8');
  const topology = loadTopology(text, { stack: 'seat1', file: 'f' });
  const { kubeconfig } = new LabMinikube('minikube', { topology, directory: '/state/seat1', cni: undefined });
  const read = await new Promise((done) => kubeconfig.apply(done));
  expect(read).toBe('kubeconfig');
  const commands = made.filter(({ type }) => type === 'command:local:Command');
  expect(commands.map(({ name }) => name)).toEqual(['network', 'minikube', 'kubeconfig']);
  const [network, minikube] = commands;
  expect(network?.inputs).toMatchObject({
    create: expect.stringContaining(
      'net-define /dev/stdin && virsh --connect qemu:///system --quiet net-start podlab.seat1.',
    ),
    stdin: expect.stringContaining('<range start="192.168.39.11" end="192.168.39.11"/>'),
    delete: expect.stringContaining('net-undefine podlab.seat1.minikube-net || true'),
  });
  expect(minikube?.inputs).toMatchObject({
    create: expect.stringContaining(
      'minikube start --profile seat1 --driver kvm2 --kvm-network default --network podlab.seat1.minikube-net',
    ),
    delete: expect.stringContaining('minikube delete --profile seat1'),
    update: 'true',
    environment: { KUBECONFIG: '/state/seat1/minikube-kubeconfig.yaml' },
  });
});

test('docker: the manifest of the CNI with the pod range of the stack', async () => {
  made.length = 0;
  const text = `config:
  podlab:driver: minikube
  podlab:engine: kubernetes
  podlab:minikube: { driver: docker }
  podlab:kubernetes: { podSubnet: 10.50.0.0/16 }
  podlab:cni: { name: flannel }
`;
  const topology = loadTopology(text, { stack: 'seat2', file: 'f' });
  const manifest = readFileSync('test/unit/cluster/cni/fixtures/flannel.yml', 'utf8');
  const cni = planCni(topology, { name: 'flannel.yml', text: manifest });
  const { kubeconfig } = new LabMinikube('minikube', { topology, directory: '/state/seat2', cni });
  await new Promise((done) => kubeconfig.apply(done));
  const commands = made.filter(({ type }) => type === 'command:local:Command');
  expect(commands.map(({ name }) => name)).toEqual(['cni', 'minikube', 'kubeconfig']);
  expect(commands[0]?.inputs.stdin).toContain('"Network": "10.50.0.0/16"');
  expect(commands[1]?.inputs.create).toContain('--cni /state/seat2/minikube-cni.yaml');
});
