// Seats on an existing cluster: a pod each, by server-side apply; the cluster schedules.

import { setTimeout as pause } from 'node:timers/promises';
import { type ApiObject, collectionPath, type KubeconfigCluster, pathOf } from '../cluster/api/kubeconfig-cluster.ts';
import { LabError } from '../error.ts';
import { judgeSeat, type SeatDeployment, type SeatPod, type SeatVerdict } from '../fleet/judge-seat.ts';
import { seatObjects, workshopObjects } from '../fleet/seat-objects.ts';
import {
  type KubernetesObject,
  type SeatPlan,
  seatContainer,
  seatLabel,
  seatProgram,
  workshopLabel,
} from '../fleet/seat-plan.ts';
import type { Seat } from '../fleet/workshop.ts';
import type { RunOptions } from '../host/host.ts';
import { openProgress } from '../workshop/progress.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import { openWorkshopCluster, planSeats } from './kubernetes-plan.ts';
import type { SeatPlace } from './seat-place.ts';

/** Waiting is the cluster's; each takes a request a second. */
const pace = { parallel: 16, firstAlone: false };
const pollMs = 1000;
/** Pulling an image of 150 MB takes its time. */
const upWithinMs = 300_000;
/** What may come right by itself (a node that is being freed, a registry that stumbles) gets this long. */
const patienceMs = 30_000;
/** What the API says may be of the attempt before. */
const echoMs = 3000;
const goneWithinMs = 90_000;
const resetWithinMs = 120_000;

/** In the order in which they are removed: first what leads to the pod, last what it has mounted. */
const seatKinds = ['Ingress', 'Service', 'Deployment', 'PersistentVolumeClaim'];
const sharedKinds = ['NetworkPolicy', 'ConfigMap'];

