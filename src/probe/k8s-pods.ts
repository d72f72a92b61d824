// k8s.pods: which pods there are, where, and in whose network.

import * as v from 'valibot';
import { objectName } from './args.ts';
import { describePod, hasOwnNetwork, podFacts } from './pods.ts';
import { defineProbe } from './probe.ts';

const anySelector = v.optional(
  v.pipe(v.string(), v.maxLength(500), v.description('Only pods with these labels, as in `kubectl get pods -l`.')),
);

export const k8sPods = defineProbe({
  name: 'k8s.pods',
  summary: 'Which pods are there, on which nodes, with which addresses, in whose network?',
  runs: ['GET /api/v1/pods?labelSelector=SELECTOR', 'GET /api/v1/namespaces/NAMESPACE/pods?labelSelector=SELECTOR'],
  take: 'count',
  args: v.strictObject({
    namespace: v.optional(objectName('Only pods of this namespace of the cluster; all if absent.')),
    selector: anySelector,
    node: v.optional(objectName('Only pods on this node; all nodes if absent.')),
  }),
  returns: {
    count: 'number of pods that match, finished and pending ones too',
    names: 'their names, sorted by namespace and name',
    pods: 'for each: name, namespace, node (empty before it is scheduled), phase, ready, ip, host_network, containers (names), restarts, terminating',
    running_count: 'how many are in phase Running',
    ready_count: 'how many are Ready',
    host_network_count: "how many unfinished ones use the node's network",
    host_network_names: 'names of those',
    own_network_count:
      'how many unfinished ones have an address and a network namespace of their own: each has one veth where the CNI uses veths',
    ips: 'addresses of those with a network of their own, sorted',
    nodes: 'names of the nodes on which they are, sorted',
  },
  async observe(context, { namespace, selector, node }) {
    const { core } = await context.cluster();
    const labels = selector === undefined ? {} : { labelSelector: selector };
    const { items } =
      namespace === undefined
        ? await core.listPodForAllNamespaces(labels)
        : await core.listNamespacedPod({ namespace, ...labels });
    const pods = items
      .map(podFacts)
      .filter((pod) => node === undefined || pod.node === node)
      .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
    const own = pods.filter(hasOwnNetwork);
    const isFinished = (phase: string) => ['Succeeded', 'Failed'].includes(phase);
    const hosted = pods.filter(({ hostNetwork, phase }) => hostNetwork && !isFinished(phase));
    return {
      count: pods.length,
      names: pods.map(({ name }) => name),
      pods: pods.map(describePod),
      running_count: pods.filter(({ phase }) => phase === 'Running').length,
      ready_count: pods.filter(({ ready }) => ready).length,
      host_network_count: hosted.length,
      host_network_names: hosted.map(({ name }) => name),
      own_network_count: own.length,
      ips: own.map(({ ip }) => ip).sort(),
      nodes: [...new Set(pods.map((pod) => pod.node).filter((name) => name !== ''))].sort(),
    };
  },
});
