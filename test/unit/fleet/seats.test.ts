// Choosing seats, and doing one thing on many of them.

import { expect, test } from 'vitest';
import { LabError } from '../../../src/error.ts';
import { runSeats, type SeatWork } from '../../../src/fleet/run-seats.ts';
import { selectSeats } from '../../../src/fleet/select-seats.ts';
import type { Seat, Workshop } from '../../../src/fleet/workshop.ts';

const seats = (count: number): Seat[] =>
  Array.from({ length: count }, (_, index) => ({ number: index + 1, stack: `day1-0${index + 1}`, person: '' }));
const workshop = { name: 'day1', seats: seats(8) } as unknown as Workshop;

test.each([
  [[], [1, 2, 3, 4, 5, 6, 7, 8]],
  [['3'], [3]],
  [['03', 'day1-03', '3-3'], [3]],
  [
    ['7-8', '1'],
    [1, 7, 8],
  ],
])('%j names seats %j', (words, numbers) => {
  expect(selectSeats(workshop, words).map(({ number }) => number)).toEqual(numbers);
});

test.each(['9', '0', '5-3', '7-9', 'day1-9', 'day2-01', '-1', '1-', ''])('"%s" names no seat', (word) => {
  expect(() => selectSeats(workshop, [word])).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', hint: expect.stringContaining('from 1 to 8') }),
  );
});

function request<T>(work: (seat: Seat) => Promise<T>, more: Partial<SeatWork<T>> = {}): SeatWork<T> {
  return {
    seats: seats(5),
    parallel: 2,
    firstAlone: false,
    signal: new AbortController().signal,
    now: () => 0,
    onEnd: () => {},
    work,
    ...more,
  };
}

/** Work that ends when it is told to, and how many were at it. */
function watched() {
  let running = 0;
  const seen: number[] = [];
  const work = async () => {
    running++;
    seen.push(running);
    for (let turn = 0; turn < 5; turn++) await undefined;
    running--;
  };
  return { work, most: () => Math.max(...seen), seen };
}

test('no more than the given number are at work at once', async () => {
  const { work, most } = watched();
  await runSeats(request(work));
  expect(most()).toBe(2);
});

test('the first seat is alone when the others need what it leaves', async () => {
  const { work, seen } = watched();
  const begun: number[] = [];
  const noted = (seat: Seat) => {
    begun.push(seat.number);
    return work();
  };
  await runSeats(request(noted, { firstAlone: true, parallel: 4 }));
  expect(begun[0]).toBe(1);
  expect(seen.slice(0, 2)).toEqual([1, 1]);
  expect(Math.max(...seen)).toBe(4);
});

test('a host has no more at once than it takes, and nobody waits for a host that is not his', async () => {
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  const laneOf = ({ number }: Seat) => (number <= 4 ? 'slow' : 'fast');
  const order: number[] = [];
  const outcomes = await runSeats({
    ...request(async (seat) => {
      const lane = laneOf(seat);
      running.set(lane, (running.get(lane) ?? 0) + 1);
      most.set(lane, Math.max(most.get(lane) ?? 0, running.get(lane) ?? 0));
      for (let turn = 0; turn < (lane === 'slow' ? 50 : 1); turn++) await undefined;
      running.set(lane, (running.get(lane) ?? 0) - 1);
    }),
    ...{ seats: seats(8), parallel: 4, lanes: { of: laneOf, most: 2 } },
    onEnd: ({ seat }) => order.push(seat.number),
  });
  expect(outcomes.map(({ state }) => state)).toEqual(Array(8).fill('done'));
  expect(Object.fromEntries(most)).toEqual({ slow: 2, fast: 2 });
  expect(order.slice(0, 4).sort()).toEqual([5, 6, 7, 8]);
});

test('what fails on one seat stays there, with its remedy', async () => {
  const ended: number[] = [];
  const outcomes = await runSeats(
    request(
      async ({ number }) => {
        if (number === 2) throw new LabError('TIMEOUT', 'node1 did not answer', { hint: 'Look.' });
        if (number === 4) throw new Error('odd');
        return number;
      },
      { onEnd: ({ seat }) => ended.push(seat.number) },
    ),
  );
  expect(outcomes.map(({ state, result, fault }) => [state, result, fault])).toEqual([
    ['done', 1, undefined],
    ['failed', undefined, { code: 'TIMEOUT', message: 'node1 did not answer', hint: 'Look.' }],
    ['done', 3, undefined],
    ['failed', undefined, { code: 'FAULT', message: 'odd', hint: '' }],
    ['done', 5, undefined],
  ]);
  expect(ended.sort()).toEqual([1, 2, 3, 4, 5]);
});

test('after an interruption no further seat is begun', async () => {
  const stop = new AbortController();
  const outcomes = await runSeats(
    request(
      async ({ number }) => {
        if (number === 2) stop.abort();
      },
      { parallel: 1, signal: stop.signal },
    ),
  );
  expect(outcomes.map(({ state }) => state)).toEqual(['done', 'done', 'left', 'left', 'left']);
});