export async function kubernetesSeats(app: App, fleet: Fleet): Promise<SeatPlace> {
  const { cluster, kubernetes } = await openWorkshopCluster(app, fleet);
  const { name } = fleet.workshop;
  const { namespace } = kubernetes;
  const ofWorkshop = `${workshopLabel}=${name}`;
  const ofSeat = ({ stack }: Seat) => `${ofWorkshop},${seatLabel}=${stack}`;
  const listOf = <T>(kind: string, labels: string) => cluster.list<T>(collectionPath(kind, namespace), labels);

  let planned: Promise<SeatPlan> | undefined;
  const planOnce = () => {
    planned ??= planSeats(app, fleet, cluster);
    return planned;
  };
  const look = async (seat: Seat): Promise<SeatVerdict> => {
    const [[deployment], pods] = await Promise.all([
      listOf<SeatDeployment>('Deployment', ofSeat(seat)),
      listOf<SeatPod>('Pod', ofSeat(seat)),
    ]);
    return judgeSeat(deployment, pods);
  };
  const podOf = async (seat: Seat) => {
    const pods = await listOf<SeatPod>('Pod', ofSeat(seat));
    const pod = pods.find(({ metadata }) => metadata?.deletionTimestamp === undefined)?.metadata?.name;
    if (pod !== undefined) return { namespace, pod, container: seatContainer };
    throw notMade(name, seat);
  };
  const inSeat = async (seat: Seat, argv: readonly string[], options: RunOptions) =>
    cluster.exec(await podOf(seat), [seatProgram, ...argv], options);
  const waitUntilUp = async (seat: Seat) => {
    const verdict = await waitForSeat(app, () => look(seat));
    if (verdict.state === 'up') return;
    const events = verdict.state === 'starting' ? await warningsOf(cluster, namespace, seat) : '';
    const message = events === '' ? verdict.reason : `${verdict.reason}: ${events}`;
    throw new LabError(verdict.state === 'starting' ? 'TIMEOUT' : 'COMMAND_FAILED', message, { hint: verdict.hint });
  };

  return {
    preview: `They would be in namespace ${namespace} of ${cluster.context}, from image ${kubernetes.image}.`,
    pace: async () => pace,
    removal: pace,
    prepare: async () => {
      for (const object of workshopObjects(await planOnce())) await applyOwn(cluster, name, object);
      return pace;
    },
    up: async (seat) => {
      const before = await look(seat);
      for (const object of seatObjects(await planOnce(), seat)) await applyOwn(cluster, name, object);
      // What failed is tried anew now, not when the cluster's own patience is over.
      if (before.state === 'broken') await removeAll(cluster, await listOf('ReplicaSet', ofSeat(seat)), 'ReplicaSet');
      await waitUntilUp(seat);
      return { created: before.state === 'down' };
    },
    reset: async (seat) => {
      const { state } = await look(seat);
      if (state === 'up') {
        const argv = ['run', 'podlab', 'reset', seat.stack];
        const { exitCode, stderr } = await inSeat(seat, argv, { timeoutMs: resetWithinMs, signal: app.signal });
        if (exitCode === 0) return { pod: 'kept' };
        throw new LabError('COMMAND_FAILED', `podlab reset in the seat ended with ${exitCode}: ${stderr.trim()}`);
      }
      if (state === 'down') throw notMade(name, seat);
      // A pod that does not get there is replaced as a whole.
      await removeAll(cluster, await listOf('ReplicaSet', ofSeat(seat)), 'ReplicaSet');
      await waitUntilUp(seat);
      return { pod: 'new' };
    },
    down: async (seat) => {
      const removed: string[] = [];
      for (const kind of seatKinds) removed.push(...(await removeAll(cluster, await listOf(kind, ofSeat(seat)), kind)));
      await waitUntilGone(
        app,
        `the pod of ${seat.stack}`,
        async () => (await listOf('Pod', ofSeat(seat))).length === 0,
      );
      return { removed };
    },
    former: async () => {
      const known = new Set(fleet.workshop.seats.map(({ stack }) => stack));
      const there = (await listOf<ApiObject>('Deployment', ofWorkshop)).map(
        ({ metadata }) => metadata.labels?.[seatLabel] ?? '',
      );
      return there
        .filter((stack) => stack !== '' && !known.has(stack))
        .map((stack) => ({ number: Number(/\d+$/.exec(stack)?.[0] ?? 0), stack, person: '' }));
    },
    clear: async () => {
      const removed: string[] = [];
      for (const kind of sharedKinds) removed.push(...(await removeAll(cluster, await listOf(kind, ofWorkshop), kind)));
      const [own] = (await cluster.list<ApiObject>(collectionPath('Namespace', ''), ofWorkshop)).filter(
        ({ metadata }) => metadata.name === namespace,
      );
      if (own === undefined) return removed;
      const strangers = await strangersIn(cluster, namespace);
      if (strangers.length > 0) {
        app.stderr.write(`podlab: namespace ${namespace} stays, for what else is in it: ${strangers.join(', ')}\n`);
        return removed;
      }
      const path = `${collectionPath('Namespace', '')}/${namespace}`;
      await cluster.remove(path, own.metadata.uid);
      await waitUntilGone(app, `namespace ${namespace}`, async () => (await cluster.get(path)) === undefined);
      return [...removed, `namespace ${namespace}`];
    },
    status: async (seats) => {
      const [deployments, pods] = await Promise.all([
        listOf<SeatDeployment & ApiObject>('Deployment', ofWorkshop),
        listOf<SeatPod & ApiObject>('Pod', ofWorkshop),
      ]);
      return seats.map(({ stack }) => {
        const isOf = ({ metadata }: ApiObject) => metadata.labels?.[seatLabel] === stack;
        const { state, reason } = judgeSeat(deployments.find(isOf), pods.filter(isOf));
        return { state, reason };
      });
    },
    progress: async (seat) => {
      const answer = await inSeat(seat, ['progress'], { signal: app.signal }).catch(() => undefined);
      const text = answer?.exitCode === 0 && answer.stdout !== '' ? answer.stdout : undefined;
      const elsewhere = { read: async () => text, write: async () => {}, keepAside: async () => '' };
      return (await openProgress(elsewhere)).data;
    },
    run: (seat, node, argv, options) =>
      inSeat(seat, ['run', ...(node === 'localhost' ? argv : ['podlab', 'exec', node, '--', ...argv])], options),
  };
}

