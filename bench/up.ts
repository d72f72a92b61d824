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
  for (const { nodes, rounds } of sizes) {
    const samples = await withWorkplace((place) =>
      interleave(contenders(place, nodes, missing === '' ? path : undefined), rounds),
    );
    rows.push(row(nodes, samples));
  }
  const head = [
    'nodes',
    'node -e 0',
    'by hand',
    'podlab up',
    'podlab − node',
    '÷ by hand',
    'mininet',
    'mininet ÷ podlab',
  ];
  return { name: 'up', parts: [table(head, rows), ...(missing === '' ? [] : [`${missing}.`])] };
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
    {
      name: 'podlab',
      run: async () => {
        await place.podlab('up', file);
        return undefined;
      },
      after: async () => {
        await place.podlab('down', stack);
      },
    },
    ...(mininetPath === undefined ? [] : [{ name: 'mininet', run: () => timeMininet(nodes, mininetPath) }]),
  ];
}

function row(nodes: number, samples: Samples): string[] {
  const ms = (name: string) => milliseconds(spread(samples.get(name) ?? []));
  const withoutNode = perRound(samples, ['podlab', 'node'], (podlab, node) => podlab - node);
  const overFloor = perRound(samples, ['podlab', 'node', 'floor'], (podlab, node, floor) => (podlab - node) / floor);
  const hasMininet = samples.has('mininet');
  const faster = perRound(samples, ['mininet', 'podlab'], (mininet, podlab) => mininet / podlab);
  return [
    `${nodes}`,
    ms('node'),
    ms('floor'),
    ms('podlab'),
    milliseconds(spread(withoutNode)),
    ratio(spread(overFloor)),
    hasMininet ? ms('mininet') : '',
    hasMininet ? ratio(spread(faster)) : '',
  ];
}
