// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { describe, expect, test } from 'vitest';
import type { Exercise, Lab, Task } from '../../../src/workshop/exercise.ts';
import { parseExercise } from '../../../src/workshop/parse-exercise.ts';
import { openProgress, type Progress, type ProgressFile, transientProgress } from '../../../src/workshop/progress.ts';
import { openSession, type Session } from '../../../src/workshop/session.ts';
import { stillClock, type TestClock } from './clock.ts';
import { createWorld, fixture, type World, worldProbes } from './world.ts';

const lab: Lab = {
  name: 'tiny',
  title: 'Tiny',
  stack: 'tiny',
  dir: '/labs/tiny',
  story: '',
  exercises: ['01-keys', '02-sum'].map((name) => {
    const { exercise, problems } = parseExercise(`${name}.md`, fixture(`tiny/${name}.md`), worldProbes);
    if (exercise === undefined) throw new Error(JSON.stringify(problems));
    return exercise;
  }),
};
const [keys, sum] = lab.exercises as [Exercise, Exercise];
const [count, door] = keys.tasks as [Task, Task];
const [load] = sum.tasks as [Task];

interface Seat {
  readonly world: World;
  readonly session: Session;
  readonly clock: TestClock;
  readonly progress: Progress;
}

function seat(options: { progress?: Progress; world?: World; roomId?: string } = {}): Seat {
  const { world = createWorld(), progress = transientProgress(), roomId = 'room-1' } = options;
  const clock = stillClock();
  const session = openSession({
    lab,
    context: world.context,
    probes: worldProbes,
    progress,
    roomId,
    seed: 'seat-1',
    clock,
  });
  return { world, session, clock, progress };
}

const color = (session: Session) => String(session.vars(keys).COLOR);
const pods = (session: Session) => Number(session.vars(keys).N);
const node1 = (world: World) => world.nodes.get('node1') ?? new Map<string, string>();

describe('entering', () => {
  test('runs the setup once, with the variables as environment', async () => {
    const { session, world } = seat();
    expect(await session.enter(keys)).toEqual({ prepared: true });
    expect(await session.enter(keys)).toEqual({ prepared: false });
    expect(world.scripts).toEqual(['node2: fill pod $N']);
    expect(world.nodes.get('node2')?.size).toBe(pods(session));
  });

  test('brings what the exercise needs to its end first', async () => {
    const { session, world } = seat();
    await session.enter(sum);
    expect(world.scripts).toEqual(['node2: fill pod $N', 'node1: put door $COLOR\ndrop lock', 'node1: put load 120']);
  });

  test('runs again in a room that was rebuilt, with the solutions of what is solved', async () => {
    const { session, progress, world } = seat();
    await session.solve(keys, count);
    await session.solve(keys, door);
    const rebuilt = seat({ progress, roomId: 'room-2' });
    expect(await rebuilt.session.enter(keys)).toEqual({ prepared: true });
    expect(node1(rebuilt.world).get('door')).toBe(color(session));
    const same = seat({ progress, world, roomId: 'room-2' });
    expect(await same.session.enter(keys)).toEqual({ prepared: false });
  });

  test('begins at the beginning when the exercise was only solved for another one', async () => {
    const { session, world } = seat();
    await session.enter(sum);
    world.scripts.length = 0;
    await session.enter(keys);
    expect(world.scripts).toEqual(['node1: drop load', 'node1: clear', 'node2: clear', 'node2: fill pod $N']);
  });

  test('keeps an exercise that the participant solved', async () => {
    const { session, world } = seat();
    await session.solve(keys, count);
    await session.solve(keys, door);
    await session.enter(sum);
    world.scripts.length = 0;
    expect(await session.enter(keys)).toEqual({ prepared: false });
    expect(world.scripts).toEqual([]);
  });

  test('a setup that fails is undone and tried again the next time', async () => {
    const { session, world } = seat();
    world.intercept = (_node, _argv, _input) =>
      _argv.join(' ').includes('fill') ? { exitCode: 1, stderr: 'no room' } : undefined;
    await expect(session.enter(keys)).rejects.toThrow(
      '01-keys.md:16: the block on node2 failed with exit code 1\nno room',
    );
    expect(world.scripts).toEqual(['node1: clear', 'node2: clear']);
    world.intercept = () => undefined;
    expect(await session.enter(keys)).toEqual({ prepared: true });
  });

  test('a setup that was killed half-way is taken back before the next one', async () => {
    const { session, world, progress } = seat();
    progress.data.room.preparing = 'tiny/sum';
    await session.enter(keys);
    expect(world.scripts).toEqual(['node1: drop load', 'node2: fill pod $N']);
    expect(progress.data.room.preparing).toBe('');
  });

  test('a room that lacks what the exercise requires is named', async () => {
    const { session } = seat({ world: createWorld(['node1']) });
    await expect(session.enter(keys)).rejects.toThrow('tiny/keys requires 2 nodes; stack "tiny" does not have that');
  });

  test('so are nodes that it calls by other names', async () => {
    const { session } = seat({ world: createWorld(['cp', 'worker']) });
    await expect(session.enter(keys)).rejects.toThrow(
      /tiny\/keys requires .*node[12].*; stack "tiny" does not have that/,
    );
  });
});

