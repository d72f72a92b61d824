// A whole workshop: 40 seats up, checked, reset and down; 200 seats that report at once, and the page that shows them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proportionalBytes } from './memory.ts';
import { milliseconds, type Section, seconds, table } from './report.ts';
import { type Spread, spread } from './timing.ts';
import { type Workplace, withWorkplace } from './workplace.ts';
import { measurePage, type PageFigures } from './workshop-page.ts';
import { burst, type Reporter, steadily } from './workshop-reports.ts';
import { startServer } from './workshop-server.ts';

const [seats, reporters] = [40, 200];
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

interface Round {
  readonly upMs: number;
  readonly checkMs: number;
  readonly resetMs: number;
  readonly downMs: number;
  readonly processBytes: number;
}

export async function benchWorkshop(): Promise<Section> {
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) all.push(await withWorkplace(oneRound));
  const { eventsPerSecond, page } = await withWorkplace(reportsAtOnce);
  const of = (pick: (round: Round) => number) => seconds(spread(all.map(pick)));
  const mebibytes = (pick: (round: Round) => number) => {
    const { median, min, max } = spread(all.map((round) => pick(round) / seats / 1024 ** 2));
    return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  };
  return {
    name: 'workshop',
    parts: [
      table(
        [`${seats} quickstart seats`, 'all, s'],
        [
          ['fleet up', of(({ upMs }) => upMs)],
          ['check by-hand/namespace, a process for each, one after the other', of(({ checkMs }) => checkMs)],
          ['fleet reset', of(({ resetMs }) => resetMs)],
          ['fleet down', of(({ downMs }) => downMs)],
        ],
      ),
      table(
        ['memory after the checks', 'MiB per seat'],
        [['processes of the rooms (PSS)', mebibytes(({ processBytes }) => processBytes)]],
      ),
      table(
        [`${reporters} seats that report at once`, ''],
        [['events per second, each on disk before it is acknowledged', eventsPerSecond.toFixed(0)], ...pageRows(page)],
      ),
    ],
    data: { rounds: all, eventsPerSecond, page },
  };
}

function pageRows(page: PageFigures | undefined): readonly (readonly string[])[] {
  if (page === undefined) return [['the page', 'not measured: there is no Chromium']];
  const row = (words: string, values: Spread) => [words, `${milliseconds(values)} ms`];
  return [
    row('from a report to the screen, while every seat reports once a second', page.toScreen),
    row('first paint of the grid under that load', page.firstPaint),
    row('a click on a cell until its seat is shown, under that load', page.click),
  ];
}

async function oneRound(place: Workplace): Promise<Round> {
  const file = workshopFile(place, seats);
  const warm = place.write('Pulumi.warm.yaml', readFileSync(stackPath, 'utf8'));
  // Fills the compile cache.
  await place.podlab('up', warm);
  await place.podlab('down', '--all');
  const upMs = await timed(() => place.podlab('fleet', 'up', '-w', file));
  const checkMs = await timed(async () => {
    for (let seat = 1; seat <= seats; seat++) {
      // Exit code 1: as shipped, no check passes.
      await place.podlab('check', 'by-hand/namespace', '-s', `bench-${String(seat).padStart(2, '0')}`).catch(isNo);
    }
  });
  const processBytes = proportionalBytes('PODLAB_STACK=bench-');
  const resetMs = await timed(() => place.podlab('fleet', 'reset', '-w', file));
  const downMs = await timed(() => place.podlab('fleet', 'down', '-w', file));
  return { upMs, checkMs, resetMs, downMs, processBytes };
}

async function reportsAtOnce(place: Workplace) {
  const file = workshopFile(place, reporters);
  const csv = join(place.dir, 'cards.csv');
  await place.podlab('fleet', 'cards', '-w', file, '--url', 'https://lab.example/', '--csv', csv);
  const cards = [...readFileSync(csv, 'utf8').matchAll(/^bench-\d+,.*seat#([\w-]+),/gm)];
  const server = await startServer(place, file);
  try {
    const seatsThere: Reporter[] = cards.map(([, token = '']) => ({ token, events: [] }));
    const eventsPerSecond = await burst(server.origin, seatsThere);
    const page = await steadily(server.origin, seatsThere.slice(1), () =>
      measurePage(server, seatsThere[0] ?? { token: '', events: [] }),
    );
    return { eventsPerSecond, page };
  } finally {
    await server.stop();
  }
}

const stackPath = new URL('../stacks/Pulumi.quickstart.yaml', import.meta.url);

function workshopFile({ write }: Workplace, count: number): string {
  return write(
    'workshop.yaml',
    ['name: bench', 'stack: quickstart', 'labs: [by-hand]', `seats: ${count}`, ''].join('\n'),
  );
}

function isNo(error: Error): void {
  if (!error.message.includes('status 1')) throw error;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
