// podlab fleet down: every seat's room removed, also of seats that the workshop file does not have any more.

import { seatRecord } from '../../fleet/fleet-record.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import type { Seat } from '../../fleet/workshop.ts';
import { silentReporter } from '../../reporter.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { answerOutcomes, onSeats, setWanted } from '../fleet-work.ts';

/** Taking rooms down is the kernel's work; more at a time end sooner. */
const parallel = 16;

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const chosen = selectSeats(fleet.workshop, args);
  const outcomes = await fleet.locked(() =>
    onSeats(app, fleet, {
      title: 'removing',
      seats: args.length > 0 ? chosen : [...chosen, ...formerSeats(fleet)],
      parallel,
      firstAlone: false,
      work: async (seat) => {
        // A room of that name that podlab did not make for this workshop is somebody else's.
        if (!seatRecord(fleet.record(), seat.stack).wanted) return { removed: false };
        const removed = await fleet.driver.down(seat.stack, silentReporter);
        setWanted(fleet, seat, false);
        return { removed };
      },
    }),
  );
  const again = `podlab fleet down${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  return answerOutcomes(app, options.json === true, fleet, outcomes, { done: 'without a room', again });
}

/** Seats with a room that the workshop file has no more: it was shortened since. */
function formerSeats({ workshop, record }: Fleet): readonly Seat[] {
  const known = new Set(workshop.seats.map(({ stack }) => stack));
  return Object.entries(record().seats)
    .filter(([stack, { wanted }]) => wanted && !known.has(stack))
    .map(([stack]) => ({ number: Number(/\d+$/.exec(stack)?.[0] ?? 0), stack, person: '' }));
}
