// Many quickstart rooms side by side: how long they take, how much memory they need, how fast they go.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sandboxDriver } from '../src/driver/sandbox/sandbox-driver.ts';
import { podlabPaths } from '../src/host/paths.ts';
import { silentReporter } from '../src/reporter.ts';
import { loadTopology } from '../src/topology/load-topology.ts';
import { availableBytes, kernelBytes, proportionalBytes } from './memory.ts';
import { milliseconds, type Section, table } from './report.ts';
import { spread } from './timing.ts';
import { systemPath, type Workplace, withWorkplace } from './workplace.ts';

const count = 50;
const rounds = 3;
const text = readFileSync(fileURLToPath(new URL('../stacks/Pulumi.quickstart.yaml', import.meta.url)), 'utf8');
const stacks = Array.from({ length: count }, (_, n) => `seat${n + 1}`);

interface Round {
  readonly upMs: number;
  readonly downMs: number;
  readonly processBytes: number;
  readonly kernelBytes: number;
  readonly allBytes: number;
}

export async function benchRooms(): Promise<Section> {
  const byCommand: Round[] = [];
  const inProcess: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    byCommand.push(await withWorkplace((place) => oneRound(place, upByCommand)));
    inProcess.push(await withWorkplace((place) => oneRound(place, upInProcess)));
  }
  const row = (name: string, all: readonly Round[]) => {
    const ms = (pick: (round: Round) => number) => milliseconds(spread(all.map(pick)));
    return [name, ms(({ upMs }) => upMs), ms(({ upMs }) => upMs / count), ms(({ downMs }) => downMs)];
  };
  const all = [...byCommand, ...inProcess];
  const mebibytes = (pick: (round: Round) => number) => {
    const { median, min, max } = spread(all.map((round) => pick(round) / count / 1024 ** 2));
    return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  };
  return {
    name: 'rooms',
    parts: [
      table(
        [`${count} quickstart rooms, one after the other`, 'all up, ms', 'each, ms', 'down --all, ms'],
        [row('podlab up, a process for each', byCommand), row('driver.up in one process', inProcess)],
      ),
      table(
        ['memory', 'MiB per room'],
        [
          ['its processes (PSS)', mebibytes(({ processBytes }) => processBytes)],
          ['the kernel: slab, stacks, page tables, per-CPU data', mebibytes((round) => round.kernelBytes)],
          ['everything: fall of MemAvailable', mebibytes(({ allBytes }) => allBytes)],
        ],
      ),
    ],
  };
}

async function oneRound(place: Workplace, up: (place: Workplace) => Promise<number>): Promise<Round> {
  // Fills the compile cache.
  await place.podlab('up', place.write('Pulumi.warm.yaml', text));
  await place.podlab('down', '--all');
  const before = { available: availableBytes(), kernel: kernelBytes() };
  const upMs = await up(place);
  const allBytes = before.available - availableBytes();
  const kernel = kernelBytes() - before.kernel;
  const processBytes = proportionalBytes('PODLAB_STACK=seat');
  const started = performance.now();
  await place.podlab('down', '--all');
  return { upMs, downMs: performance.now() - started, processBytes, kernelBytes: kernel, allBytes };
}

async function upByCommand(place: Workplace): Promise<number> {
  const files = stacks.map((stack) => place.write(`Pulumi.${stack}.yaml`, text));
  const started = performance.now();
  for (const file of files) await place.podlab('up', file);
  return performance.now() - started;
}

async function upInProcess({ root }: Workplace): Promise<number> {
  const uid = process.geteuid?.() ?? 0;
  const driver = sandboxDriver({
    paths: podlabPaths(uid, { PODLAB_ROOT: root }),
    home: '',
    env: {},
    uid,
    path: systemPath,
  });
  const started = performance.now();
  for (const stack of stacks) {
    const file = `/Pulumi.${stack}.yaml`;
    await driver.up({ topology: loadTopology(text, { stack, file, hostRoutes: [] }), file }, silentReporter);
  }
  return performance.now() - started;
}
