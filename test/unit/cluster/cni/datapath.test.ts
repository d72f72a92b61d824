// The look at a datapath, over nodes whose answers are known; real packets are sent in the kubernetes layer.

import { expect, test } from 'vitest';
import type { ClusterPlace } from '../../../../src/cluster/cluster-place.ts';
import { checkDatapath } from '../../../../src/cluster/cni/datapath.ts';
import type { Executor } from '../../../../src/host/host.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

const podOf = (node: string) => `podlab-check-run-${node}`;

const pods = {
  items: [
    {
      metadata: { name: podOf('node1') },
      spec: { nodeName: 'node1' },
      status: { phase: 'Running', podIP: '10.244.0.2' },
    },
    {
      metadata: { name: podOf('node2') },
      spec: { nodeName: 'node2' },
      status: { phase: 'Running', podIP: '10.244.1.2' },
    },
    { metadata: { name: 'coredns' }, spec: { nodeName: 'node1' }, status: { phase: 'Running', podIP: '10.244.0.3' } },
    { metadata: { name: 'gone' }, spec: { nodeName: 'node1' }, status: { phase: 'Succeeded', podIP: '10.244.0.9' } },
    {
      metadata: { name: 'kube-proxy' },
      spec: { nodeName: 'node1', hostNetwork: true },
      status: { phase: 'Running', podIP: '192.168.39.11' },
    },
  ],
};

const otherBlock = {
  node1: { dst: '10.244.1.0/24', gateway: '192.168.39.12', dev: 'eth1' },
  node2: { dst: '10.244.0.0/24', gateway: '192.168.39.11', dev: 'eth1' },
};

/** A cluster of two nodes with plain routes, whose script for packets ends as told; `sent` collects its arguments. */
function place(cni: string, packets: { exitCode: number; stdout: string }, sent: string[] = []): ClusterPlace {
  const text = `config:\n  podlab:engine: kubernetes\n  podlab:cni: ${cni}`;
  const topology = loadTopology(text, { stack: 'lab', file: 'f' });
  const node = (name: string): Executor => ({
    name,
    async run(argv) {
      const whole = { argv, exitCode: 0, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 1 };
      const command = argv.join(' ');
      if (command.startsWith('kubectl ')) return { ...whole, stdout: JSON.stringify(pods) };
      if (command.includes('ip -j link')) {
        const parts = [
          '[{"ifname":"eth1","flags":["UP"]}]',
          JSON.stringify([otherBlock[name as keyof typeof otherBlock]]),
          '',
          '',
        ];
        return { ...whole, stdout: parts.join('\n#\n') };
      }
      if (argv[0] !== 'sh') throw new Error(`not known: ${command}`);
      sent.push(`${name}: ${argv.slice(4).join(' ')}`);
      return { ...whole, ...packets };
    },
  });
  return { topology, node, nodes: { patience: 1 }, signal: new AbortController().signal } as unknown as ClusterPlace;
}

const look = (at: ClusterPlace) => checkDatapath(at, podOf, () => undefined);

test('packets of the full size go from each check pod to every other pod that has an address of its own', async () => {
  const sent: string[] = [];
  expect(await look(place('{ name: bridge }', { exitCode: 0, stdout: '' }, sent))).toEqual({ skipped: [] });
  expect(sent.sort()).toEqual([
    'node1: check-run-node1 1472 10.244.1.2 10.244.0.3',
    'node2: check-run-node2 1472 10.244.0.2 10.244.0.3',
  ]);
});

test('a packet without an answer is an error that names node and packet', async () => {
  const said = 'looked for an answer of 10.244.1.2 to 1500 bytes from podlab-check-run-node1, saw none';
  await expect(look(place('{ name: bridge }', { exitCode: 1, stdout: `${said}\n` }))).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringMatching(
      /^datapath of bridge on node[12]: looked for an answer of 10\.244\.1\.2 to 1500 bytes/,
    ),
  });
});

test('what a node cannot do is said once', async () => {
  const said = 'no iputils ping on this node\n';
  expect(await look(place('{ name: bridge }', { exitCode: 77, stdout: said }))).toEqual({
    skipped: ['packets of the full size: no iputils ping on this node'],
  });
});

test('an MTU that does not fit is left to the lab that wants it', async () => {
  const sent: string[] = [];
  expect(await look(place('{ name: bridge, mtu: 1600 }', { exitCode: 1, stdout: '' }, sent))).toEqual({
    skipped: ['packets of the full size: pods have an MTU of 1600 by the stack file, and 1500 fit'],
  });
  expect(sent).toEqual([]);
});

test('without a CNI nothing is asked', async () => {
  const silent = { ...place('{ name: none }', { exitCode: 1, stdout: '' }), node: () => expect.unreachable() };
  expect(await look(silent)).toEqual({ skipped: [] });
});
