// Seats that stand elsewhere, as the workshop's server follows them: nothing lost, nothing doubled, whatever happens to the way.

import { expect, test } from 'vitest';
import { farRooms } from '../../../src/cli/far-rooms.ts';
import type { SeatReach } from '../../../src/cli/seat-place.ts';
import type { Workshop } from '../../../src/fleet/workshop.ts';
import type { WorkshopWord } from '../../../src/report/inbox.ts';
import { renderEvent } from '../../../src/report/journal.ts';
import type { InstructorDesk } from '../../../src/web/instructor/desk.ts';
import { chain, withWorkshop } from '../web/workshop.ts';

interface Connection {
  readonly seat: string;
  readonly say: (line: string) => void;
  readonly end: (why: string) => void;
  readonly signal: AbortSignal;
}

interface Far {
  readonly desk: InstructorDesk;
  readonly connections: readonly Connection[];
  /** What each seat was told, in order. */
  readonly told: readonly { readonly seat: string; readonly word: WorkshopWord }[];
  readonly done: readonly string[];
  readonly warnings: readonly string[];
  readonly disk: { isFull: boolean };
  readonly rooms: ReturnType<typeof farRooms>;
  watch(): Promise<() => void>;
}

/** Seats of the workshop of `withWorkshop`, in a world of memory. */
function withFar(work: (far: Far) => Promise<void>): Promise<void> {
  return withWorkshop(async ({ desk: near, warnings, disk }) => {
    const connections: Connection[] = [];
    const told: { seat: string; word: WorkshopWord }[] = [];
    const done: string[] = [];
    const reach: SeatReach = {
      follow: ({ stack }, say, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(''));
          connections.push({ seat: stack, say, end: resolve, signal });
        }),
      tell: async ({ stack }, word) => void told.push({ seat: stack, word: JSON.parse(word) }),
      look: async () => undefined,
      resetExercise: async ({ stack }, exercise) => void done.push(`${stack} ${exercise}`),
    };
    const seats = ['net-01', 'net-02'].map((stack, index) => ({ number: index + 1, stack, person: '' }));
    const fleet = { workshop: { seats } as unknown as Workshop, locked: <T>(inside: () => Promise<T>) => inside() };
    const rooms = farRooms(
      fleet,
      {
        reset: async ({ stack }) => {
          done.push(stack);
          return {};
        },
      },
      reach,
      20,
    );
    const desk = { ...near, isHere: rooms.isHere };
    await work({ desk, connections, told, done, warnings, disk, rooms, watch: () => rooms.watch(desk) });
  });
}

const clock = () => String(Date.now());
const line = (event: ReturnType<typeof chain>[number]) => renderEvent(event).trimEnd();
const until = (condition: () => boolean) => expect.poll(condition, { timeout: 8000, interval: 20 }).toBe(true);

