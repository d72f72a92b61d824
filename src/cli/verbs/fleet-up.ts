// podlab fleet up: a room for every seat.

import { selectSeats } from '../../fleet/select-seats.ts';
import type { Seat } from '../../fleet/workshop.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { answerOutcomes, onSeats } from '../fleet-work.ts';
import { wholeNumber } from '../number-options.ts';
import { openPlace, type SeatPlace } from '../seat-place.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const place = await openPlace(app, fleet);
  const seats = selectSeats(fleet.workshop, args);
  const json = options.json === true;
  const missing = await seatsWithoutRoom(place, seats);
  if (options.dryRun === true) return preview(app, json, fleet, place, missing);
  const outcomes = await fleet.locked(async () => {
    const pace = await place.prepare(missing, options.force === true);
    return onSeats(app, fleet, {
      title: 'building',
      seats,
      ...pace,
      parallel: wholeNumber('--parallel', options.parallel, { least: 1, most: 100, usual: pace.parallel }),
      work: (seat) => place.up(seat),
    });
  });
  const again = `podlab fleet up${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  return answerOutcomes(app, json, fleet, outcomes, { done: 'up', again });
}

async function seatsWithoutRoom(place: SeatPlace, seats: readonly Seat[]): Promise<readonly Seat[]> {
  const states = await place.status(seats);
  return seats.filter((_seat, index) => states[index]?.state !== 'up');
}

function preview(app: App, json: boolean, { workshop }: Fleet, place: SeatPlace, missing: readonly Seat[]): number {
  const rooms = missing.map(({ stack }) => stack);
  app.answer(json, { workshop: workshop.name, rooms }, () =>
    rooms.length === 0
      ? `${workshop.name}: every seat has its room\n`
      : `${workshop.name}: ${rooms.length} rooms of stack ${workshop.stack} would be built: ${rooms.join(', ')}\n${place.preview}\n`,
  );
  return exitCodes.done;
}
