// podlab fleet reset: rooms built anew, as they were at the beginning.

import { LabError } from '../../error.ts';
import { parallelFor } from '../../fleet/capacity.ts';
import { seatRecord } from '../../fleet/fleet-record.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import type { Seat } from '../../fleet/workshop.ts';
import { usableCpus } from '../../host/capacity.ts';
import { silentReporter } from '../../reporter.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { answerOutcomes, onSeats } from '../fleet-work.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const seats = selectSeats(fleet.workshop, args);
  const { topology } = await fleet.stackOf(seats[0] as Seat);
  const outcomes = await fleet.locked(() =>
    onSeats(app, fleet, {
      title: 'resetting',
      seats,
      parallel: parallelFor(topology.engine, usableCpus()),
      firstAlone: false,
      work: async (seat) => {
        if (!seatRecord(fleet.record(), seat.stack).wanted) throw notMade(fleet, seat);
        const { from } = await fleet.driver.up({ ...(await fleet.stackOf(seat)), anew: true }, silentReporter);
        return { from };
      },
    }),
  );
  const again = `podlab fleet reset${options.workshop === undefined ? '' : ` --workshop ${options.workshop}`}`;
  return answerOutcomes(app, options.json === true, fleet, outcomes, { done: 'built anew', again });
}

function notMade({ workshop }: Fleet, { stack }: Seat): LabError {
  return new LabError('STACK_NOT_UP', `seat ${stack} of workshop "${workshop.name}" has no room`, {
    hint: 'Run "podlab fleet up" first.',
  });
}
