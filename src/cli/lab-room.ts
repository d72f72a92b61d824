// Joins a lab to a room: the only place where workshop and driver meet.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { lazyRoomApi } from '../cluster/api/room-api.ts';
import type { Driver, RoomTraits } from '../driver/driver.ts';
import { LabError } from '../error.ts';
import { keepAside, readTextIfExists, writeFileAtomic } from '../host/files.ts';
import type { Executor } from '../host/host.ts';
import type { ProbeContext } from '../probe/probe.ts';
import type { Topology } from '../topology/topology.ts';
import type { Clock } from '../workshop/examine.ts';
import type { Lab } from '../workshop/exercise.ts';
import type { Progress } from '../workshop/progress.ts';
import type { Session } from '../workshop/session.ts';
import type { App } from './app.ts';
import { requireTrust } from './lab-trust.ts';
import { loadStack } from './stack-files.ts';

export interface LabRoom {
  readonly stack: string;
  readonly topology: Topology;
  readonly context: ProbeContext;
  /** Another one whenever the room is built anew. */
  readonly roomId: string;
  /** Whether this call built the room. */
  readonly created: boolean;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * The room for a lab, built if it is not up.
 *
 * @param given a stack to use instead of PODLAB_STACK, and that instead of the lab's own
 * @param rename the name of the room, for one apart from the participant's
 * @param builder what builds it instead of the stack's driver
 * @throws LabError LAB_UNTRUSTED, and what `up` throws
 */
export async function roomFor(
  app: App,
  lab: Lab,
  given: string | undefined,
  rename?: (stack: string) => string,
  builder?: Pick<Driver, 'up'>,
): Promise<LabRoom> {
  await requireTrust(app, lab);
  const { topology, file, stack } = await loadStack(app, given ?? (app.env.PODLAB_STACK || lab.stack), { rename });
  const driver = await app.driver(topology.driver);
  const { created } = await (builder ?? driver).up({ topology, file }, await app.reporter());
  const { since } = await driver.status(stack);
  return {
    stack,
    topology,
    created,
    roomId: `${stack}@${since}`,
    context: await contextOf(driver, topology, app.signal),
  };
}

/** What probes see of a room that is up. */
export async function contextOf(driver: Driver, topology: Topology, signal: AbortSignal): Promise<ProbeContext> {
  const names = [...topology.nodes.map(({ name }) => name), ...driver.places(topology)];
  const executors = new Map(
    await Promise.all(
      names.map(async (name) => [name, interruptible(await driver.executor(topology.stack, name), signal)] as const),
    ),
  );
  const node = (name: string) => {
    const executor = executors.get(name);
    if (executor !== undefined) return executor;
    throw new LabError('NOT_FOUND', `stack "${topology.stack}" has no node "${name}"`, {
      hint: `It has: ${names.join(', ')}.`,
    });
  };
  const way = () => ({
    node: node(names[0] ?? ''),
    connect: (host: string, port: number) => driver.connect(topology.stack, host, port),
    ...(driver.kubeconfig === undefined ? {} : { kubeconfig: async () => driver.kubeconfig?.(topology.stack) ?? '' }),
  });
  const { patience, shared } = driver.traits?.(topology.stack) ?? ordinary;
  return { topology, node, cluster: lazyRoomApi(topology, way, { signal, patience }), patience, shared };
}

const ordinary: RoomTraits = { patience: 1, shared: new Map() };

/** Ctrl-C ends what runs on a node as well. */
function interruptible(executor: Executor, signal: AbortSignal): Executor {
  return { name: executor.name, run: (argv, options) => executor.run(argv, { signal, ...options }) };
}

/** The progress that belongs to a stack; a file that cannot be read is kept aside and the reader told. */
export async function progressOf(app: App, stack: string): Promise<Progress> {
  const { openProgress } = await import('../workshop/progress.ts');
  const path = join(app.paths.state, stack, 'progress.json');
  const progress = await openProgress({
    read: async () => readTextIfExists(path),
    write: async (text) => writeFileAtomic(path, text),
    keepAside: async () => keepAside(path, Date.now()),
  });
  if (progress.keptAside !== '') {
    app.stderr.write(
      `podlab: ${path} could not be read; it is kept as ${progress.keptAside}, and progress begins anew\n`,
    );
  }
  return progress;
}

/** @param own progress to use instead of the participant's */
export async function sessionFor(app: App, lab: Lab, room: LabRoom, own?: Progress): Promise<Session> {
  const { openSession } = await import('../workshop/session.ts');
  const { probes } = await import('../probe/registry.ts');
  const { context, roomId } = room;
  const progress = own ?? (await progressOf(app, room.stack));
  const seed = seedOf(app, room.stack);
  const { hintRuleOf } = await import('../report/inbox.ts');
  const { readInbox } = await import('./inbox-file.ts');
  const session = openSession({
    ...{ lab, context, probes, progress, roomId, seed, clock: systemClock },
    // Read each time: the instructor may open hints while the participant is at work.
    hintRule: (exercise, task) => (own === undefined ? hintRuleOf(readInbox(app, room.stack), exercise, task) : 'lab'),
  });
  if (own !== undefined) return session;
  const { reportedSession } = await import('./reporting.ts');
  return reportedSession(app, room.stack, session);
}

/** What makes this participant's numbers differ from the neighbour's: made once for each stack, then kept. */
export function seedOf(app: App, stack: string): string {
  const path = seedFile(app, stack);
  const known = readTextIfExists(path)?.trim();
  if (known !== undefined && known !== '') return known;
  const seed = randomBytes(8).toString('hex');
  keepSeed(app, stack, seed);
  return seed;
}

/** Gives a stack a seed that is chosen elsewhere. */
export function keepSeed(app: App, stack: string, seed: string): void {
  writeFileAtomic(seedFile(app, stack), `${seed}\n`);
}

function seedFile(app: App, stack: string): string {
  return join(app.paths.state, stack, 'seed');
}

/**
 * The session that a verb without a lab means: the lab that is named, or the one whose exercise was entered last, in
 * whatever stack that was.
 */
export async function currentSession(
  app: App,
  options: Readonly<Record<string, string | boolean | undefined>>,
  exercise = '',
): Promise<Session> {
  const { readLab } = await import('./lab-files.ts');
  const named = (options.lab as string | undefined) ?? (exercise.includes('/') ? exercise.split('/')[0] : undefined);
  const lab = await readLab(app, named ?? lastLab(app) ?? 'by-hand');
  const room = await roomFor(app, lab, options.stack as string | undefined);
  rememberLab(app, lab.name);
  return sessionFor(app, lab, room);
}

export function rememberLab(app: App, name: string): void {
  writeFileAtomic(join(app.paths.state, 'last-lab'), `${name}\n`);
}

function lastLab(app: App): string | undefined {
  return readTextIfExists(join(app.paths.state, 'last-lab'))?.trim() || undefined;
}
