// A participant at work in a room of the benchmark: by-hand in the quickstart room, in this process.

import { createApp } from '../src/cli/app.ts';
import { readLab } from '../src/cli/lab-files.ts';
import { progressOf, roomFor, seedOf, systemClock } from '../src/cli/lab-room.ts';
import type { Probe } from '../src/probe/probe.ts';
import { probes } from '../src/probe/registry.ts';
import { openSession, type Session } from '../src/workshop/session.ts';
import type { Workplace } from './workplace.ts';

export interface Desk {
  readonly session: Session;
  /** Milliseconds of every observation since the last call, in the order in which they were made. */
  takeObservations(): readonly { readonly probe: string; readonly ms: number }[];
  close(): Promise<void>;
}

export async function openDesk({ root }: Workplace): Promise<Desk> {
  process.env.PODLAB_ROOT = root;
  process.env.PODLAB_QUIET = '1';
  const app = createApp();
  const lab = await readLab(app, 'by-hand');
  const { stack, context, roomId } = await roomFor(app, lab, undefined);
  let seen: { probe: string; ms: number }[] = [];
  const session = openSession({
    lab,
    context,
    probes: timed(probes, (probe, ms) => seen.push({ probe, ms })),
    progress: await progressOf(app, stack),
    roomId,
    seed: seedOf(app, stack),
    clock: systemClock,
  });
  return {
    session,
    takeObservations: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    close: () => app.close(),
  };
}

function timed(all: ReadonlyMap<string, Probe>, note: (probe: string, ms: number) => void): Map<string, Probe> {
  return new Map(
    [...all].map(([name, probe]) => [
      name,
      {
        ...probe,
        observe: async (context, args) => {
          const started = performance.now();
          const observation = await probe.observe(context, args);
          note(name, performance.now() - started);
          return observation;
        },
      },
    ]),
  );
}
