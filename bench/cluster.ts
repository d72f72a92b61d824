// A cluster of two nodes: podlab against a script made by hand, its phases, reset, memory and disk. Needs root and a few minutes.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentReporter } from '../src/reporter.ts';
import { imageStore } from '../src/toolchain/image-store.ts';
import { resolveToolchain } from '../src/toolchain/resolve-toolchain.ts';
import type { ImageStore, Toolchain } from '../src/toolchain/toolchain.ts';
import { loadTopology } from '../src/topology/load-topology.ts';
import type { Topology } from '../src/topology/topology.ts';
import { diskOfRoom, memoryByProgram, type ProgramMemory } from './cluster-size.ts';
import { withClusterWorkplace } from './cluster-workplace.ts';
import { floorScript, writeFloor } from './floor-cluster.ts';
import { ratio, type Section, seconds, table } from './report.ts';
import { type Contender, interleave, perRound, type Samples, spread } from './timing.ts';
import { runToEnd, systemPath, type Workplace } from './workplace.ts';

const rounds = Number(process.env.BENCH_CLUSTER_ROUNDS ?? 5);
const stack = 'kubeadm';
const file = fileURLToPath(new URL(`../stacks/Pulumi.${stack}.yaml`, import.meta.url));

interface Parts {
  readonly topology: Topology;
  readonly toolchain: Toolchain;
  readonly store: ImageStore;
}

export async function benchCluster(): Promise<Section> {
  if (process.geteuid?.() !== 0) return { name: 'cluster', parts: [], fault: 'clusters need root' };
  return withClusterWorkplace(async (place, cache) => {
    const parts = await gather(cache);
    const phases: Phases[] = [];
    const samples = await interleave([byHand(place, parts), podlab(place, phases)], rounds);
    const size = await measureSize(place, parts.store);
    const data = { samples: Object.fromEntries(samples), phases: phases.slice(1), ...size };
    return { name: 'cluster', parts: describe(samples, phases.slice(1), size), data };
  });
}

async function gather(cacheDir: string): Promise<Parts> {
  const topology = loadTopology(readFileSync(file, 'utf8'), { stack, file, hostRoutes: [] });
  const home = fileURLToPath(new URL('..', import.meta.url));
  const signal = new AbortController().signal;
  const workplace = { cacheDir, home, path: `${process.env.PATH}:${systemPath}`, env: process.env, uid: 0, signal };
  const toolchain = await resolveToolchain({ ...workplace, version: topology.kubernetes.version }, silentReporter);
  const store = await imageStore({ ...workplace, toolchain, extraImages: [] }, silentReporter);
  return { topology, toolchain, store };
}

function byHand(place: Workplace, { topology, toolchain, store }: Parts): Contender {
  const dir = join(place.dir, 'by-hand');
  const script = (verb: string) => runToEnd('sh', [floorScript, verb, dir], { env: { PATH: systemPath } });
  return {
    name: 'by hand',
    before: async () => {
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir, { recursive: true });
      writeFloor(dir, topology, toolchain, store);
    },
    run: async () => {
      await script('up');
      return undefined;
    },
    after: async () => {
      await script('down');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

type Phases = Readonly<Record<'fresh' | 'golden', readonly { readonly name: string; readonly ms: number }[]>>;

/** Cold, from the golden state and reset, one after the other, so that they belong to one round. */
function podlab({ podlab }: Workplace, all: Phases[]): Contender {
  const timed = async (...words: readonly string[]) => {
    const started = performance.now();
    const answer = await podlab(...words, '--json');
    return { ms: performance.now() - started, phases: JSON.parse(answer).phases ?? [] };
  };
  return {
    name: 'podlab',
    run: async () => {
      const fresh = await timed('up', stack, '--fresh');
      const down = await timed('down', stack);
      const golden = await timed('up', stack);
      const reset = await timed('reset', stack);
      const again = await timed('down', stack);
      all.push({ fresh: fresh.phases, golden: golden.phases });
      return {
        fresh: fresh.ms,
        golden: golden.ms,
        reset: reset.ms,
        down: Math.max(down.ms, again.ms),
      };
    },
    after: async () => {
      await podlab('down', '--all');
    },
  };
}

interface Size {
  readonly memory: readonly ProgramMemory[];
  /** Bytes of the room's files that nothing else has, once it is up. */
  readonly diskBytes: number;
}

async function measureSize({ podlab, root }: Workplace, store: ImageStore): Promise<Size> {
  await podlab('up', stack);
  // What a start leaves behind is given back within seconds.
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  const memory = memoryByProgram(join(root, 'run', stack));
  const diskBytes = await diskOfRoom(store.dir, join(root, 'state', stack));
  await podlab('down', stack);
  return { memory, diskBytes };
}

function describe(samples: Samples, phases: readonly Phases[], { memory, diskBytes }: Size): readonly string[] {
  const row = (title: string, name: string, base: string) => [
    title,
    seconds(spread(samples.get(name) ?? [])),
    base === '' ? '' : ratio(spread(perRound(samples, [name, base], (a, b) => a / b)), 2),
  ];
  return [
    table(
      ['two nodes, until ready', 's', 'ratio'],
      [
        row('by hand', 'by hand', ''),
        row('podlab up --fresh, ÷ by hand', 'fresh', 'by hand'),
        row('podlab up from the golden state, ÷ up --fresh', 'golden', 'fresh'),
        row('podlab reset, ÷ up --fresh', 'reset', 'fresh'),
        row('podlab down (the slower of two)', 'down', ''),
      ],
    ),
    'Where the time goes, by `podlab up --json`:',
    table(['phase', 'up --fresh, s', 'up from the golden state, s'], phaseRows(phases)),
    `Memory of each node after 20 s of rest (proportional set size, MiB), and disk: ${mebibytes(diskBytes)} MiB for the whole room beyond the images that all rooms share.`,
    memoryTable(memory),
  ];
}

function phaseRows(phases: readonly Phases[]): string[][] {
  const names = [...new Set(phases.flatMap(({ fresh, golden }) => [...fresh, ...golden].map(({ name }) => name)))];
  const cell = (kind: 'fresh' | 'golden', name: string) => {
    const times = phases.flatMap((one) => one[kind].filter((phase) => phase.name === name).map(({ ms }) => ms));
    return times.length === 0 ? '–' : seconds(spread(times));
  };
  return names.map((name) => [name, cell('fresh', name), cell('golden', name)]);
}

function memoryTable(memory: readonly ProgramMemory[]): string {
  const nodes = [...new Set(memory.map(({ node }) => node))].sort();
  const sumOf = (node: string, program?: string) =>
    memory
      .filter((one) => one.node === node && (program === undefined || one.program === program))
      .reduce((sum, { bytes }) => sum + bytes, 0);
  const programs = [...new Set(memory.map(({ program }) => program))];
  const total = (program: string) => nodes.reduce((sum, node) => sum + sumOf(node, program), 0);
  programs.sort((a, b) => total(b) - total(a));
  return table(
    ['program', ...nodes],
    [
      ...programs.map((program) => [program, ...nodes.map((node) => mebibytes(sumOf(node, program)))]),
      ['all', ...nodes.map((node) => mebibytes(sumOf(node)))],
    ],
  );
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(bytes < 10 * 1024 ** 2 ? 1 : 0);
}
