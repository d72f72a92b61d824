// The rounds of `podlab bench cni`: for each stack a room, every way measured in it, the room removed; again and again.

import type { ProbeContext } from '../probe/probe.ts';
import type { Reporter } from '../reporter.ts';
import { measureWay, openBenchRoom } from './bench-room.ts';
import { type Measures, type Visit, type Way, ways, wayTitles } from './cni-measures.ts';
import { describeMachine, type Machine } from './machine.ts';

export interface CniBench {
  readonly stacks: readonly string[];
  readonly rounds: number;
  /** Of each of the four measurements of a way. */
  readonly seconds: number;
  /** Load average of the machine, before there is a room. */
  readonly load: number;
  /** Runs `work` with a room of the stack, which is gone when it ends. */
  inRoom<T>(stack: string, work: (context: ProbeContext) => Promise<T>): Promise<T>;
  readonly reporter: Reporter;
}

export async function runCniBench(
  bench: CniBench,
): Promise<{ readonly machine: Machine; readonly visits: readonly Visit[] }> {
  const visits: Visit[] = [];
  let machine: Machine | undefined;
  for (let round = 0; round < bench.rounds; round++) {
    for (const stack of orderOf(bench.stacks, round)) {
      const title = `round ${round + 1} of ${bench.rounds}: ${stack}`;
      const values = await bench.reporter.step(title, (update) => {
        update('making the room');
        return bench.inRoom(stack, async (context) => {
          machine ??= await describeMachine(context.node(context.topology.nodes[0]?.name ?? ''), bench.load);
          return visit(context, round, bench.seconds, update);
        });
      });
      visits.push({ stack, round, values });
    }
  }
  if (machine === undefined) throw new Error('a bench without rounds');
  return { machine, visits };
}

async function visit(
  context: ProbeContext,
  round: number,
  seconds: number,
  update: (detail: string) => void,
): Promise<Readonly<Record<Way, Measures>>> {
  update('starting servers');
  const room = await openBenchRoom(context);
  const values: Partial<Record<Way, Measures>> = {};
  for (const way of orderOf(ways, round)) {
    update(wayTitles[way]);
    values[way] = await measureWay(room[way], seconds);
  }
  return values as Record<Way, Measures>;
}

/** Each begins another time, forwards and backwards in turn, so that no place in the row is anybody's own. */
export function orderOf<T>(all: readonly T[], round: number): readonly T[] {
  const start = Math.floor(round / 2) % all.length;
  const turned = [...all.slice(start), ...all.slice(0, start)];
  return round % 2 === 0 ? turned : turned.reverse();
}

/** About how long it all takes: a room from its golden state, pods and servers; four measurements of each way. */
export function estimatedSeconds({ stacks, rounds, seconds }: Pick<CniBench, 'stacks' | 'rounds' | 'seconds'>): number {
  const roomSeconds = 20;
  return stacks.length * rounds * (roomSeconds + ways.length * 4 * (seconds + 0.3));
}
