// Cards, tokens and what a machine can carry.

import { expect, test } from 'vitest';
import { findShortages, parallelFor } from '../../../src/fleet/capacity.ts';
import { renderCards, renderCardsCsv } from '../../../src/fleet/cards.ts';
import { parseFleetRecord, renderFleetRecord, seatRecord, withSeat } from '../../../src/fleet/fleet-record.ts';
import { progressOfSeat } from '../../../src/fleet/seat-progress.ts';
import { seatSeed } from '../../../src/fleet/seat-seed.ts';
import { hashToken, isToken, newToken } from '../../../src/fleet/tokens.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import type { Lab } from '../../../src/workshop/exercise.ts';
import type { ProgressData } from '../../../src/workshop/progress.ts';

const card = {
  ...{ stack: 'day1-01', person: '', url: 'https://lab.example/', address: 'https://lab.example/seat#tok' },
  ...{ token: 'tok', fingerprint: '', first: '' },
};

test('a name on a card is text, whatever is in it', () => {
  const page = renderCards('<Day & 1>', [{ ...card, person: '<script>alert("x")</script>' }]);
  expect(page).not.toContain('<script');
  expect(page).toContain('<h2>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;</h2>');
  expect(page).toContain('&lt;Day &amp; 1&gt;');
});

test('a card says the fingerprint where the server has a certificate of its own, and only there', () => {
  const own = renderCards('Day', [{ ...card, fingerprint: 'AB:CD' }]);
  expect(own).toContain('podlab report https://lab.example/ --fingerprint AB:CD');
  expect(renderCards('Day', [card])).not.toContain('ingerprint');
});

test('a card says what comes before its address, and a seat that is reported of by itself asks for no report', () => {
  const first = 'kubectl --namespace podlab-day1 port-forward service/day1-01 8080:80';
  const page = renderCards('Day', [{ ...card, first, url: '' }]);
  expect(page).toContain(`<p>First: <code>${first}</code></p><p>In a browser:`);
  expect(page).not.toContain('podlab report');
  expect(renderCards('Day', [card])).not.toContain('First:');
});

test('a name in the table is no formula', () => {
  expect(
    renderCardsCsv([
      { ...card, person: '=1+1' },
      { ...card, person: 'Liskov, "B"' },
    ]),
  ).toBe(
    'seat,name,address,token,fingerprint,first\r\n' +
      "day1-01,'=1+1,https://lab.example/seat#tok,tok,,\r\n" +
      'day1-01,"Liskov, ""B""",https://lab.example/seat#tok,tok,,\r\n',
  );
});

test('a token opens only what has its hash', () => {
  const [mine, other] = [newToken(), newToken()];
  expect(mine).toMatch(/^[\w-]{27}$/);
  expect([isToken(mine, hashToken(mine)), isToken(other, hashToken(mine)), isToken('', hashToken(mine))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(isToken(mine, '')).toBe(false);
});

test('a seat has the same numbers wherever it is built, and others than its neighbour', () => {
  expect(seatSeed('day1', 1)).toBe(seatSeed('day1', 1));
  expect(new Set(Array.from({ length: 40 }, (_, index) => seatSeed('day1', index))).size).toBe(40);
});

const room = (engine: string, nodes: number) =>
  ({ engine, nodes: Array.from({ length: nodes }, () => ({})) }) as unknown as Topology;
const GiB = 1024 ** 3;

test('a machine that is too small is told by what it lacks', () => {
  const machine = { memoryBytes: 8 * GiB, diskBytes: 100 * GiB, inotify: 120 };
  expect(findShortages(room('none', 2), 40, machine)).toEqual([]);
  expect(findShortages(room('kubernetes', 2), 10, machine)).toEqual([
    {
      what: 'memory',
      needed: '9.8 GiB',
      available: '8.0 GiB',
      remedy: 'Take fewer seats on this machine, or smaller rooms.',
    },
    {
      what: 'inotify instances',
      needed: '320',
      available: '120',
      remedy: 'Run "sysctl -w fs.inotify.max_user_instances=1024".',
    },
  ]);
});

test('clusters are started one by one on two CPUs', () => {
  expect([parallelFor('kubernetes', 1), parallelFor('kubernetes', 2), parallelFor('kubernetes', 16)]).toEqual([
    1, 1, 8,
  ]);
  expect(parallelFor('none', 2)).toBe(2);
});

test('what is remembered is read as it was written, and damage is an error', () => {
  const fault = { at: 1, code: 'TIMEOUT', message: 'm', hint: 'h' };
  const record = withSeat({ version: 1, file: '/w.yaml', seats: {} }, 'day1-01', {
    wanted: true,
    tokenHash: '',
    fault,
  });
  expect(parseFleetRecord(renderFleetRecord(record), 'f')).toEqual(record);
  expect(seatRecord(record, 'day1-02')).toEqual({ wanted: false, tokenHash: '' });
  expect(parseFleetRecord(undefined, 'f')).toBeUndefined();
  expect(() => parseFleetRecord(renderFleetRecord(record).slice(0, -9), 'f')).toThrow(
    expect.objectContaining({ code: 'DAMAGED' }),
  );
});

test('a seat is at the task it tried last in its present exercise', () => {
  const labs = [
    {
      name: 'a',
      exercises: [
        { id: 'a/one', tasks: [{ id: 'x' }, { id: 'y' }] },
        { id: 'a/two', tasks: [{ id: 'z' }] },
      ],
    },
  ] as unknown as Lab[];
  const tried = { tries: 4, state: 'open', lastDiagnosis: 'absent', sameDiagnosis: 3 };
  const progress = {
    current: { a: 'a/two' },
    tasks: { 'a/one': { x: { state: 'solved' }, y: { ...tried, lastDiagnosis: 'other' } }, 'a/two': { z: tried } },
  } as unknown as ProgressData;
  expect(progressOfSeat(labs, progress)).toEqual({
    solved: 1,
    skipped: 0,
    tasks: 3,
    at: 'a/two/z',
    diagnosis: 'absent',
    repeated: 3,
  });
  expect(progressOfSeat(labs, { current: {}, tasks: {} })).toEqual({
    solved: 0,
    skipped: 0,
    tasks: 3,
    at: '',
    diagnosis: '',
    repeated: 0,
  });
});
