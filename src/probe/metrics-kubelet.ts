// metrics.kubelet: the same number at the three places where a kubelet shows it.

import * as v from 'valibot';
import { objectName, podName } from './args.ts';
import { kubeletSources, pathOf, type Reading, readKubelet, type Subject } from './kubelet-metrics.ts';
import { nodeName } from './net-view.ts';
import { findPod, podFacts, splitName } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';

export const metricsKubelet = defineProbe({
  name: 'metrics.kubelet',
  summary: 'What does the kubelet tell of the CPU and memory of a node or a pod, at each of its endpoints?',
  runs: kubeletSources.map((source) => `GET ${pathOf('NODE', source)}`),
  take: 'memory_bytes',
  args: v.strictObject({
    node: v.optional(objectName('Node that is asked; that of `pod`, else the first of the stack if absent.')),
    pod: v.optional(podName),
    source: v.optional(
      v.pipe(
        v.picklist(kubeletSources),
        v.description('Endpoint that `known`, `cpu_…`, `memory_bytes` are taken from; `resource` if absent.'),
      ),
      'resource',
    ),
  }),
  returns: {
    node: 'name of the node that was asked',
    answers: 'names of the endpoints that answered: resource, summary, cadvisor',
    refusals: 'for each that did not: source, reason',
    known: 'the endpoint `source` knows the pod (or node)',
    cpu_seconds: 'CPU time since it began, as `source` has it; 0 when it is not known, as all that follow',
    cpu_cores: 'cores in use just now; only `summary` has it',
    memory_bytes: 'working set in bytes, as `source` has it',
    at: 'when `source` measured it, Unix time in seconds',
    readings:
      'for each endpoint that knows it: source, cpu_seconds, cpu_cores, memory_bytes, at, bytes (length of the whole answer)',
    containers:
      'for each application container of `pod`, from `resource`: name, cpu_seconds, memory_bytes. The pod itself has more: its pause container',
    memory_spread_percent:
      'largest minus smallest working set of the endpoints, in percent of the largest; they measure at different moments',
  },
  async observe(context, { node, pod, source }) {
    const subject = await subjectOf(context, node, pod);
    const api = await context.cluster();
    const all = await Promise.all(
      kubeletSources.map(async (name) => ({ name, ...(await readKubelet(api, subject, name)) })),
    );
    const readings = all.flatMap(describe);
    const chosen = readings.find((reading) => reading.source === source);
    const memories = readings.map(({ memory_bytes }) => memory_bytes);
    const largest = Math.max(0, ...memories);
    return {
      node: subject.node,
      answers: all.filter(({ answered }) => answered).map(({ name }) => name),
      refusals: all.filter(({ answered }) => !answered).map(({ name, reason }) => ({ source: name, reason })),
      known: chosen !== undefined,
      cpu_seconds: chosen?.cpu_seconds ?? 0,
      cpu_cores: chosen?.cpu_cores ?? 0,
      memory_bytes: chosen?.memory_bytes ?? 0,
      at: chosen?.at ?? 0,
      readings,
      containers: all.flatMap(({ containers }) =>
        containers.map((one) => ({ name: one.name, cpu_seconds: one.cpuSeconds, memory_bytes: one.memoryBytes })),
      ),
      memory_spread_percent:
        largest === 0 ? 0 : Number(((100 * (largest - Math.min(...memories))) / largest).toFixed(1)),
    };
  },
});

async function subjectOf(context: ProbeContext, node: string | undefined, pod: string | undefined): Promise<Subject> {
  const found = pod === undefined ? undefined : await findPod(context, pod);
  const facts = podFacts(found ?? {});
  // A pod that the cluster does not know may be asked about all the same: no endpoint knows it.
  const named = found === undefined && pod !== undefined ? splitName(pod) : facts;
  return {
    node: node ?? nodeName(context, facts.node),
    pod: pod === undefined ? undefined : { name: named.name, namespace: named.namespace },
  };
}

function describe({ name, usage, bytes }: Reading & { readonly name: string }) {
  if (usage === undefined) return [];
  const { cpuSeconds, cpuCores, memoryBytes, at } = usage;
  const seconds = Math.round(at / 1000);
  return [
    { source: name, cpu_seconds: cpuSeconds, cpu_cores: cpuCores, memory_bytes: memoryBytes, at: seconds, bytes },
  ];
}
