// Seats with a cluster each: how long every further one takes, and how many fit into memory. Needs root and many inotify instances.

import { inotifyFault } from '../src/driver/sandbox/inotify.ts';
import { withClusterWorkplace } from './cluster-workplace.ts';
import { availableBytes } from './memory.ts';
import { type Section, table } from './report.ts';
import type { Workplace } from './workplace.ts';

/** Ten say what the aims ask for; fewer are sooner done. */
const seats = Number(process.env.BENCH_SEATS ?? 10);
const room = 16 * 1024 ** 3;
/** What a start leaves behind is given back within seconds. */
const restMs = 10_000;

const templates = [
  { stack: 'minikube', nodes: 1 },
  { stack: 'kubeadm', nodes: 2 },
] as const;

interface Step {
  readonly upMs: number;
  /** What all seats so far have taken, bytes. */
  readonly bytes: number;
}

export async function benchClusterSeats(): Promise<Section> {
  const name = 'seats';
  if (process.geteuid?.() !== 0) return { name, parts: [], fault: 'clusters need root' };
  const { fault, remedy } = inotifyFault(seats * Math.max(...templates.map(({ nodes }) => nodes)));
  if (fault !== '') return { name, parts: [], fault: `${fault}. ${remedy}` };
  const all = [];
  for (const template of templates) {
    all.push({ ...template, steps: await withClusterWorkplace((place) => oneByOne(place, template.stack)) });
  }
  const shown = [1, 2, 5, 10].filter((seat) => seat <= seats);
  const head = ['template', ...shown.map((seat) => `seat ${seat}, s`), 'MiB for each seat', 'seats in 16 GiB'];
  const rows = all.map(({ stack, nodes, steps }) => [
    `${stack}, ${nodes === 1 ? 'one node' : `${nodes} nodes`}`,
    ...shown.map((seat) => ((steps[seat - 1]?.upMs ?? Number.NaN) / 1000).toFixed(1)),
    (perSeat(steps) / 1024 ** 2).toFixed(0),
    Math.floor(room / perSeat(steps)).toFixed(0),
  ]);
  return { name, parts: [table(head, rows)], data: all };
}

/** A workshop that gets one seat more at a time; the first starts cold and leaves the golden state behind. */
async function oneByOne({ podlab, write }: Workplace, stack: string): Promise<readonly Step[]> {
  const before = availableBytes();
  const steps: Step[] = [];
  for (let seat = 1; seat <= seats; seat++) {
    const text = ['name: bench', `stack: ${stack}`, 'labs: [pods]', `seats: ${seat}`, ''].join('\n');
    const file = write('workshop.yaml', text);
    const started = performance.now();
    await podlab('fleet', 'up', '-w', file);
    const upMs = performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, restMs));
    steps.push({ upMs, bytes: before - availableBytes() });
  }
  return steps;
}

function perSeat(steps: readonly Step[]): number {
  return (steps.at(-1)?.bytes ?? Number.NaN) / steps.length;
}
