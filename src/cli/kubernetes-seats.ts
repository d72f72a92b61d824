// Seats on an existing cluster: a pod each, by server-side apply; the cluster schedules.

import { setTimeout as pause } from 'node:timers/promises';
import { type ApiObject, collectionPath, pathOf } from '../cluster/api/kubeconfig-cluster.ts';
import { LabError } from '../error.ts';
import { judgeSeat, type SeatDeployment, type SeatPod, type SeatVerdict } from '../fleet/judge-seat.ts';
import { seatObjects, tokensObject, workshopObjects } from '../fleet/seat-objects.ts';
import {
  pageUrl,
  type SeatPlan,
  seatContainer,
  seatLabel,
  seatProgram,
  tokensName,
  workshopLabel,
} from '../fleet/seat-plan.ts';
import type { Seat } from '../fleet/workshop.ts';
import type { RunOptions } from '../host/host.ts';
import type { RoomView } from '../probe/room-view.ts';
import type { Topology } from '../topology/topology.ts';
import { openProgress } from '../workshop/progress.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import { openWorkshopCluster, planSeats } from './kubernetes-plan.ts';
import { applyOwn, removeAll, seatKinds, sharedKinds, strangersIn, warningsOf } from './seat-kinds.ts';
import type { SeatPlace } from './seat-place.ts';

/** Waiting is the cluster's; each takes a request a second. */
const pace = { parallel: 16, firstAlone: false };
const pollMs = 1000;
/** On whatever machine the page is looked at. */
const forwardedPort = 8080;
/** Pulling an image of 150 MB takes its time; a seat that is a cluster unpacks its toolchain first. */
const upWithinMs = { none: 300_000, docker: 600_000, kubernetes: 1_200_000 } as const;
/** What may come right by itself (a node that is being freed, a registry that stumbles) gets this long. */
const patienceMs = 30_000;
/** What the API says may be of the attempt before. */
const echoMs = 3000;
/** Of a pod or a namespace: on a busy cluster both take minutes. */
const goneWithinMs = 300_000;
const resetWithinMs = 120_000;
/** The same as of commands elsewhere. */
const usualRunMs = 30_000;
/** There and back. */
const wayMs = 15_000;
/** A seat says something every ten seconds (seat/podlab-seat). */
const quietMs = 35_000;

