// What the engine tells, as steps; events as the CLI 3.260 sends them, without the parts that nobody reads.

import type { EngineEvent } from '@pulumi/pulumi/automation/index.js';
import { expect, test } from 'vitest';
import { followPulumi } from '../../../../src/driver/libvirt/pulumi-progress.ts';
import type { Reporter } from '../../../../src/reporter.ts';

const urn = (types: string, name: string) => `urn:pulumi:vms::podlab::${types}::${name}`;
const machine = urn('podlab:infra:LabNode$libvirt:index/domain:Domain', 'node1');
const network = urn('podlab:infra:LabNetworks$libvirt:index/network:Network', 'nat');
const join = urn('podlab:infra:LabCluster$command:remote:Command', 'my-node-join');
const component = urn('podlab:infra:LabNode', 'node1');

const pre = (of: string, op: string, planning = false) =>
  ({ resourcePreEvent: { metadata: { urn: of, op }, planning } }) as unknown as EngineEvent;
const outputs = (of: string, op: string) =>
  ({ resOutputsEvent: { metadata: { urn: of, op } } }) as unknown as EngineEvent;
const failed = (of: string, op: string) =>
  ({ resOpFailedEvent: { metadata: { urn: of, op } } }) as unknown as EngineEvent;
const said = (of: string, severity: string, message: string) =>
  ({ diagnosticEvent: { urn: of, severity, message } }) as unknown as EngineEvent;

function recording(): { reporter: Reporter; lines: string[] } {
  const lines: string[] = [];
  const reporter: Reporter = {
    step: async (title, work) => {
      lines.push(`begin ${title}`);
      const end = (how: string) => lines.push(`${how} ${title}`);
      return work((detail) => lines.push(`${title}: ${detail}`)).then(
        (result) => {
          end('end');
          return result;
        },
        (error) => {
          end('fail');
          throw error;
        },
      );
    },
    info: () => {},
    warn: () => {},
  };
  return { reporter, lines };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('every resource that is made or removed is a step, components are none', async () => {
  const { reporter, lines } = recording();
  const progress = followPulumi(reporter);
  for (const event of [
    pre(component, 'create'),
    pre(network, 'delete-replaced'),
    outputs(network, 'delete-replaced'),
    pre(network, 'replace'),
    pre(network, 'create-replacement'),
    outputs(network, 'create-replacement'),
    pre(machine, 'same'),
    pre(join, 'create'),
    said(join, 'info', '<{%reset%}>[preflight] Running checks<{%reset%}>\n'),
    failed(join, 'create'),
  ]) {
    progress.onEvent(event);
    await settled();
  }
  expect(lines).toEqual([
    'begin removing network nat',
    'end removing network nat',
    'begin making network nat',
    'end making network nat',
    'begin kubeadm join on my-node',
    'kubeadm join on my-node: [preflight] Running checks',
    'fail kubeadm join on my-node',
  ]);
  expect(progress.changes).toEqual([
    { what: 'replace', name: 'network nat' },
    { what: 'make', name: 'command my-node-join' },
  ]);
  expect(progress.phases.map(({ name }) => name)).toEqual(['networks', 'join']);
});

test('commands are told by what they are there for; of their removal only what takes time', async () => {
  const { reporter, lines } = recording();
  const progress = followPulumi(reporter);
  const command = (name: string, where = 'remote') => urn(`podlab:infra:LabNode$command:${where}:Command`, name);
  for (const [op, name, where] of [
    ['create', 'my-node.my-net-lease', 'local'],
    ['create', 'my-node-ready'],
    ['update', 'my-node-peers'],
    ['create', 'my-node-register'],
    ['delete', 'my-node-register'],
    ['create', 'my-node-api'],
    ['delete', 'my-node-join'],
    ['delete', 'my-node.my-net-lease', 'local'],
  ]) {
    progress.onEvent(pre(command(name ?? '', where), op ?? ''));
    progress.onEvent(outputs(command(name ?? '', where), op ?? ''));
  }
  expect(lines.filter((line) => line.startsWith('begin '))).toEqual([
    'begin reserving the address of my-node.my-net',
    'begin waiting until my-node has booted',
    'begin telling my-node who the others are',
    'begin making room for my-node in the cluster',
    'begin taking my-node out of the cluster',
    'begin having the API server describe its API',
  ]);
  expect(progress.phases.map(({ name }) => name)).toEqual(['networks', 'boot', 'peers', 'join', 'pods']);
});

test('what podlab brings to a machine is a step and a phase of its own', async () => {
  const { reporter, lines } = recording();
  const progress = followPulumi(reporter);
  const complete = urn('podlab:infra:LabNode$command:local:Command', 'node1-complete');
  progress.onEvent(pre(complete, 'create'));
  progress.onEvent(said(complete, 'info', 'sending kubelet to node1 ...\n'));
  progress.onEvent(outputs(complete, 'create'));
  await settled();
  expect(lines).toEqual([
    'begin bringing node1 what its image lacks',
    'bringing node1 what its image lacks: sending kubelet to node1 ...',
    'end bringing node1 what its image lacks',
  ]);
  expect(progress.changes).toEqual([{ what: 'make', name: 'command node1-complete' }]);
  expect(progress.phases.map(({ name }) => name)).toEqual(['complete']);
});

test('a preview has changes and no steps; errors keep whose they are', async () => {
  const { reporter, lines } = recording();
  const progress = followPulumi(reporter);
  progress.onEvent(pre(machine, 'update', true));
  progress.onEvent(said(network, 'error', '<{%fg 1%}>error: <{%reset%}>it is taken\n'));
  progress.onEvent(said('', 'error', 'update failed'));
  progress.onEvent(said('', 'warning', 'nothing'));
  expect(lines).toEqual([]);
  expect(progress.changes).toEqual([{ what: 'change', name: 'machine node1' }]);
  expect(progress.errors).toEqual(['network nat: error: it is taken', 'update failed']);
});

test('a step of which no end is heard fails when the engine is gone', async () => {
  const { reporter, lines } = recording();
  const progress = followPulumi(reporter);
  progress.onEvent(pre(machine, 'create'));
  progress.end();
  await settled();
  expect(lines).toEqual(['begin making machine node1', 'fail making machine node1']);
});
