// Does an exercise's own work in a room: brings it up, solves it, takes it back. Knows nothing of participants.

import { LabError } from '../error.ts';
import type { Probe, ProbeContext } from '../probe/probe.ts';
import type { Clock, Surroundings } from './examine.ts';
import type { Exercise, Query, ShellBlock, Task } from './exercise.ts';
import { runBlocks } from './run-blocks.ts';
import { resolveVars, type VarValues } from './vars.ts';

export interface Room {
  readonly context: ProbeContext;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly clock: Clock;
  /** What makes this participant's numbers differ from the neighbour's. */
  readonly seed: string;
}

/** The values of an exercise's variables in this room. */
export function varsIn(room: Room, exercise: Exercise): VarValues {
  return resolveVars(
    exercise,
    room.seed,
    room.context.topology.nodes.map(({ name }) => name),
  );
}

export function surroundingsOf(room: Room, exercise: Exercise): Surroundings {
  const { context, probes, clock } = room;
  return { context, probes, clock, vars: varsIn(room, exercise) };
}

/** @throws LabError HOST_UNSUITABLE when the room or the kernel lacks what the exercise requires */
export async function assertRequirements(room: Room, exercise: Exercise): Promise<void> {
  const missing = await missingInKernel(room, exercise);
  if (missing !== '') {
    throw new LabError('HOST_UNSUITABLE', missing, {
      hint: `Load it on the machine: modprobe ${exercise.requires.kernel.join(' ')}. Without it, go on to the next exercise.`,
    });
  }
  const { topology } = room.context;
  const { nodes, tools, engine } = exercise.requires;
  const lacks = (what: string, hint: string) =>
    new LabError('HOST_UNSUITABLE', `${exercise.id} requires ${what}; stack "${topology.stack}" does not have that`, {
      hint,
    });
  const stackHint = 'Start the lab on the stack it is written for (podlab labs).';
  if (topology.nodes.length < nodes) throw lacks(`${nodes} nodes`, stackHint);
  if (engine !== 'none' && topology.engine !== engine) throw lacks(`engine ${engine}`, stackHint);
  const places = missingPlaces(room, exercise);
  if (places.length > 0) throw lacks(listed(places), stackHint);
  for (const { name } of topology.nodes.slice(0, 1)) {
    for (const tool of tools) {
      const { exitCode } = await room.context.node(name).run(['sh', '-c', 'command -v -- "$1"', 'sh', tool]);
      if (exitCode !== 0) throw lacks(`the program ${tool} on ${name}`, 'Install it: podlab setup');
    }
  }
  const images = await missingImages(room, exercise);
  if (images.length > 0) {
    throw lacks(`${listed(images)}`, 'Put them on the nodes: docs/existing-clusters.md says how.');
  }
}

/** Nodes and other places that the exercise calls by their names, and that this room has not. */
function missingPlaces({ context }: Room, exercise: Exercise): readonly string[] {
  const named = new Set([...blocksOf(exercise).map(({ on }) => on), ...queriesOf(exercise).map(({ args }) => args.on)]);
  return [...named].filter((name): name is string => {
    // Whatever a variable stands for is a node of this room.
    if (typeof name !== 'string' || name === '' || name === 'each' || name.includes('$')) return false;
    try {
      context.node(name);
      return false;
    } catch {
      return true;
    }
  });
}

/** Images of podlab's own that the exercise starts pods from. Elsewhere podlab has put them on the nodes itself. */
async function missingImages({ context }: Room, exercise: Exercise): Promise<readonly string[]> {
  const { driver, nodes } = context.topology;
  if (driver !== 'existing' && driver !== 'minikube') return [];
  const scripts = blocksOf(exercise).map(({ script }) => script);
  const wanted = new Set(scripts.join('\n').match(/podlab\.local\/[a-z0-9-]+:[\w.-]+/g));
  if (wanted.size === 0) return [];
  const missing = nodes.map(async ({ name }) => {
    // Other runtimes than containerd are not asked: a pod will say what it lacks.
    const list = await context.node(name).run(['ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet']);
    if (list.exitCode !== 0) return [];
    const present = new Set(list.stdout.split('\n'));
    return [...wanted].filter((image) => !present.has(image)).map((image) => `the image ${image} on ${name}`);
  });
  return (await Promise.all(missing)).flat();
}

function blocksOf({ setup, reset, tries, tasks }: Exercise): readonly ShellBlock[] {
  const inTasks = tasks.flatMap((task) => [
    ...task.tries,
    ...task.solve.blocks,
    ...task.wrong.flatMap(({ blocks }) => blocks),
    ...Object.values(task.perturb).flat(),
  ]);
  return [...setup, ...reset, ...tries, ...inTasks];
}

function queriesOf({ tasks }: Exercise): readonly Query[] {
  return tasks.flatMap(({ check }): readonly Query[] => (check.kind === 'ask' ? [check.truth] : check.clauses));
}

function listed(what: readonly string[]): string {
  return what.length === 1 ? (what[0] ?? '') : `${what.slice(0, -1).join(', ')} and ${what.at(-1)}`;
}

/**
 * Why the kernel of this machine cannot do the exercise, or '' when it can. Other than a missing program this is no
 * fault that somebody can mend, so a proof leaves such an exercise out.
 */
export async function missingInKernel(room: Room, exercise: Exercise): Promise<string> {
  for (const node of room.context.topology.nodes.slice(0, 1)) {
    for (const name of exercise.requires.kernel) {
      const { exitCode } = await room.context.node(node.name).run(['test', '-e', `/sys/module/${name}`]);
      if (exitCode !== 0) {
        return `${exercise.id} requires ${name} in the kernel; there is no /sys/module/${name} on ${node.name}`;
      }
    }
  }
  return '';
}

export async function setUp(room: Room, exercise: Exercise): Promise<void> {
  await runBlocks(room.context, exercise.setup, varsIn(room, exercise));
}

/** Takes back what setup, solutions and wrong attempts have done. */
export async function tearDown(room: Room, exercise: Exercise): Promise<void> {
  await runBlocks(room.context, exercise.reset, varsIn(room, exercise));
}

/** Runs the shell part of a task's solution; a question has none, or only an experiment. */
export async function applySolution(room: Room, exercise: Exercise, task: Task): Promise<void> {
  await runBlocks(room.context, task.solve.blocks, varsIn(room, exercise));
}

/** Brings the room to where a task begins: reset, setup, the solutions of the tasks above it. */
export async function rebuild(room: Room, exercise: Exercise, task: Task): Promise<void> {
  await tearDown(room, exercise);
  await setUp(room, exercise);
  for (const earlier of exercise.tasks.slice(0, exercise.tasks.indexOf(task))) {
    await applySolution(room, exercise, earlier);
  }
}

/** The exercises whose end state `exercise` starts from, nearest last, each once. */
export function neededBy(exercises: readonly Exercise[], exercise: Exercise): readonly Exercise[] {
  const order: Exercise[] = [];
  const visit = (id: string, path: readonly string[]): void => {
    const needed = exercises.find((candidate) => candidate.id === id);
    if (needed === undefined) throw new LabError('LAB_INVALID', `${path.at(-1)} needs ${id}, which is not in the lab`);
    if (path.includes(id)) throw new LabError('LAB_INVALID', `${id} needs itself`);
    for (const next of needed.needs) visit(next, [...path, id]);
    if (!order.includes(needed)) order.push(needed);
  };
  for (const id of exercise.needs) visit(id, [exercise.id]);
  return order;
}
