// podlab fleet exec: one command on the same node of many seats.

import { LabError } from '../../error.ts';
import { runSeats } from '../../fleet/run-seats.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { wholeNumber } from '../number-options.ts';
import { openPlace } from '../seat-place.ts';

const parallel = 8;
/** Of each seat's output; a command that says more is asked for something else. */
const maxOutputBytes = 1_048_576;
/** Usually long enough to make a room, short enough to notice a command that waits for input. */
const timeLimit = { least: 1, most: 24 * 3600, usual: 120, of: 'seconds' };

export async function run(app: App, { args, rest, options: given }: VerbInput): Promise<number> {
  const [node = '', ...words] = args;
  const [program, ...programArgs] = rest;
  if (program === undefined) {
    throw new LabError('USAGE', 'no command', { hint: 'Write it behind --: podlab fleet exec node1 -- ip route' });
  }
  const seconds = wholeNumber('--timeout', given.timeout, timeLimit);
  const fleet = await openFleet(app, given.workshop as string | undefined);
  const place = await openPlace(app, fleet);
  const outcomes = await runSeats({
    seats: selectSeats(fleet.workshop, words),
    parallel,
    firstAlone: false,
    signal: app.signal,
    now: () => performance.now(),
    onEnd: () => {},
    work: async (seat) => {
      const options = { maxOutputBytes, timeoutMs: seconds * 1000, signal: app.signal };
      const { exitCode, stdout, stderr, timedOut } = await place.run(seat, node, [program, ...programArgs], options);
      return { exitCode, stdout, stderr, timedOut };
    },
  });
  const seats = outcomes.map(({ seat, result, fault }) => ({
    seat: seat.number,
    stack: seat.stack,
    ...(result ?? { exitCode: -1, stdout: '', stderr: fault?.message ?? 'not begun', timedOut: false }),
  }));
  app.answer(given.json === true, { workshop: fleet.workshop.name, node, seats }, () =>
    seats
      .map(({ stack, exitCode, stdout, stderr, timedOut }) => {
        const ending = timedOut ? `ended after ${seconds} s; --timeout gives it longer` : `exit code ${exitCode}`;
        return lined(stack, `${stdout}${stderr}`, exitCode === 0 ? [] : [ending]);
      })
      .join(''),
  );
  return seats.every(({ exitCode }) => exitCode === 0) ? exitCodes.done : exitCodes.no;
}

/** Every line with the seat before it, so that the output can be searched and sorted. */
function lined(stack: string, output: string, ending: readonly string[]): string {
  const lines = output.split('\n').filter((line) => line !== '');
  return [...lines, ...ending].map((line) => `${stack}: ${sanitizeLine(line)}\n`).join('');
}
