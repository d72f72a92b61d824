// Events, their chain, and what an instructor sees of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptEvents } from '../../../src/report/accept-events.ts';
import { emptyBoard, foldEvent } from '../../../src/report/board.ts';
import { chainEvent, follows, type ReportBody, type ReportEvent } from '../../../src/report/event.ts';
import { parseJournal, renderEvent } from '../../../src/report/journal.ts';
import { commonMistakes, stuckSeats } from '../../../src/report/mistakes.ts';

const plain: ReportBody = {
  at: 1000,
  kind: 'check',
  exercise: 'by-hand/bridge',
  task: 'join',
  verdict: 'fail',
  diagnosis: 'own-uplink',
  say: 'eth0 is a member of br0',
  evidence: '',
};

function chain(...bodies: Partial<ReportBody>[]): readonly ReportEvent[] {
  const events: ReportEvent[] = [];
  for (const body of bodies) events.push(chainEvent({ ...plain, ...body }, events.at(-1)));
  return events;
}

const boardOf = (...bodies: Partial<ReportBody>[]) => chain(...bodies).reduce(foldEvent, emptyBoard);
const taskOf = (...bodies: Partial<ReportBody>[]) => boardOf(...bodies).tasks.get('by-hand/bridge/join');

test('a journal is read as it was written', () => {
  const events = chain({}, { kind: 'hint', verdict: '' }, { verdict: 'pass', diagnosis: '' });
  const text = events.map(renderEvent).join('');
  expect(parseJournal(text)).toEqual({ events, goodLength: text.length, badLine: 0 });
});

test('a line that a kill cut short is told from a changed one', () => {
  const lines = chain({}, {}, {}).map(renderEvent);
  const whole = lines.slice(0, 2).join('');
  expect(parseJournal(whole + lines[2]?.slice(0, -20))).toMatchObject({ goodLength: whole.length, badLine: 0 });
  const changed = lines.map((line, index) => (index === 1 ? line.replace('own-uplink', 'another') : line)).join('');
  expect(parseJournal(changed)).toMatchObject({ events: [{ number: 1 }], badLine: 2 });
  expect(parseJournal([lines[0], lines[2]].join(''))).toMatchObject({ events: [{ number: 1 }], badLine: 2 });
});

test('no value of an event can change without its hash', () => {
  const [first, second] = chain({}, {}) as [ReportEvent, ReportEvent];
  expect(follows(second, first)).toBe(true);
  for (const key of Object.keys(second) as (keyof ReportEvent)[]) {
    const value = second[key];
    const other = typeof value === 'number' ? value + 1 : `${value}x`;
    expect([key, follows({ ...second, [key]: other } as ReportEvent, first)]).toEqual([key, false]);
  }
});

test('whatever is sent again, nothing is lost and nothing doubled', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 20 }), (sends) => {
      const all = chain(...Array.from({ length: 10 }, () => ({})));
      let known: readonly ReportEvent[] = [];
      for (const [from, count] of [...sends, [0, 10] as const]) {
        const { fresh, state } = acceptEvents(known, all.slice(from, from + count));
        expect(state).toBe(from > known.length && count > 0 && from < 10 ? 'gap' : 'taken');
        known = [...known, ...fresh];
      }
      expect(known).toEqual(all);
    }),
  );
});

test('another history than the known one is a fork, not an addition', () => {
  const mine = chain({}, {});
  const other = chain({}, { say: 'other' }, {});
  expect(acceptEvents(mine, other)).toEqual({ fresh: [], state: 'fork' });
  expect(acceptEvents(mine, other.slice(2))).toEqual({ fresh: [], state: 'fork' });
});

test('the same mistake in a row is counted, another begins anew, a pass ends it', () => {
  expect(taskOf({}, {}, {})).toMatchObject({ state: 'failing', tries: 3, diagnosis: 'own-uplink', repeated: 3 });
  expect(taskOf({}, {}, { diagnosis: 'absent' })).toMatchObject({ diagnosis: 'absent', repeated: 1 });
  expect(taskOf({}, { verdict: 'pass', diagnosis: '' })).toMatchObject({ state: 'solved', tries: 2, repeated: 0 });
});

test('what is solved stays solved, but a shown solution is no solved task', () => {
  const pass = { verdict: 'pass', diagnosis: '' } as const;
  expect(taskOf(pass, {})).toMatchObject({ state: 'solved', diagnosis: '' });
  expect(taskOf({}, { ...pass, kind: 'solved' })).toMatchObject({ state: 'shown', tries: 1 });
  expect(taskOf(pass, { ...pass, kind: 'solved' })).toMatchObject({ state: 'solved' });
  expect(taskOf({ kind: 'skip', verdict: '' })).toMatchObject({ state: 'skipped', tries: 0 });
  expect(taskOf({ verdict: 'broken', diagnosis: '' })).toMatchObject({ state: 'broken', tries: 0 });
});

test('a reset takes an exercise back, and leaves the others', () => {
  const board = boardOf({ verdict: 'pass' }, { exercise: 'by-hand/veth' }, { kind: 'reset', task: '' });
  expect([...board.tasks.keys()]).toEqual(['by-hand/veth/join']);
});

test('a hand goes up and down', () => {
  const hand = (kind: 'hand-up' | 'hand-down') => ({ ...plain, kind, exercise: '', task: '', verdict: '' as const });
  expect(boardOf({}, hand('hand-up'))).toMatchObject({ isHandUp: true, at: 'by-hand/bridge/join' });
  expect(boardOf(hand('hand-up'), hand('hand-down')).isHandUp).toBe(false);
});

test('mistakes are counted over the seats that have tried', () => {
  const boards = new Map([
    ['a', boardOf({}, {}, {})],
    ['b', boardOf({})],
    ['c', boardOf({ diagnosis: 'absent' })],
    ['d', boardOf({}, { verdict: 'pass', diagnosis: '' })],
    ['e', emptyBoard],
  ]);
  expect(commonMistakes(boards)).toEqual([
    { task: 'by-hand/bridge/join', diagnosis: 'own-uplink', seats: ['a', 'b'], tried: 4 },
    { task: 'by-hand/bridge/join', diagnosis: 'absent', seats: ['c'], tried: 4 },
  ]);
  expect(stuckSeats(boards, 3)).toEqual(['a']);
});
