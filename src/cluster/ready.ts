// What "the cluster is ready" means, and waiting for it: nodes Ready, CoreDNS answers, a ClusterIP answers by name from a pod.

import { cidrOf, nthAddress } from '../net/cidr.ts';
import { formatIp } from '../net/ipv4.ts';
import type { AdminApi } from './api/admin-api.ts';
import {
  type CheckPod,
  checkLog,
  checkNamespace,
  checkPods,
  checkSelector,
  readCheckLog,
  type Said,
} from './check-pods.ts';
import type { ClusterPlace } from './cluster-place.ts';
import { type Look, waitUntil } from './wait-until.ts';

const readyWithinMs = 300_000;
const everyMs = 50;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

interface ListOf<T> {
  readonly items: readonly T[];
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly Condition[] };
}

interface PodObject {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly phase: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[];
  };
}

/**
 * Waits until a pod on every node has reached the API by name, and every node is Ready. A restored cluster remembers
 * that its nodes were Ready; the pods, which are new, cannot lie. They run until `removeCheckPods`.
 *
 * @param run tells these check pods from all earlier ones
 * @param settled ends when the cluster is no longer what it remembers; only what pods reach afterwards counts
 * @throws LabError TIMEOUT with what was seen last
 */
export async function waitUntilReady(
  place: ClusterPlace,
  api: AdminApi,
  run: string,
  update: (seen: string) => void,
  settled?: () => Promise<void>,
): Promise<void> {
  const clusterIp = formatIp(nthAddress(cidrOf(place.topology.kubernetes.serviceSubnet), 1));
  const pods = checkPods(place, clusterIp, run);
  const { patience } = place.nodes;
  const options = { withinMs: readyWithinMs * patience, everyMs: everyMs * patience, update, signal: place.signal };
  // Refused until the controller manager has made the namespace's service account.
  const start = async () => {
    await Promise.all(pods.map(({ object }) => api.create(podsOfChecks, object)));
    return done;
  };
  await waitUntil('check pods', start, options);
  if (settled !== undefined) await settled();
  // Questions that were asked earlier may have been answered by what the cluster remembered.
  const since = settled === undefined ? [] : (await saidOnNodes(place, run)).map(({ asked }) => asked);
  let looks = 0;
  // What pods say is on the nodes a second before the API knows it, and costs less to read; why one is late, the API knows.
  const lookAtChecks = async () => {
    if ((await saidOnNodes(place, run)).every(({ reached }, index) => reached > (since[index] ?? 0))) return done;
    if (looks++ % looksPerQuestion !== looksPerQuestion - 1) return { isDone: false, seen: '' };
    return replaceLostPods(api, pods);
  };
  await waitUntil('a pod on every node reaches the API by name', lookAtChecks, options);
  if (place.topology.cni.name !== 'none') await waitUntil('all nodes Ready', () => lookAtNodes(place, api), options);
}

/** Takes the check pods away and waits until nothing of them is left on the nodes: whoever counts pods next counts his own. */
export async function removeCheckPods(place: ClusterPlace, api: AdminApi): Promise<void> {
  await api.removeAll(checkPodsOfAll);
  const gone = place.topology.nodes.map(({ name }) => place.node(name).run(['sh', '-uc', goneScript]));
  await Promise.all(gone);
}

// The result of wiring a pod names the pod and has its sandbox's id in its file name; the process that holds the sandbox has
// the id in its arguments. Thirty seconds at most: a slow kubelet is no reason to throw a cluster away.
const goneScript = `
ids=$(grep -ls podlab-check- /var/lib/cni/results/* | grep -oE '[0-9a-f]{64}')
for id in $ids; do
  for try in $(seq 300); do
    pgrep -f "id $id" >/dev/null || break
    sleep 0.1
  done
done
`;

const podsOfChecks = `/api/v1/namespaces/${checkNamespace}/pods`;
/** Those of earlier starts too. */
const checkPodsOfAll = `${podsOfChecks}?labelSelector=${encodeURIComponent(checkSelector)}`;

const done: Look = { isDone: true, seen: '' };

async function saidOnNodes(place: ClusterPlace, run: string): Promise<readonly Said[]> {
  return Promise.all(
    place.topology.nodes.map(async ({ name }) => {
      const { stdout } = await place.node(name).run(['sh', '-c', `cat ${checkLog(run, name)}`]);
      return readCheckLog(stdout);
    }),
  );
}

/** The API is asked only now and then: each question costs as much as many looks. */
const looksPerQuestion = 20;

/**
 * A kubelet that does not know yet how much room its own Node has refuses a pod for good; and a pod of the same name can only
 * be made when the one before is gone. So each look takes away what has failed, and makes what is not there.
 */
export async function replaceLostPods(api: AdminApi, pods: readonly CheckPod[]): Promise<Look> {
  const { items } = await api.get<ListOf<PodObject>>(checkPodsOfAll);
  const there = new Map(items.map((pod) => [pod.metadata.name, pod]));
  const lost = pods.filter(({ name }) => !there.has(name));
  const failed = pods.filter(({ name }) => there.get(name)?.status.phase === 'Failed');
  await Promise.all(failed.map(({ name }) => api.removeAll(`${podsOfChecks}/${name}`)));
  await Promise.all(lost.map(({ object }) => api.create(podsOfChecks, object)));
  const seen = [
    ...lost.map(({ name }) => `${name} was not there`),
    ...pods.flatMap(({ name }) => there.get(name) ?? []).map(describePod),
  ];
  return { isDone: false, seen: seen.join('; ') };
}

async function lookAtNodes(place: ClusterPlace, api: AdminApi): Promise<Look> {
  const { items } = await api.get<ListOf<NodeObject>>('/api/v1/nodes');
  const waiting = place.topology.nodes.flatMap(({ name }) => {
    const node = items.find(({ metadata }) => metadata.name === name);
    if (node !== undefined && readyOf(node.status)?.status === 'True') return [];
    return [`${name}: ${(node && readyOf(node.status)?.message) ?? 'not registered'}`];
  });
  return { isDone: waiting.length === 0, seen: waiting.join('; ') };
}

function readyOf({ conditions }: NodeObject['status']): Condition | undefined {
  return conditions?.find(({ type }) => type === 'Ready');
}

function describePod({ metadata, status }: PodObject): string {
  const reason = status.containerStatuses?.[0]?.state?.waiting?.reason;
  const unmet = status.conditions?.find((condition) => condition.status !== 'True');
  const why = reason ?? status.message ?? unmet?.message ?? '';
  return `${metadata.name} is ${status.phase}${why === '' ? '' : ` (${why})`}`;
}
