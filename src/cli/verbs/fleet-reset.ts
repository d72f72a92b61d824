// podlab fleet reset: rooms built anew, as they were at the beginning.

import { selectSeats } from '../../fleet/select-seats.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { openFleet } from '../fleet.ts';
import { answerOutcomes, onSeats } from '../fleet-work.ts';
import { openPlace } from '../seat-place.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const place = await openPlace(app, fleet);
  const seats = selectSeats(fleet.workshop, args);
  const outcomes = await fleet.locked(async () =>
    onSeats(app, fleet, {
      title: 'resetting',
      seats,
      ...(await place.pace()),
      firstAlone: false,
      work: (seat) => place.reset(seat),
    }),
  );
  const again = `podlab fleet reset${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  return answerOutcomes(app, options.json === true, fleet, outcomes, { done: 'built anew', again });
}
