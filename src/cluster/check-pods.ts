// Short-lived pods, one for each node, that prove what "ready" says: a name, a ClusterIP and an answer, from inside a pod. They
// stay until they are removed, for packets to be sent between them.

import type { ClusterPlace } from './cluster-place.ts';

/** Where podlab's own pods live while they are needed. */
export const checkNamespace = 'kube-system';
const label = { 'podlab/check': 'ready' };
export const checkSelector = 'podlab/check=ready';

/** What a check pod has said so far, by the numbers of its questions; 0 before the first. */
export interface Said {
  readonly asked: number;
  /** The latest question that was answered: the API was reached. */
  readonly reached: number;
}

/** @param log of a check pod, as the runtime writes it: each line begins with a time and a stream */
export function readCheckLog(log: string): Said {
  const latest = (word: string) =>
    Math.max(0, ...[...log.matchAll(new RegExp(`^.* ${word} (\\d+)$`, 'gm'))].map(([, number]) => Number(number)));
  return { asked: latest('asked'), reached: latest('reached') };
}

/** Where a node keeps what its check pod says, as a shell pattern: the kubelet's path, with the pod's uid in it. */
export function checkLog(run: string, node: string): string {
  return `/var/log/pods/${checkNamespace}_${checkName(run, node)}_*/check/0.log`;
}

export interface CheckPod {
  readonly name: string;
  /** As the API takes it. */
  readonly object: object;
}

export function checkName(run: string, node: string): string {
  return `podlab-check-${run}-${node}`;
}

/**
 * Pods that say so when the name of the API's Service resolves and its ClusterIP answers, on each node. Without a CNI
 * there is neither pod network nor CoreDNS: they then use the node's network and the ClusterIP itself.
 *
 * @param clusterIp the first address of the service range, which the Service `kubernetes` has
 * @param run tells the pods of one start from those of an earlier one, which a restored cluster still remembers
 */
export function checkPods(
  { topology, toolchain, nodes }: ClusterPlace,
  clusterIp: string,
  run: string,
): readonly CheckPod[] {
  const hasNetwork = topology.cni.name !== 'none';
  const target = hasNetwork ? 'kubernetes.default.svc.cluster.local' : clusterIp;
  const object = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: checkName(run, name), namespace: checkNamespace, labels: label },
    spec: {
      nodeName: name,
      hostNetwork: !hasNetwork,
      dnsPolicy: hasNetwork ? 'ClusterFirst' : 'Default',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'check',
          image: toolchain.images.box,
          imagePullPolicy: 'Never',
          // Its own name at the end of its command line: by it, it is found among the processes of its node.
          command: ['sh', '-c', checkScript(target, nodes.patience), checkName(run, name)],
        },
      ],
    },
  });
  return topology.nodes.map(({ name }) => ({ name: checkName(run, name), object: object(name) }));
}

function checkScript(target: string, patience: number): string {
  // Again and again: what a restored cluster could reach a moment ago may have been what its kernel remembered. And several at
  // once: a question that was asked before anybody could answer it holds up nobody.
  const question = `{ ! timeout ${patience} nc ${target} 443 </dev/null || echo reached $n; } &`;
  // A first process of a container has no signals that end it unless it asks: without, the kubelet waits two seconds and kills.
  return `trap 'exit 0' TERM; n=0; while :; do n=$((n+1)); echo asked $n; ${question} sleep ${0.2 * patience}; done`;
}