function notMade(workshop: string, { stack }: Seat): LabError {
  return new LabError('STACK_NOT_UP', `seat ${stack} of workshop "${workshop}" has no pod`, {
    hint: 'Run "podlab fleet up" first.',
  });
}

/** What would go with a namespace and is not of this workshop. */
async function strangersIn(cluster: KubeconfigCluster, namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    [...seatKinds, ...sharedKinds, 'Pod', 'Secret'].map(async (kind) => {
      const found = await cluster.list<ApiObject>(collectionPath(kind, namespace), `!${workshopLabel}`);
      return found.map(({ metadata }) => `${kind.toLowerCase()} ${metadata.name}`);
    }),
  );
  // Every namespace has this one.
  return lists.flat().filter((name) => name !== 'configmap kube-root-ca.crt');
}

/** What is there already and has no label of this workshop is somebody else's. */
async function applyOwn(cluster: KubeconfigCluster, workshop: string, object: KubernetesObject): Promise<void> {
  const there = await cluster.get<ApiObject>(pathOf(object));
  if (there !== undefined && there.metadata.labels?.[workshopLabel] !== workshop) {
    const { kind, metadata } = object;
    const what = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
    throw new LabError('STACK_CHANGED', `${what} is there already, and this workshop did not make it`, {
      hint: 'Remove it, or give the workshop another name or namespace.',
    });
  }
  await cluster.apply(object);
}

async function removeAll(
  cluster: KubeconfigCluster,
  objects: readonly ApiObject[],
  kind: string,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { metadata } of objects) {
    const { name, namespace = '', uid } = metadata;
    const isThere = await cluster.remove(`${collectionPath(kind, namespace)}/${name}`, uid);
    if (isThere) removed.push(`${kind.toLowerCase()} ${name}`);
  }
  return removed;
}

async function waitForSeat(app: App, look: () => Promise<SeatVerdict>): Promise<SeatVerdict> {
  const began = performance.now();
  let badSince = 0;
  for (;;) {
    const verdict = await look();
    const now = performance.now();
    if (verdict.giveUp === 'never') badSince = 0;
    else if (badSince === 0) badSince = now;
    const isHopeless = badSince > 0 && now - badSince > (verdict.giveUp === 'now' ? echoMs : patienceMs);
    if (verdict.state === 'up' || isHopeless || now - began > upWithinMs) return verdict;
    await patiently(app);
  }
}

async function waitUntilGone(app: App, what: string, isGone: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await isGone())) {
    if (performance.now() - began > goneWithinMs) {
      throw new LabError('TIMEOUT', `${what} is still there ${goneWithinMs / 1000} s after its removal was asked for`, {
        hint: 'See what holds it: kubectl describe. Then run "podlab fleet down" again.',
      });
    }
    await patiently(app);
  }
}

async function patiently({ signal }: App): Promise<void> {
  await pause(pollMs, undefined, { signal }).catch(() => {
    throw new LabError('CANCELLED', 'interrupted');
  });
}

/** The newest complaint about a seat's pod. */
async function warningsOf(cluster: KubeconfigCluster, namespace: string, { stack }: Seat): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=${encodeURIComponent('type=Warning,involvedObject.kind=Pod')}`;
  const events = await cluster
    .get<{ items: readonly { involvedObject: { name?: string }; message?: string; lastTimestamp?: string }[] }>(path)
    .catch(() => undefined);
  const own = (events?.items ?? []).filter(({ involvedObject }) => involvedObject.name?.startsWith(`${stack}-`));
  return own.sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? '')).at(-1)?.message ?? '';
}
