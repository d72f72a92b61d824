import { describe, expect, test } from 'vitest';
import { runTour } from '../../../../src/cli/tour/run-tour.ts';
import { takeSeat } from '../runner/seat.ts';

const withoutTimes = (text: string) =>
  text
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replace(/ +\d+$/gm, ' N')
    .replace(/ +ms$/gm, ' ms');

describe('the guided tour', () => {
  test('shows each task failing, its solution, and passing, and holds', async () => {
    let text = '';
    const result = await runTour(takeSeat().session, (piece) => {
      text += piece;
    });
    expect(result.ok).toBe(true);
    expect(result.exercises.map(({ ms: _, ...stop }) => stop)).toEqual([
      {
        exercise: 'tiny/keys',
        title: 'Keys on a node',
        tasks: 2,
        failedFirst: 2,
        passedAfter: 2,
        undecided: 0,
        fault: '',
      },
      {
        exercise: 'tiny/sum',
        title: 'The largest value',
        tasks: 1,
        failedFirst: 1,
        passedAfter: 1,
        undecided: 0,
        fault: '',
      },
    ]);
    expect(withoutTimes(text)).toMatchInlineSnapshot(`
      "Exercise 1 of 2: Keys on a node  3 min
      ═══════════════════════════════

      Task 1 of 2 (\`count\`): How many pods are on node2?

      Count them:

        on node2
        │ list pod

      $ podlab answer count "5"  (TIME)
      ✘ count: not yet (one-more)
        5 is one too many.

      $ podlab solve count  (TIME)
        answer: N

      $ podlab answer count "4"  (TIME)
      ✔ count: passed
        seen:
          world.list  on node2  prefix pod
              count 4   all N
              names pod-1, pod-2, pod-3, pod-4

      Task 2 of 2 (\`door\`): Open the door, painted blue

        when solved
        │ get door

      $ podlab check door  (TIME)
      ✘ door: not yet (absent)
        There is no door.
        seen by world.get key door

      $ podlab solve door  (TIME)
        on the first node
        │ COLOR=blue
        │ put door $COLOR
        │ drop lock

      $ podlab check door  (TIME)
      ✔ door: passed
        seen:
          world.get  key door
              exists yes   value blue   number NaN
          world.get  key lock
              exists no   value none   number none

      Exercise 2 of 2: The largest value  1 min
      ══════════════════════════════════

      Task 1 of 1 (\`load\`): How large is the load?

      $ podlab answer load "240 req/s"  (TIME)
      ✘ load: not yet
        That is not what the system says.

      $ podlab solve load  (TIME)
        answer: 120 req/s

      $ podlab answer load "120 req/s"  (TIME)
      ✔ load: passed
        seen:
          world.get  key load
              exists yes   value 120   number N

      exercise   tasks  failed first  passed after ms
      tiny/keys      2             2             2 N
      tiny/sum       1             1             1 N

      Every check failed before its solution and passed after it. TIME
      "
    `);
  });

  test('does not hold when a check passes before anything was done', async () => {
    const { session, world } = takeSeat();
    world.intercept = (_node, argv) =>
      argv[0] === 'dump'
        ? {
            stdout: JSON.stringify({
              'pod-1': '1',
              load: '120',
              door: String(session.vars(session.exercise('keys')).COLOR),
            }),
          }
        : undefined;
    let text = '';
    const result = await runTour(session, (piece) => {
      text += piece;
    });
    expect(result.ok).toBe(false);
    expect(result.exercises[0]).toMatchObject({ tasks: 2, failedFirst: 1, passedAfter: 2 });
    expect(text).toContain('NOT every check failed');
  });

  test('tells the fault of an exercise and goes on with the next', async () => {
    const { session, world } = takeSeat();
    world.intercept = (node, argv) =>
      argv[0] === 'sh' && node === 'node2' && argv.some((word) => word.includes('fill'))
        ? { exitCode: 1, stderr: 'no space left' }
        : undefined;
    const result = await runTour(session, () => {});
    expect(result.ok).toBe(false);
    expect(result.exercises).toHaveLength(2);
    expect(result.exercises[0]?.fault).toContain('no space left');
  });
});