describe('checking', () => {
  test('a wrong answer gets its diagnosis and no evidence; a right one is asked again after the change', async () => {
    const { session, progress } = seat();
    const n = pods(session);
    expect(await session.check(keys, count, `${n + 1}`)).toEqual({
      verdict: { kind: 'fail', id: 'one-more', say: `${n + 1} is one too many.`, evidence: [] },
      solved: false,
      askedAgain: false,
    });
    const first = await session.check(keys, count, `${n}`);
    expect(first).toMatchObject({ verdict: { kind: 'pass' }, solved: false, askedAgain: true });
    const copied = await session.check(keys, count, `${n}`);
    expect(copied).toMatchObject({ verdict: { kind: 'fail', id: 'none' }, solved: false });
    const second = await session.check(keys, count, `${n + 1}`);
    expect(second).toMatchObject({
      verdict: {
        kind: 'pass',
        evidence: [{ probe: 'world.list', args: { on: 'node2', prefix: 'pod' }, observation: { count: n + 1 } }],
      },
      solved: true,
    });
    expect(progress.task('tiny/keys', 'count')).toMatchObject({
      state: 'solved',
      tries: 4,
      fails: 2,
      diagnoses: { 'one-more': 1, none: 1 },
      hash: keys.hash,
    });
  });

  test('an answer that cannot be read is no try', async () => {
    const { session, progress } = seat();
    expect(await session.check(keys, count, 'many')).toEqual({
      reason: 'that is not a whole number; write for example 1,048,574',
    });
    expect(progress.task('tiny/keys', 'count').tries).toBe(0);
  });

  test('looking at an open question is no try', async () => {
    const { session, progress } = seat();
    expect(await session.check(keys, count)).toMatchObject({ verdict: { kind: 'fail', id: 'unanswered' } });
    expect(progress.task('tiny/keys', 'count')).toMatchObject({ tries: 0, fails: 0 });
  });

  test('a task is blocked until the one it builds upon is done, or skipped', async () => {
    const { session, progress } = seat();
    expect(await session.check(keys, door)).toMatchObject({ verdict: { kind: 'blocked', by: 'count' } });
    await session.skip(keys, count, 'too easy');
    expect(await session.check(keys, door)).toMatchObject({ verdict: { kind: 'fail', id: 'absent' } });
    expect(progress.task('tiny/keys', 'count')).toMatchObject({ state: 'skipped', skipReason: 'too easy' });
  });

  test('a state waits, holds, and must survive the change', async () => {
    const { session, world, clock } = seat();
    await session.skip(keys, count, '');
    await session.enter(keys);
    const started = clock.now();
    await session.check(keys, door);
    expect(clock.now() - started).toBe(2000);
    node1(world).set('door', color(session));
    const passed = await session.check(keys, door);
    expect(passed).toMatchObject({ verdict: { kind: 'pass' }, solved: true });
    expect(world.scripts.at(-1)).toBe('node1: put wind 1');
  });

  test('a state that comes true while it is waited for passes', async () => {
    const { session, world } = seat();
    await session.skip(keys, count, '');
    let asked = 0;
    world.intercept = (_node, argv) => {
      if (argv[0] === 'dump' && ++asked === 3) node1(world).set('door', color(session));
      return undefined;
    };
    expect(await session.check(keys, door)).toMatchObject({ verdict: { kind: 'pass' } });
  });

  test('what cannot be concluded is inconclusive and no try', async () => {
    const { session, world, progress } = seat();
    await session.skip(keys, count, '');
    node1(world).set('door', color(session));
    node1(world).set('lock', 'stuck');
    expect(await session.check(keys, door)).toMatchObject({
      verdict: { kind: 'inconclusive', say: 'The door is locked.' },
    });
    expect(progress.task('tiny/keys', 'door').tries).toBe(0);
  });
});

