// Asks a probe as the runner does, and holds it to the fields that it documents.

import * as v from 'valibot';
import { expect } from 'vitest';
import type { ClusterApi } from '../../src/cluster/api/cluster-api.ts';
import { LabError } from '../../src/error.ts';
import type { Executor } from '../../src/host/host.ts';
import type { Json, ProbeContext } from '../../src/probe/probe.ts';
import { probes } from '../../src/probe/registry.ts';
import type { Topology } from '../../src/topology/topology.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads fields that it then compares with exact values
export type Observed = Record<string, any>;

export async function observe(
  name: string,
  args: Readonly<Record<string, Json>>,
  executors: Executor | readonly Executor[],
  topology: Topology = twoNodes,
  cluster?: ClusterApi,
): Promise<Observed> {
  const probe = probes.get(name);
  if (probe === undefined) throw new Error(`no probe ${name}`);
  const observation = await probe.observe(contextOf(executors, topology, cluster), v.parse(probe.args, args));
  expect(Object.keys(observation).sort()).toEqual(Object.keys(probe.returns).sort());
  return observation as Observed;
}

export function contextOf(
  executors: Executor | readonly Executor[],
  topology: Topology = twoNodes,
  cluster?: ClusterApi,
): ProbeContext {
  const all = [executors].flat() as readonly Executor[];
  return {
    topology,
    node(name) {
      const found = all.find((executor) => executor.name === name);
      if (found === undefined) throw new LabError('NOT_FOUND', `there is no node "${name}"`);
      return found;
    },
    async cluster() {
      if (cluster === undefined) throw new LabError('PROBE_FAILED', `stack "${topology.stack}" has no cluster`);
      return cluster;
    },
    patience: 1,
    shared: new Map(),
  };
}

const noImpairment = { delayMs: 0, jitterMs: 0, lossPercent: 0, rateKbit: 0 };

function node(name: string, n: number) {
  const nic = (network: string, iface: string, ip: string) => ({
    network,
    iface,
    ip,
    mac: `52:54:00:00:0${iface.slice(3)}:0${n}`,
    prefix: 24,
    mtuBytes: 1500,
    port: `${name}-${iface.slice(3)}`,
    impairment: noImpairment,
  });
  const nics = [nic('nat', 'eth0', `192.168.122.1${n}`), nic('isolated', 'eth1', `192.168.39.1${n}`)];
  return { name, nics, defaultGateway: '192.168.122.1', cpus: 0, memoryMiB: 0, rack: '' };
}

/** The room of the quickstart. */
export const twoNodes: Topology = {
  stack: 'two-nodes',
  driver: 'sandbox',
  engine: 'none',
  uplink: false,
  networks: [
    { name: 'nat', mode: 'nat', cidr: '192.168.122.0/24', gateway: '192.168.122.1', bridge: 'nat', mtuBytes: 1500 },
    {
      name: 'isolated',
      mode: 'isolated',
      cidr: '192.168.39.0/24',
      gateway: '192.168.39.1',
      bridge: 'isolated',
      mtuBytes: 1500,
    },
  ],
  nodes: [node('node1', 1), node('node2', 2)],
  outside: { cidr: '203.0.113.0/24', ip: '203.0.113.10', gateway: '203.0.113.1' },
  kubernetes: {
    version: 'v1.36.3',
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/12',
    nodePrefix: 24,
    proxyMode: 'iptables',
    advertise: 'isolated',
    advertiseAddress: '192.168.39.11',
    apiPort: 6443,
  },
  cni: { name: 'none', routes: '', mtuBytes: 1500, as: 0, serviceProxy: false, manifest: '', registry: '' },
  workloads: { manifests: [], images: [] },
  image: undefined,
  minikube: undefined,
  existing: undefined,
};