test('what happens at a seat is on the board, and a way that broke brings nothing twice', () =>
  withFar(async ({ desk, connections, watch }) => {
    const unwatch = await watch();
    await until(() => connections.length === 2);
    const [first] = connections;
    const events = chain({ diagnosis: 'a' }, { diagnosis: 'b' }, { diagnosis: 'c' });
    first?.say(clock());
    for (const event of events.slice(0, 2)) first?.say(line(event));
    first?.say('');
    await until(() => desk.reports.events('net-01').length === 2);
    // In the middle of a line, and then everything from the beginning.
    first?.say(line(events[2] as (typeof events)[0]).slice(0, 40));
    first?.end('');
    await until(() => connections.length === 3);
    connections[2]?.say(clock());
    for (const event of events) connections[2]?.say(line(event));
    await until(() => desk.reports.events('net-01').length === 3);
    expect(desk.reports.events('net-01')).toEqual(events);
    expect(desk.reports.boards.get('net-01')?.tasks.get('tiny/keys/count')?.diagnosis).toBe('c');
    expect(connections.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    unwatch();
    expect(connections.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  }));

test('where something is missing it begins again', () =>
  withFar(async ({ desk, connections, watch }) => {
    const unwatch = await watch();
    const [, second] = chain({}, {});
    connections[0]?.say(clock());
    if (second !== undefined) connections[0]?.say(line(second));
    await until(() => connections[0]?.signal.aborted === true);
    expect(desk.reports.events('net-01')).toEqual([]);
    unwatch();
  }));

test('times are those of the server, whatever the clock of the seat says', () =>
  withFar(async ({ desk, connections, rooms }) => {
    const now = Date.now();
    const late = { ...desk, closesAt: now - 60_000 };
    const unwatch = await rooms.watch(late);
    // Its clock is an hour behind: what it says happened before the end did not.
    connections[0]?.say(String(now - 3_600_000));
    for (const event of chain({ at: now - 3_600_000 })) connections[0]?.say(line(event));
    await until(() => desk.reports.events('net-01').length === 1);
    expect(desk.reports.boards.get('net-01')).toMatchObject({ late: 1 });
    unwatch();
  }));

test('a seat is told as soon as it is followed what it has not heard, with the policy of hints and the time left', () =>
  withFar(async ({ desk, connections, told, rooms }) => {
    const locked = { ...desk, hints: 'locked' as const, closesAt: Date.now() + 60_000 };
    const word = { at: 1, kind: 'message', text: 'hello', exercise: '', task: '', done: false, event: 0 } as const;
    for (let n = 0; n < 45; n++) desk.notices.post(['net-01'], word);
    await rooms.tell('net-01', () => ({ notices: [], hints: 'open' }));
    expect(told).toEqual([]);
    const unwatch = await rooms.watch(locked);
    connections[0]?.say(clock());
    await until(() => told.length === 1);
    expect(told[0]).toMatchObject({ seat: 'net-01', word: { hints: 'locked', closesInMs: expect.any(Number) } });
    expect(told[0]?.word.notices.map(({ number }) => number)).toEqual(Array.from({ length: 45 }, (_, n) => n + 1));
    unwatch();
  }));

test('words that are said at once arrive in their order, the last with everything', () =>
  withFar(async ({ connections, told, rooms, watch }) => {
    const unwatch = await watch();
    connections[0]?.say(clock());
    await until(() => told.length === 1);
    const notice = { at: 1, kind: 'message', text: '', exercise: '', task: '', done: false, event: 0 } as const;
    const all: { number: number }[] = [];
    const tell = (number: number) => {
      all.push({ number });
      return rooms.tell('net-01', (heard) => ({
        hints: 'open',
        notices: all.slice(heard).map((one) => ({ ...notice, ...one })),
      }));
    };
    await Promise.all([tell(1), tell(2), tell(3)]);
    expect(told.at(-1)?.word.notices.map(({ number }) => number)).toEqual([1, 2, 3]);
    unwatch();
  }));

test('a seat that can not be followed is named once, not every time', () =>
  withFar(async ({ connections, warnings, watch }) => {
    const unwatch = await watch();
    connections[0]?.end('it has no pod');
    await until(() => connections.length === 3);
    connections[2]?.end('it has no pod');
    await until(() => connections.length === 4);
    expect(warnings).toEqual(['net-01 is not followed: it has no pod']);
    unwatch();
  }));

test('a full disk is said once, and what waits is taken when there is room', () =>
  withFar(async ({ desk, connections, disk, warnings, watch }) => {
    const unwatch = await watch();
    const [event] = chain({});
    const say = (connection: Connection | undefined) => {
      connection?.say(clock());
      if (event !== undefined) connection?.say(line(event));
    };
    disk.isFull = true;
    say(connections[0]);
    await until(() => connections.length === 3);
    say(connections[2]);
    await until(() => connections.length === 4);
    expect(warnings).toEqual([expect.stringMatching(/^net-01 is not followed: .*the disk is full$/)]);
    disk.isFull = false;
    say(connections[3]);
    await until(() => desk.reports.events('net-01').length === 1);
    unwatch();
  }));

test('a room and an exercise are reset where they are; a seat that is none is refused', () =>
  withFar(async ({ done, rooms }) => {
    await rooms.reset('net-02', '');
    await rooms.reset('net-01', 'tiny/keys');
    expect(done).toEqual(['net-02', 'net-01 tiny/keys']);
    await expect(rooms.reset('net-03', '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(rooms.desk('net-01', '')).rejects.toMatchObject({ code: 'STACK_NOT_UP' });
  }));