describe('a fault of the machine is never the participant’s', () => {
  test.each([
    [
      'the probe cannot ask',
      'dump',
      { exitCode: 1, stderr: 'gone' },
      '01-keys.md:27: could not look at the system: dump failed: gone',
    ],
    [
      'the loopback is down',
      'ip',
      { stdout: '[{"ifname":"lo","flags":["LOOPBACK"]}]' },
      'node2 does not answer as it should: its loopback is down',
    ],
    ['`ip` fails', 'ip', { exitCode: 1 }, 'node2 does not answer as it should: `ip link show lo` failed'],
    ['`ip` never ends', 'ip', { timedOut: true }, 'node2 does not answer as it should: `ip link show lo` did not end'],
  ])('broken when %s', async (_name, program, result, say) => {
    const { session, world, progress } = seat();
    await session.enter(keys);
    world.intercept = (_node, argv) => (argv[0] === program ? result : undefined);
    const outcome = await session.check(keys, count, '99');
    expect(outcome).toMatchObject({ verdict: { kind: 'broken', say } });
    expect(progress.task('tiny/keys', 'count').tries).toBe(0);
  });

  test('a place without `ip` is asked for `true`', async () => {
    const { session, world } = seat();
    await session.enter(keys);
    world.intercept = (_node, argv) => (argv[0] === 'ip' ? { exitCode: 127 } : undefined);
    expect(await session.check(keys, count, '99')).toMatchObject({ verdict: { kind: 'fail' } });
    world.intercept = (_node, argv) => (['ip', 'true'].includes(argv[0] ?? '') ? { exitCode: 127 } : undefined);
    expect(await session.check(keys, count, '99')).toMatchObject({ verdict: { kind: 'broken' } });
  });

  test('a perturbation that fails is broken', async () => {
    const { session, world } = seat();
    await session.enter(keys);
    world.intercept = (_node, argv) => (argv.join(' ').includes('pod-new') ? { exitCode: 1, stderr: 'no' } : undefined);
    expect(await session.check(keys, count, `${pods(session)}`)).toMatchObject({
      verdict: { kind: 'broken' },
      solved: false,
    });
  });
});

describe('hints', () => {
  test('open in order, after failed tries or time', async () => {
    const { session, clock } = seat();
    expect(await session.hint(keys, count)).toMatchObject({ kind: 'hint', number: 1, of: 2 });
    expect(await session.hint(keys, count)).toEqual({ kind: 'locked', fails: 2, ms: 0 });
    await session.check(keys, count, '99');
    expect(await session.hint(keys, count)).toEqual({ kind: 'locked', fails: 1, ms: 0 });
    await session.check(keys, count, '98');
    expect(await session.hint(keys, count)).toMatchObject({ kind: 'hint', number: 2 });
    expect(await session.hint(keys, count)).toEqual({ kind: 'none-left' });
    expect(await session.hint(keys, door)).toEqual({ kind: 'locked', fails: 0, ms: 60_000 });
    clock.advance(59_999);
    expect(await session.hint(keys, door)).toEqual({ kind: 'locked', fails: 0, ms: 1 });
    clock.advance(1);
    expect(await session.hint(keys, door)).toMatchObject({ kind: 'hint', number: 1 });
  });

  test('open early for somebody who makes the same mistake three times', async () => {
    const { session } = seat();
    await session.skip(keys, count, '');
    for (let n = 0; n < 2; n++) await session.check(keys, door);
    expect(await session.hint(keys, door)).toMatchObject({ kind: 'locked' });
    await session.check(keys, door);
    expect(await session.hint(keys, door)).toMatchObject({ kind: 'hint' });
  });
});

