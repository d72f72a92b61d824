// k8s.pod: one pod, and if it does not run, why.

import * as v from 'valibot';
import type { V1ContainerState, V1Pod, V1Volume } from '../cluster/api/objects.ts';
import { podName } from './args.ts';
import { parseQuantity } from './kube-quantity.ts';
import { describePod, findPod, podFacts } from './pods.ts';
import { defineProbe } from './probe.ts';

export const k8sPod = defineProbe({
  name: 'k8s.pod',
  summary: 'Does a pod run, where, with which address, containers and volumes; if not, why?',
  runs: ['GET /api/v1/namespaces/NAMESPACE/pods?fieldSelector=metadata.name=NAME'],
  take: 'ip',
  args: v.strictObject({ name: podName }),
  returns: {
    exists: 'there is such a pod',
    name: 'its name, or empty',
    namespace: 'its namespace in the cluster, or empty',
    node: 'node on which it is; empty before it is scheduled',
    phase: 'Pending, Running, Succeeded, Failed, Unknown; empty when there is none',
    ready: 'its condition Ready is true',
    ip: "its address; in host mode the node's",
    host_ip: 'address of its node',
    host_network: "it uses the node's network",
    terminating: 'it was deleted and is on its way out',
    containers: 'names of its containers, in the order of the specification',
    container_states: 'for each: name, image, ready, restarts, state (waiting, running, terminated), reason',
    restarts: 'restarts of all containers together',
    reason:
      'why it does not run: the reason of a waiting or terminated container, of the scheduler or of the eviction; empty when it runs',
    message: 'the same in a sentence, as the cluster has it; may be empty',
    labels: 'its labels, name → value',
    owner: 'what made it, as Kind/NAME, for example ReplicaSet/web-5d4f; empty when a person did',
    volumes:
      'for each: name, type (emptyDir, hostPath, configMap, persistentVolumeClaim, projected …), claim (or empty)',
    cpu_limit: 'cores that its containers may use together; 0 without a limit',
    memory_limit_bytes: 'the same for memory; 0 without a limit',
    dns_policy: 'ClusterFirst, Default, None, ClusterFirstWithHostNet; empty when there is no pod',
  },
  async observe(context, { name }) {
    const pod = await findPod(context, name);
    const facts = podFacts(pod ?? {});
    const states = statesOf(pod);
    const { reason, message } = facts.phase === 'Running' && facts.ready ? noReason : whyNot(pod);
    const owner = pod?.metadata?.ownerReferences?.[0];
    return {
      exists: pod !== undefined,
      ...describePod(facts),
      host_ip: pod?.status?.hostIP ?? '',
      container_states: states,
      reason,
      message,
      labels: { ...pod?.metadata?.labels },
      owner: owner === undefined ? '' : `${owner.kind}/${owner.name}`,
      volumes: (pod?.spec?.volumes ?? []).map(describeVolume),
      cpu_limit: sumOfLimits(pod, 'cpu'),
      memory_limit_bytes: sumOfLimits(pod, 'memory'),
      dns_policy: pod?.spec?.dnsPolicy ?? '',
    };
  },
});

const noReason = { reason: '', message: '' };

function statesOf(pod: V1Pod | undefined) {
  return (pod?.spec?.containers ?? []).map(({ name, image = '' }) => {
    const status = pod?.status?.containerStatuses?.find((one) => one.name === name);
    const { state, reason } = stateOf(status?.state);
    return { name, image, ready: status?.ready ?? false, restarts: status?.restartCount ?? 0, state, reason };
  });
}

function stateOf(state: V1ContainerState | undefined): { state: string; reason: string; message: string } {
  if (state?.running !== undefined) return { state: 'running', reason: '', message: '' };
  const [kind, why] =
    state?.terminated === undefined
      ? (['waiting', state?.waiting] as const)
      : (['terminated', state.terminated] as const);
  return { state: kind, reason: why?.reason ?? '', message: why?.message ?? '' };
}

function whyNot(pod: V1Pod | undefined): { reason: string; message: string } {
  const {
    reason = '',
    message = '',
    conditions = [],
    containerStatuses = [],
    initContainerStatuses = [],
  } = pod?.status ?? {};
  if (reason !== '') return { reason, message };
  const stuck = [...initContainerStatuses, ...containerStatuses]
    .map(({ state }) => stateOf(state))
    .find((state) => state.state !== 'running' && state.reason !== '' && state.reason !== 'Completed');
  if (stuck !== undefined) return { reason: stuck.reason, message: stuck.message };
  const refused = conditions.find(({ status, reason: why = '' }) => status === 'False' && why !== '');
  return { reason: refused?.reason ?? '', message: refused?.message ?? '' };
}

function describeVolume({ name, persistentVolumeClaim, ...rest }: V1Volume) {
  if (persistentVolumeClaim !== undefined) {
    return { name, type: 'persistentVolumeClaim', claim: persistentVolumeClaim.claimName };
  }
  const type = Object.entries(rest).find(([, value]) => value !== undefined)?.[0] ?? '';
  return { name, type, claim: '' };
}

function sumOfLimits(pod: V1Pod | undefined, resource: 'cpu' | 'memory'): number {
  const limits = (pod?.spec?.containers ?? []).map(({ resources }) => resources?.limits?.[resource]);
  return limits.reduce((sum, limit) => sum + (limit === undefined ? 0 : parseQuantity(limit)), 0);
}
