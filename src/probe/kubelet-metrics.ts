// What a kubelet tells of CPU and memory, at each of its three endpoints, through the API server.

import * as v from 'valibot';
import type { ClusterApi } from '../cluster/api/cluster-api.ts';
import { LabError } from '../error.ts';
import { parsePrometheus } from './prometheus-text.ts';

export const kubeletSources = ['resource', 'summary', 'cadvisor'] as const;
export type KubeletSource = (typeof kubeletSources)[number];

/** A node, or a pod on it. */
export interface Subject {
  readonly node: string;
  /** Undefined for the node itself. */
  readonly pod: { readonly name: string; readonly namespace: string } | undefined;
}

export interface Usage {
  /** CPU time since it began, in seconds. */
  readonly cpuSeconds: number;
  /** Cores in use just now; 0 where the endpoint has only the sum. */
  readonly cpuCores: number;
  /** Working set: what would be missed if it were taken away. */
  readonly memoryBytes: number;
  /** When that was measured, Unix time in milliseconds; 0 when it is not told. */
  readonly at: number;
}

export interface Reading {
  /** The endpoint answered. */
  readonly answered: boolean;
  /** Why not; '' when it did. */
  readonly reason: string;
  /** Undefined when the endpoint does not know the subject. */
  readonly usage: Usage | undefined;
  readonly bytes: number;
  /** Of a pod, where the endpoint is `resource`; else none. */
  readonly containers: readonly ContainerUsage[];
}

export const pathOf = (node: string, source: KubeletSource): string => `/api/v1/nodes/${node}/proxy/${paths[source]}`;

const paths: Readonly<Record<KubeletSource, string>> = {
  resource: 'metrics/resource',
  summary: 'stats/summary',
  cadvisor: 'metrics/cadvisor',
};

/** An endpoint that refuses is an answer too; one that cannot be reached is not. */
export async function readKubelet(api: ClusterApi, subject: Subject, source: KubeletSource): Promise<Reading> {
  try {
    const text = await api.raw(pathOf(subject.node, source));
    const containers = source === 'resource' && subject.pod !== undefined ? containersIn(text, subject.pod) : [];
    return { answered: true, reason: '', usage: usageIn(source, text, subject), bytes: text.length, containers };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { answered: false, reason: error.message, usage: undefined, bytes: 0, containers: [] };
  }
}

export function usageIn(source: KubeletSource, text: string, subject: Subject): Usage | undefined {
  if (source === 'summary') return summaryUsage(text, subject);
  return source === 'resource' ? resourceUsage(text, subject) : cadvisorUsage(text, subject);
}

function resourceUsage(text: string, { pod }: Subject): Usage | undefined {
  const samples = parsePrometheus(text);
  const find = (what: string) =>
    samples.find(
      ({ name, labels }) =>
        name === `${pod === undefined ? 'node' : 'pod'}_${what}` &&
        (pod === undefined || (labels.pod === pod.name && labels.namespace === pod.namespace)),
    );
  const [cpu, memory] = [find('cpu_usage_seconds_total'), find('memory_working_set_bytes')];
  if (cpu === undefined || memory === undefined) return undefined;
  return { cpuSeconds: cpu.value, cpuCores: 0, memoryBytes: memory.value, at: memory.at };
}

// cAdvisor has a control group for each container, for the pause container and for the pod. Neither of the last two has the
// name of a container, and the pod has no name at all.
function cadvisorUsage(text: string, { pod }: Subject): Usage | undefined {
  const samples = parsePrometheus(text);
  const find = (what: string) =>
    samples.filter(
      ({ name, labels }) =>
        name === `container_${what}` &&
        (labels.cpu ?? 'total') === 'total' &&
        (pod === undefined
          ? labels.id === '/'
          : labels.pod === pod.name &&
            labels.namespace === pod.namespace &&
            (labels.container ?? '') === '' &&
            (labels.name ?? '') === ''),
    )[0];
  const [cpu, memory] = [find('cpu_usage_seconds_total'), find('memory_working_set_bytes')];
  if (cpu === undefined || memory === undefined) return undefined;
  return { cpuSeconds: cpu.value, cpuCores: 0, memoryBytes: memory.value, at: memory.at };
}

export interface ContainerUsage {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** The application containers of a pod in the answer of /metrics/resource, in its order; without the pause container. */
export function containersIn(
  text: string,
  pod: { readonly name: string; readonly namespace: string },
): ContainerUsage[] {
  const own = parsePrometheus(text).filter(
    ({ labels }) => labels.pod === pod.name && labels.namespace === pod.namespace,
  );
  return own
    .filter(({ name }) => name === 'container_cpu_usage_seconds_total')
    .map(({ labels, value }) => ({
      name: labels.container ?? '',
      cpuSeconds: value,
      memoryBytes:
        own.find(
          (other) => other.name === 'container_memory_working_set_bytes' && other.labels.container === labels.container,
        )?.value ?? 0,
    }));
}

const cpu = v.optional(
  v.looseObject({
    time: v.optional(v.string(), ''),
    usageNanoCores: v.optional(v.number(), 0),
    usageCoreNanoSeconds: v.optional(v.number(), 0),
  }),
);
const memory = v.optional(v.looseObject({ workingSetBytes: v.optional(v.number(), 0) }));

const summary = v.looseObject({
  node: v.looseObject({ cpu, memory }),
  pods: v.optional(
    v.array(v.looseObject({ podRef: v.looseObject({ name: v.string(), namespace: v.string() }), cpu, memory })),
    [],
  ),
});

function summaryUsage(text: string, { pod }: Subject): Usage | undefined {
  const { node, pods } = v.parse(summary, JSON.parse(text));
  const found =
    pod === undefined
      ? node
      : pods.find(({ podRef }) => podRef.name === pod.name && podRef.namespace === pod.namespace);
  if (found?.cpu === undefined || found.memory === undefined) return undefined;
  return {
    cpuSeconds: found.cpu.usageCoreNanoSeconds / 1e9,
    cpuCores: found.cpu.usageNanoCores / 1e9,
    memoryBytes: found.memory.workingSetBytes,
    at: Date.parse(found.cpu.time) || 0,
  };
}
