// Seats on this machine: a room each.

import { LabError } from '../error.ts';
import { findShortages, parallelFor } from '../fleet/capacity.ts';
import { seatRecord, withSeat } from '../fleet/fleet-record.ts';
import { seatSeed } from '../fleet/seat-seed.ts';
import type { Seat } from '../fleet/workshop.ts';
import { availableMemory, freeDisk, usableCpus } from '../host/capacity.ts';
import { silentReporter } from '../reporter.ts';
import type { Topology } from '../topology/topology.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import { setWanted } from './fleet-work.ts';
import { keepPolicy } from './inbox-file.ts';
import { keepSeed, progressOf } from './lab-room.ts';
import type { SeatPlace } from './seat-place.ts';

/** Taking rooms down is the kernel's work; more at a time end sooner. */
const removal = { parallel: 16, firstAlone: false };

/** @param adopts whether a room that is there and that this workshop did not make may become its own */
export async function localSeats(
  app: App,
  fleet: Fleet,
  adopts: (seat: Seat) => Promise<boolean> = async () => false,
): Promise<SeatPlace> {
  const { workshop, driver } = fleet;
  const pace = async () => {
    const { engine } = (await fleet.stackOf(workshop.seats[0] as Seat)).topology;
    // The first cluster is saved when it is ready; the others start from what was saved.
    return { parallel: parallelFor(engine, usableCpus()), firstAlone: engine === 'kubernetes' };
  };
  return {
    preview: `What that does for each: podlab preview ${workshop.stack}`,
    pace,
    removal,
    prepare: async (missing, isForced) => {
      const { topology } = await fleet.stackOf(workshop.seats[0] as Seat);
      await refuseShortage(app, topology, missing.length, isForced);
      return pace();
    },
    up: async (seat) => {
      // What can't be told is found before anything is remembered.
      const stack = await fleet.stackOf(seat);
      await claim(fleet, seat, adopts);
      keepSeed(app, seat.stack, seatSeed(workshop.name, seat.number));
      await keepPolicy(app, seat.stack, workshop);
      const { created, from } = await driver.up(stack, silentReporter);
      return { created, from };
    },
    reset: async (seat) => {
      if (!seatRecord(fleet.record(), seat.stack).wanted) throw notMade(fleet, seat);
      const { from } = await driver.up({ ...(await fleet.stackOf(seat)), anew: true }, silentReporter);
      return { from };
    },
    down: async (seat) => {
      // A room of that name that podlab did not make for this workshop is somebody else's.
      if (!seatRecord(fleet.record(), seat.stack).wanted) return { removed: false };
      const removed = await driver.down(seat.stack, silentReporter);
      setWanted(fleet, seat, false);
      return { removed };
    },
    former: async () => formerSeats(fleet),
    clear: async () => [],
    status: (seats) =>
      Promise.all(
        seats.map(async (seat) => {
          const { state, reason } = await fleet.status(seat);
          const isGone = state === 'down' && seatRecord(fleet.record(), seat.stack).wanted;
          return { state, reason: isGone ? 'its room is gone' : reason, hint: '' };
        }),
      ),
    progress: async (seat) => (await progressOf(app, seat.stack)).data,
    run: async (seat, node, argv, options) => (await driver.executor(seat.stack, node)).run(argv, options),
    pageWay: () => ({ url: '', first: '' }),
    keepTokens: async (hashes) =>
      fleet.remember((record) =>
        [...hashes].reduce(
          (now, [stack, tokenHash]) => withSeat(now, stack, { ...seatRecord(now, stack), tokenHash }),
          record,
        ),
      ),
  };
}

/** Before anything is made, so that whatever a kill leaves is known to be this workshop's. */
async function claim(fleet: Fleet, seat: Seat, adopts: (seat: Seat) => Promise<boolean>): Promise<void> {
  if (seatRecord(fleet.record(), seat.stack).wanted) return;
  if ((await fleet.status(seat)).state !== 'down' && !(await adopts(seat))) {
    throw new LabError(
      'STACK_CHANGED',
      `a room called ${seat.stack} is there already, and this workshop did not make it`,
      {
        hint: `Remove it with "podlab down ${seat.stack}", or give the workshop another name.`,
      },
    );
  }
  setWanted(fleet, seat, true);
}

async function refuseShortage(app: App, topology: Topology, seats: number, isForced: boolean): Promise<void> {
  const { inotifyLeft } = await import('../driver/sandbox/inotify.ts');
  const machine = {
    memoryBytes: availableMemory(),
    diskBytes: freeDisk(app.paths.state),
    inotify: inotifyLeft(),
  };
  const shortages = findShortages(topology, seats, machine);
  const lines = shortages.map(
    ({ what, needed, available, remedy }) => `${what}: ${needed} needed, ${available} left. ${remedy}`,
  );
  refuseUnlessForced(app, lines, `this machine is too small for ${seats} more rooms`, isForced);
}

/** @throws LabError HOST_UNSUITABLE when there is a line and nobody insists */
export function refuseUnlessForced(app: App, lines: readonly string[], message: string, isForced: boolean): void {
  if (lines.length === 0) return;
  if (isForced) {
    app.stderr.write(lines.map((line) => `podlab: warning: ${line}\n`).join(''));
    return;
  }
  throw new LabError('HOST_UNSUITABLE', `${message}: ${lines.join(' ')}`, {
    hint: 'Nothing was made. --force tries all the same.',
  });
}

function formerSeats({ workshop, record }: Fleet): readonly Seat[] {
  const known = new Set(workshop.seats.map(({ stack }) => stack));
  return Object.entries(record().seats)
    .filter(([stack, { wanted }]) => wanted && !known.has(stack))
    .map(([stack]) => ({ number: Number(/\d+$/.exec(stack)?.[0] ?? 0), stack, person: '' }));
}

function notMade({ workshop }: Fleet, { stack }: Seat): LabError {
  return new LabError('STACK_NOT_UP', `seat ${stack} of workshop "${workshop.name}" has no room`, {
    hint: 'Run "podlab fleet up" first.',
  });
}