export async function kubernetesSeats(app: App, fleet: Fleet): Promise<SeatPlace> {
  const { cluster, kubernetes } = await openWorkshopCluster(app, fleet);
  const { name } = fleet.workshop;
  const { namespace } = kubernetes;
  const image = kubernetes.image === '' ? "podlab's own image" : `image ${kubernetes.image}`;
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
  const touchPod = async (seat: Seat) => {
    const { pod } = await podOf(seat);
    const annotations = { 'podlab/cards': new Date().toISOString() };
    await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, namespace, annotations } });
  };
  const inSeat = async (seat: Seat, argv: readonly string[], options: RunOptions) =>
    cluster.exec(await podOf(seat), [seatProgram, ...argv], options);
  const mustRun = async (seat: Seat, argv: readonly string[], input?: string) => {
    const options = { timeoutMs: resetWithinMs, signal: app.signal, ...(input === undefined ? {} : { input }) };
    const { exitCode, stdout, stderr } = await inSeat(seat, argv, options);
    if (exitCode === 0) return stdout;
    const what = argv.filter((word) => word !== 'run').join(' ');
    throw new LabError('COMMAND_FAILED', `${what} in ${seat.stack} ended with ${exitCode}: ${stderr.trim()}`);
  };
  const waitUntilUp = async (seat: Seat) => {
    const { template } = await planOnce();
    const verdict = await waitForSeat(app, upWithinMs[template.engine], () => look(seat));
    if (verdict.state === 'up') return;
    const events = verdict.state === 'starting' ? await warningsOf(cluster, namespace, seat) : '';
    const message = events === '' ? verdict.reason : `${verdict.reason}: ${events}`;
    throw new LabError(verdict.state === 'starting' ? 'TIMEOUT' : 'COMMAND_FAILED', message, { hint: verdict.hint });
  };

  return {
    preview: `They would be in namespace ${namespace} of ${cluster.context}, from ${image}.`,
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
        await mustRun(seat, ['run', 'podlab', 'reset', seat.stack]);
        return { pod: 'kept' };
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
      const reporter = await app.reporter();
      await reporter.step(`removing namespace ${namespace}`, async () => {
        await cluster.remove(path, own.metadata.uid);
        await waitUntilGone(app, `namespace ${namespace}`, async () => (await cluster.get(path)) === undefined);
      });
      return [...removed, `namespace ${namespace}`];
    },
    status: async (seats) => {
      const [deployments, pods] = await Promise.all([
        listOf<SeatDeployment & ApiObject>('Deployment', ofWorkshop),
        listOf<SeatPod & ApiObject>('Pod', ofWorkshop),
      ]);
      return seats.map(({ stack }) => {
        const isOf = ({ metadata }: ApiObject) => metadata.labels?.[seatLabel] === stack;
        const { state, reason, hint } = judgeSeat(deployments.find(isOf), pods.filter(isOf));
        return { state, reason, hint };
      });
    },
    progress: async (seat) => {
      const pods = await listOf<SeatPod>('Pod', ofSeat(seat));
      // A node that does not answer would be waited for.
      const ask = pods.some(isReady) ? inSeat(seat, ['progress'], { signal: app.signal }) : undefined;
      const answer = await ask?.catch(() => undefined);
      const text = answer?.exitCode === 0 && answer.stdout !== '' ? answer.stdout : undefined;
      const elsewhere = { read: async () => text, write: async () => {}, keepAside: async () => '' };
      return (await openProgress(elsewhere)).data;
    },
    run: async (seat, node, argv, options) => {
      // Ended there: a command whose connection ends goes on in the container.
      const { timeoutMs = usualRunMs } = options ?? {};
      const words = node === 'localhost' ? argv : ['podlab', 'exec', node, '--', ...argv];
      const limited = ['run', 'timeout', '--signal=KILL', `${timeoutMs / 1000}`, ...words];
      const result = await inSeat(seat, limited, { ...options, timeoutMs: timeoutMs + wayMs });
      return { ...result, timedOut: result.exitCode === 137 && result.durationMs >= timeoutMs };
    },
    pageWay: (seat) => {
      const url = pageUrl(kubernetes, seat);
      const forward = `kubectl --namespace ${namespace} port-forward service/${seat.stack} ${forwardedPort}:80`;
      return url === '' ? { url: `http://127.0.0.1:${forwardedPort}/`, first: forward } : { url, first: '' };
    },
    keepTokens: async (hashes) => {
      const workshop = { ...fleet.workshop, kubernetes };
      // Who has one namespace only may not look at it, and has it.
      const there = await cluster.get(`${collectionPath('Namespace', '')}/${namespace}`).catch(() => ({}));
      if (there === undefined) {
        throw new LabError('STACK_NOT_UP', `there is no namespace ${namespace}, so no place for tokens`, {
          hint: 'Run "podlab fleet up" first; then these cards again.',
        });
      }
      const path = pathOf({ kind: 'Secret', metadata: { name: tokensName(name), namespace } });
      const known = (await cluster.get<{ data?: Readonly<Record<string, string>> }>(path))?.data ?? {};
      const others = Object.entries(known).flatMap(([seat, hash]) => (hashes.has(seat) ? [] : [[seat, atob(hash)]]));
      const named = [...hashes].filter(([, hash]) => hash !== '');
      await applyOwn(cluster, name, tokensObject(workshop, Object.fromEntries([...others, ...named])));
      // Nodes look at Secrets once a minute, and at a pod that changes at once.
      const seats = fleet.workshop.seats.filter(({ stack }) => hashes.has(stack));
      await Promise.all(seats.map((seat) => touchPod(seat).catch(() => {})));
    },
    reach: {
      follow: async (seat, onLine, signal) => {
        const pod = await podOf(seat).catch((error: Error) => error.message);
        if (typeof pod === 'string') return pod;
        return cluster.follow(pod, [seatProgram, 'follow'], { onLine, quietMs, signal });
      },
      tell: async (seat, word) => void (await mustRun(seat, ['tell'], word)),
      look: async (seat) => {
        const said = await mustRun(seat, ['run', 'podlab', 'seat', '--look']);
        return (JSON.parse(said) as { room?: { readonly topology: Topology; readonly view: RoomView } }).room;
      },
      resetExercise: async (seat, exercise) =>
        void (await mustRun(seat, ['run', 'podlab', 'reset', exercise, '--stack', seat.stack])),
    },
  };
}

function isReady({ metadata, status }: SeatPod): boolean {
  const isHere = metadata?.deletionTimestamp === undefined;
  return isHere && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

function notMade(workshop: string, { stack }: Seat): LabError {
  return new LabError('STACK_NOT_UP', `seat ${stack} of workshop "${workshop}" has no pod`, {
    hint: 'Run "podlab fleet up" first.',
  });
}

async function waitForSeat(app: App, withinMs: number, look: () => Promise<SeatVerdict>): Promise<SeatVerdict> {
  const began = performance.now();
  let badSince = 0;
  for (;;) {
    const verdict = await look();
    const now = performance.now();
    if (verdict.giveUp === 'never') badSince = 0;
    else if (badSince === 0) badSince = now;
    const isHopeless = badSince > 0 && now - badSince > (verdict.giveUp === 'now' ? echoMs : patienceMs);
    if (verdict.state === 'up' || isHopeless || now - began > withinMs) return verdict;
    await patiently(app);
  }
}

async function waitUntilGone(app: App, what: string, isGone: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await isGone())) {
    if (performance.now() - began > goneWithinMs) {
      throw new LabError('TIMEOUT', `${what} is still there ${goneWithinMs / 1000} s after its removal was asked for`, {
        hint: 'See what holds it: kubectl describe. Then run "podlab fleet down" again: it goes on with what is left.',
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