describe('solving, skipping and resetting', () => {
  test('a solution is applied, checked and remembered as shown', async () => {
    const { session, progress } = seat();
    expect(await session.solve(keys, count)).toMatchObject({
      answer: `${pods(session)}`,
      solved: true,
      verdict: { kind: 'pass' },
    });
    expect(await session.solve(keys, door)).toMatchObject({ answer: '', solved: true });
    expect(progress.task('tiny/keys', 'count')).toMatchObject({ state: 'solved', solutionShown: true, tries: 0 });
    expect((await session.solution(sum, load)).answer).toBe('120 req/s');
  });

  test('a reset takes back the exercise and what builds upon it, and forgets what was done', async () => {
    const { session, world, progress } = seat();
    await session.solve(keys, count);
    await session.solve(keys, door);
    await session.enter(sum);
    await session.reset(keys);
    expect(progress.task('tiny/keys', 'door').state).toBe('open');
    expect([...node1(world).keys()]).toEqual([]);
    expect(world.nodes.get('node2')?.size).toBe(pods(session));
    expect(progress.data.room.entered).toEqual(['tiny/keys']);
  });

  test('the position moves on, past what is skipped, to the end', async () => {
    const { session } = seat();
    expect(session.position()).toEqual({ exercise: keys, task: count });
    await session.skip(keys, count, '');
    expect(session.position()).toEqual({ exercise: keys, task: door });
    await session.solve(keys, door);
    expect(session.position()).toEqual({ exercise: sum, task: load });
    await session.solve(sum, load);
    expect(session.position()).toEqual({ exercise: undefined, task: undefined });
  });

  test('tasks are found by name, the current exercise first, and missed with a suggestion', () => {
    const { session } = seat();
    expect(session.task('door')).toEqual({ exercise: keys, task: door });
    expect(session.task('sum/load')).toEqual({ exercise: sum, task: load });
    expect(session.task('tiny/sum/load')).toEqual({ exercise: sum, task: load });
    expect(() => session.task('dor')).toThrow('there is no task "dor"');
    expect(() => session.exercise('kyes')).toThrow('lab tiny has no exercise "kyes"');
  });
});

describe('progress', () => {
  const file = (text: string | undefined): ProgressFile & { text: string | undefined; aside: string[] } => ({
    text,
    aside: [],
    async read() {
      return this.text;
    },
    async write(next) {
      this.text = next;
    },
    async keepAside() {
      this.aside.push(this.text ?? '');
      this.text = undefined;
      return '/state/progress.json.unreadable';
    },
  });

  test('survives from one process to the next', async () => {
    const kept = file(undefined);
    const { session, world } = seat({ progress: await openProgress(kept) });
    await session.skip(keys, count, 'later');
    await session.enter(keys);
    const next = seat({ progress: await openProgress(kept), world });
    expect(next.session.position()).toEqual({ exercise: keys, task: door });
    expect(await next.session.enter(keys)).toEqual({ prepared: false });
    expect(next.progress.task('tiny/keys', 'count')).toMatchObject({ state: 'skipped', skipReason: 'later' });
  });

  test.each(['', '{', '[]', '{"version":1}', '{"version":1,"room":{"id":"x"'])(
    'an unreadable file is kept aside: %j',
    async (text) => {
      const kept = file(text);
      const progress = await openProgress(kept);
      expect(progress.keptAside).toBe('/state/progress.json.unreadable');
      expect(kept.aside).toEqual([text]);
      expect(progress.data.tasks).toEqual({});
    },
  );

  test('a file of a newer podlab is left alone', async () => {
    const kept = file('{"version":2}');
    await expect(openProgress(kept)).rejects.toThrow('the progress was written by a newer podlab (version 2)');
    expect(kept.text).toBe('{"version":2}');
  });

  test('a task may be named like something that every object has', () => {
    const progress = transientProgress();
    expect(progress.task('tiny/keys', 'constructor').state).toBe('open');
  });
});
