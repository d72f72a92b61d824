// `up` of a room on one bridge: podlab against a script made by hand and against mininet.

import { join } from 'node:path';
import { mininetMissing, timeMininet } from './mininet.ts';
import { milliseconds, ratio, type Section, table } from './report.ts';
import { stackText, writeFloor } from './single-bridge.ts';
import { type Contender, interleave, perRound, type Samples, spread } from './timing.ts';
import { runToEnd, systemPath, type Workplace, withWorkplace } from './workplace.ts';

/** Fewer rounds where a round is long. */
const sizes = [
  { nodes: 8, rounds: 15 },
  { nodes: 50, rounds: 9 },
  { nodes: 200, rounds: 5 },
];

export async function benchUp(): Promise<Section> {
  // For mininet the caller's PATH counts too: its programs may be anywhere.
  const path = `${process.env.PATH ?? ''}:${systemPath}`;
  const missing = mininetMissing(path);
  const rows: string[][] = [];
  const mininetRows: string[][] = [];
  for (const { nodes, rounds } of sizes) {
    const samples = await withWorkplace((place) =>
      interleave(contenders(place, nodes, missing === '' ? path : undefined), rounds),
    );
    rows.push(row(nodes, samples));
    if (missing === '') mininetRows.push(mininetRow(nodes, samples));
  }
  const ours = ['nodes', 'node -e 0', 'by hand', 'podlab up', 'podlab − node', '÷ by hand'];
  const theirs = ['nodes', 'mininet up', '÷ podlab up', 'mininet up and down', '÷ podlab up and down'];
  const compared = missing === '' ? table(theirs, mininetRows) : `${missing}.`;
  return { name: 'up', parts: [table(ours, rows), compared] };
}

function contenders(place: Workplace, nodes: number, mininetPath: string | undefined): readonly Contender[] {
  const stack = `lan${nodes}`;
  const file = place.write(`Pulumi.${stack}.yaml`, stackText(nodes));
  const script = writeFloor(join(place.dir, 'by-hand'), nodes);
  const run = async (program: string, ...args: readonly string[]) => {
    await runToEnd(program, args, { env: { PATH: systemPath } });
    return undefined;
  };
  return [
    { name: 'node', run: () => run(process.execPath, '-e', '0') },
    {
      name: 'floor',
      run: () => run('unshare', '--user', '--map-root-user', '--net', '--mount', 'sh', script),
    },
    { name: 'podlab', run: () => timePodlab(place, file, stack) },
    ...(mininetPath === undefined ? [] : [{ name: 'mininet', run: () => timeMn(nodes, mininetPath) }]),
  ];
}

async function timePodlab({ podlab }: Workplace, file: string, stack: string): Promise<Record<string, number>> {
  const started = performance.now();
  await podlab('up', file);
  const up = performance.now() - started;
  await podlab('down', stack);
  return { podlab: up, 'podlab whole': performance.now() - started };
}

async function timeMn(nodes: number, path: string): Promise<Record<string, number>> {
  const { up, whole } = await timeMininet(nodes, path);
  return { mininet: up, 'mininet whole': whole };
}

function row(nodes: number, samples: Samples): string[] {
  const ms = (name: string) => milliseconds(spread(samples.get(name) ?? []));
  const withoutNode = perRound(samples, ['podlab', 'node'], (podlab, node) => podlab - node);
  const overFloor = perRound(samples, ['podlab', 'node', 'floor'], (podlab, node, floor) => (podlab - node) / floor);
  return [
    `${nodes}`,
    ms('node'),
    ms('floor'),
    ms('podlab'),
    milliseconds(spread(withoutNode)),
    ratio(spread(overFloor)),
  ];
}

function mininetRow(nodes: number, samples: Samples): string[] {
  const ms = (name: string) => milliseconds(spread(samples.get(name) ?? []));
  const faster = (theirs: string, ours: string) => ratio(spread(perRound(samples, [theirs, ours], (a, b) => a / b)));
  return [
    `${nodes}`,
    ms('mininet'),
    faster('mininet', 'podlab'),
    ms('mininet whole'),
    faster('mininet whole', 'podlab whole'),
  ];
}
