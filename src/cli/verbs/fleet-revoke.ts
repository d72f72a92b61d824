// podlab fleet revoke: tokens of seats made worthless; their pages end, and their reports are refused.

import { selectSeats } from '../../fleet/select-seats.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { openPlace } from '../seat-place.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const seats = selectSeats(fleet.workshop, args).map(({ stack }) => stack);
  const place = await openPlace(app, fleet);
  await fleet.locked(() => place.keepTokens(new Map(seats.map((stack) => [stack, '']))));
  app.answer(options.json === true, { workshop: fleet.workshop.name, seats }, () => {
    const what = seats.length === 1 ? `the token of ${seats[0]} is` : `the tokens of ${seats.length} seats are`;
    return `${what} void; "podlab fleet cards" makes new ones\n`;
  });
  return exitCodes.done;
}
