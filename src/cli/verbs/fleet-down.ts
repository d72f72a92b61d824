// podlab fleet down: every seat's room removed, also of seats that the workshop file does not have any more.

import { LabError } from '../../error.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { openFleet } from '../fleet.ts';
import { answerOutcomes, onSeats } from '../fleet-work.ts';
import { openPlace, type SeatPlace } from '../seat-place.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const place = await openPlace(app, fleet);
  const chosen = selectSeats(fleet.workshop, args);
  const { outcomes, shared } = await fleet.locked(async () => {
    const ended = await onSeats(app, fleet, {
      title: 'removing',
      seats: args.length > 0 ? chosen : [...chosen, ...(await place.former())],
      ...place.removal,
      work: (seat) => place.down(seat),
    });
    const isAll = args.length === 0 && ended.every(({ state }) => state === 'done');
    return { outcomes: ended, shared: isAll ? await clearShared(place) : [] };
  });
  const again = `podlab fleet down${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  return answerOutcomes(app, options.json === true, fleet, outcomes, { done: 'without a room', again, shared });
}

/** @throws LabError of the place, with how far it got */
async function clearShared(place: SeatPlace): Promise<readonly string[]> {
  try {
    return await place.clear();
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'CANCELLED') throw error;
    const hint = error.hint === '' ? 'Run "podlab fleet down" again: it goes on with what is left.' : error.hint;
    const message = `every seat is removed, but not yet what they shared: ${error.message}`;
    throw new LabError(error.code, message, { hint, cause: error });
  }
}
