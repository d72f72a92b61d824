// podlab fleet up: a room for every seat.

import { LabError } from '../../error.ts';
import { findShortages, parallelFor } from '../../fleet/capacity.ts';
import { seatRecord } from '../../fleet/fleet-record.ts';
import { seatSeed } from '../../fleet/seat-seed.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import type { Seat } from '../../fleet/workshop.ts';
import { availableMemory, freeDisk, usableCpus } from '../../host/capacity.ts';
import { silentReporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { answerOutcomes, onSeats, setWanted } from '../fleet-work.ts';
import { keepPolicy } from '../inbox-file.ts';
import { keepSeed } from '../lab-room.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const { workshop, driver } = fleet;
  const seats = selectSeats(workshop, args);
  const json = options.json === true;
  const missing = await seatsWithoutRoom(fleet, seats);
  const template = await fleet.stackOf(seats[0] as Seat);
  if (options.dryRun === true) return preview(app, json, fleet, missing);
  await refuseShortage(app, template.topology, missing.length, options.force === true);
  const { engine } = template.topology;
  const outcomes = await fleet.locked(() =>
    onSeats(app, fleet, {
      title: 'building',
      seats,
      parallel: parallelOf(options.parallel, parallelFor(engine, usableCpus())),
      // The first cluster is saved when it is ready; the others start from what was saved.
      firstAlone: engine === 'kubernetes',
      work: async (seat) => {
        await claim(fleet, seat);
        keepSeed(app, seat.stack, seatSeed(workshop.name, seat.number));
        await keepPolicy(app, seat.stack, workshop);
        const { created, from } = await driver.up(await fleet.stackOf(seat), silentReporter);
        return { created, from };
      },
    }),
  );
  const again = `podlab fleet up${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  return answerOutcomes(app, json, fleet, outcomes, { done: 'up', again });
}

/** Before anything is made, so that whatever a kill leaves is known to be this workshop's. */
async function claim(fleet: Fleet, seat: Seat): Promise<void> {
  if (seatRecord(fleet.record(), seat.stack).wanted) return;
  if ((await fleet.status(seat)).state !== 'down') {
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

async function seatsWithoutRoom({ status }: Fleet, seats: readonly Seat[]): Promise<readonly Seat[]> {
  const states = await Promise.all(seats.map(async (seat) => ({ seat, state: (await status(seat)).state })));
  return states.filter(({ state }) => state !== 'up').map(({ seat }) => seat);
}

function preview(app: App, json: boolean, { workshop }: Fleet, missing: readonly Seat[]): number {
  const rooms = missing.map(({ stack }) => stack);
  app.answer(json, { workshop: workshop.name, rooms }, () =>
    rooms.length === 0
      ? `${workshop.name}: every seat has its room\n`
      : `${workshop.name}: ${rooms.length} rooms of stack ${workshop.stack} would be built: ${rooms.join(', ')}\nWhat that does for each: podlab preview ${workshop.stack}\n`,
  );
  return exitCodes.done;
}

async function refuseShortage(app: App, topology: Topology, seats: number, isForced: boolean): Promise<void> {
  const { inotifyLeft } = await import('../../driver/sandbox/inotify.ts');
  const machine = {
    memoryBytes: availableMemory(),
    diskBytes: freeDisk(app.paths.state),
    inotify: inotifyLeft(),
  };
  const shortages = findShortages(topology, seats, machine);
  const lines = shortages.map(
    ({ what, needed, available, remedy }) => `${what}: ${needed} needed, ${available} left. ${remedy}`,
  );
  if (lines.length === 0) return;
  if (isForced) {
    app.stderr.write(lines.map((line) => `podlab: warning: ${line}\n`).join(''));
    return;
  }
  throw new LabError('HOST_UNSUITABLE', `this machine is too small for ${seats} more rooms: ${lines.join(' ')}`, {
    hint: 'Nothing was made. --force tries all the same.',
  });
}

/** @throws LabError USAGE */
function parallelOf(given: unknown, usual: number): number {
  if (given === undefined) return usual;
  const number = Number(given);
  if (Number.isInteger(number) && number >= 1 && number <= 100) return number;
  throw new LabError('USAGE', `--parallel ${given} is not a whole number from 1 to 100`);
}
