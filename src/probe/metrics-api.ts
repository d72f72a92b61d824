// metrics.api: the aggregated metrics that `kubectl top` shows.

import * as v from 'valibot';
import type { ClusterApi } from '../cluster/api/cluster-api.ts';
import { LabError } from '../error.ts';
import { objectName, podName } from './args.ts';
import { parseQuantity } from './kube-quantity.ts';
import { readKubelet } from './kubelet-metrics.ts';
import { nodeName } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import { defineProbe } from './probe.ts';

const base = '/apis/metrics.k8s.io/v1beta1';

export const metricsApi = defineProbe({
  name: 'metrics.api',
  summary: 'Is there a metrics API, as `kubectl top` asks it, and what does it say of a node or a pod?',
  runs: [
    'GET /apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io',
    `GET ${base}/nodes`,
    `GET ${base}/pods`,
    'GET /api/v1/nodes/NODE/proxy/metrics/resource (for the difference)',
  ],
  take: 'available',
  args: v.strictObject({
    node: v.optional(objectName('Node that `known`, `cpu_cores` … are about; the first of the stack if absent.')),
    pod: v.optional(podName),
  }),
  returns: {
    registered: 'somebody has registered it: there is an APIService v1beta1.metrics.k8s.io',
    available: 'it answers with metrics of at least one node',
    reason:
      'why it does not: NotRegistered, what its APIService says (MissingEndpoints, FailedDiscoveryCheck …), or NoMetrics; empty when it does',
    nodes:
      'for each node: name, cpu_cores, memory_bytes, window_s (over how many seconds CPU was averaged), at (Unix time in seconds)',
    pods: 'for each pod: namespace, name, cpu_cores, memory_bytes, window_s, at, containers (names)',
    node_names: 'names of the nodes that it knows, sorted',
    known: 'it knows the pod (or node)',
    cpu_cores: 'cores of the pod (or node) in use; 0 when it is not known, as all that follow',
    memory_bytes: 'its working set in bytes',
    window_s: 'over how many seconds its CPU was averaged',
    at: 'when it was measured, Unix time in seconds',
    kubelet_memory_bytes:
      'what the kubelet itself says now, at /metrics/resource; for a pod the sum of its application containers, which is what this API adds up too',
    kubelet_pod_memory_bytes:
      "what the kubelet says of the whole pod, its pause container included; a node's own value without `pod`",
    memory_difference_percent:
      'difference of `memory_bytes` and `kubelet_memory_bytes`, in percent of the larger; the values are of different moments',
  },
  async observe(context, { node, pod }) {
    const api = await context.cluster();
    const registration = await getIfAny(
      api,
      '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io',
      apiService,
    );
    const condition = registration?.status?.conditions?.find(({ type }) => type === 'Available');
    const isUsable = condition?.status === 'True';
    const nodes = isUsable ? ((await getIfAny(api, `${base}/nodes`, nodeList))?.items ?? []).map(describeNode) : [];
    const pods = isUsable ? ((await getIfAny(api, `${base}/pods`, podList))?.items ?? []).map(describePod) : [];
    const asked = pod === undefined ? undefined : podFacts((await findPod(context, pod)) ?? {});
    const place = node ?? nodeName(context, asked?.node ?? '');
    const found =
      asked === undefined
        ? nodes.find(({ name }) => name === place)
        : pods.find(({ name, namespace }) => name === asked.name && namespace === asked.namespace);
    const own = found === undefined ? undefined : await readKubelet(api, { node: place, pod: asked }, 'resource');
    const whole = own?.usage?.memoryBytes ?? 0;
    const parts = (own?.containers ?? []).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    const [theirs, here] = [asked === undefined ? whole : parts, found?.memory_bytes ?? 0];
    const larger = Math.max(theirs, here);
    return {
      registered: registration !== undefined,
      available: nodes.length > 0,
      reason: reasonOf(registration !== undefined, condition, nodes.length),
      nodes,
      pods,
      node_names: nodes.map(({ name }) => name).sort(),
      known: found !== undefined,
      cpu_cores: found?.cpu_cores ?? 0,
      memory_bytes: here,
      window_s: found?.window_s ?? 0,
      at: found?.at ?? 0,
      kubelet_memory_bytes: theirs,
      kubelet_pod_memory_bytes: whole,
      memory_difference_percent: larger === 0 ? 0 : Number(((100 * Math.abs(theirs - here)) / larger).toFixed(1)),
    };
  },
});

const conditions = v.array(v.looseObject({ type: v.string(), status: v.string(), reason: v.optional(v.string(), '') }));
const apiService = v.looseObject({ status: v.optional(v.looseObject({ conditions: v.optional(conditions) })) });
const usage = v.looseObject({ cpu: v.string(), memory: v.string() });
const common = { timestamp: v.string(), window: v.string() };
const named = v.looseObject({ name: v.string(), namespace: v.optional(v.string(), '') });
const nodeMetrics = v.looseObject({ metadata: named, ...common, usage });
const podMetrics = v.looseObject({
  metadata: named,
  ...common,
  containers: v.array(v.looseObject({ name: v.string(), usage })),
});
const nodeList = v.looseObject({ items: v.array(nodeMetrics) });
const podList = v.looseObject({ items: v.array(podMetrics) });

function reasonOf(
  isRegistered: boolean,
  condition: { readonly status: string; readonly reason: string } | undefined,
  count: number,
): string {
  if (!isRegistered) return 'NotRegistered';
  if (condition?.status !== 'True') return condition?.reason || 'Unknown';
  return count === 0 ? 'NoMetrics' : '';
}

function describeNode({ metadata, timestamp, window, usage: used }: v.InferOutput<typeof nodeMetrics>) {
  return {
    name: metadata.name,
    cpu_cores: parseQuantity(used.cpu),
    memory_bytes: parseQuantity(used.memory),
    window_s: secondsOf(window),
    at: Math.round(Date.parse(timestamp) / 1000),
  };
}

function describePod({ metadata, timestamp, window, containers }: v.InferOutput<typeof podMetrics>) {
  const sum = (of: 'cpu' | 'memory') => containers.reduce((total, one) => total + parseQuantity(one.usage[of]), 0);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    cpu_cores: sum('cpu'),
    memory_bytes: sum('memory'),
    window_s: secondsOf(window),
    at: Math.round(Date.parse(timestamp) / 1000),
    containers: containers.map(({ name }) => name),
  };
}

/** Go's durations: `15.041s`, `1m30s`. */
export function secondsOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, value, unit = 's']) => sum + Number(value) * (units[unit] ?? 0), 0);
}

/** Undefined where the API server knows no such path, or nobody behind it answers just now. */
async function getIfAny<T>(api: ClusterApi, path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  try {
    const parsed = v.safeParse(schema, JSON.parse(await api.raw(path)));
    if (parsed.success) return parsed.output;
    throw new LabError('PROBE_FAILED', `GET ${path}: something unexpected: ${parsed.issues[0]?.message}`);
  } catch (error) {
    const isAbsent = error instanceof LabError && (error.code === 'NOT_FOUND' || error.message.includes('status 503'));
    if (isAbsent) return undefined;
    throw error;
  }
}
