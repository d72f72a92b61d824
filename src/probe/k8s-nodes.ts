// k8s.nodes: the cluster's nodes.

import * as v from 'valibot';
import type { V1Node } from '../cluster/api/objects.ts';
import { objectName } from './args.ts';
import { parseQuantity } from './kube-quantity.ts';
import { defineProbe } from './probe.ts';

export const k8sNodes = defineProbe({
  name: 'k8s.nodes',
  summary: 'Which nodes has the cluster, are they Ready, with which addresses and pod CIDRs?',
  runs: ['GET /api/v1/nodes'],
  take: 'names',
  args: v.strictObject({ name: v.optional(objectName('Node that `exists`, `ready` and `ip` are about.')) }),
  returns: {
    names: 'names of all nodes, sorted',
    count: 'how many there are',
    ready_count: 'how many are Ready',
    not_ready: 'names of the others',
    nodes:
      'for each: name, ready, reason (why not, or empty), ip (InternalIP), pod_cidr (or empty), control_plane, schedulable, taints (keys), cpus, memory_bytes, max_pods, kubelet, runtime, kernel',
    exists: 'the node `name` is there; without `name`, any',
    ready: 'the node `name` is Ready; without `name`, all are',
    ip: 'address of the node `name`, or empty',
  },
  async observe(context, { name }) {
    const { items } = await (await context.cluster()).core.listNode();
    const nodes = items.map(describe).sort((a, b) => (a.name < b.name ? -1 : 1));
    const asked = nodes.filter((node) => name === undefined || node.name === name);
    return {
      names: nodes.map((node) => node.name),
      count: nodes.length,
      ready_count: nodes.filter(({ ready }) => ready).length,
      not_ready: nodes.filter(({ ready }) => !ready).map((node) => node.name),
      nodes,
      exists: asked.length > 0,
      ready: asked.length > 0 && asked.every(({ ready }) => ready),
      ip: name === undefined ? '' : (asked[0]?.ip ?? ''),
    };
  },
});

function describe({ metadata, spec, status }: V1Node) {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const { capacity = {}, nodeInfo } = status ?? {};
  const amount = (resource: string) => parseQuantity(capacity[resource] ?? '0');
  return {
    name: metadata?.name ?? '',
    ready: ready?.status === 'True',
    reason: ready?.status === 'True' ? '' : (ready?.message ?? 'it has never reported'),
    ip: internalIp(status?.addresses ?? []),
    pod_cidr: spec?.podCIDR ?? '',
    control_plane: metadata?.labels?.['node-role.kubernetes.io/control-plane'] !== undefined,
    schedulable: spec?.unschedulable !== true,
    taints: (spec?.taints ?? []).map(({ key }) => key),
    cpus: amount('cpu'),
    memory_bytes: amount('memory'),
    max_pods: amount('pods'),
    kubelet: nodeInfo?.kubeletVersion ?? '',
    runtime: nodeInfo?.containerRuntimeVersion ?? '',
    kernel: nodeInfo?.kernelVersion ?? '',
  };
}

function internalIp(addresses: readonly { type: string; address: string }[]): string {
  return addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
}
