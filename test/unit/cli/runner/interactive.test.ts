import { describe, expect, test } from 'vitest';
import { runInteractive } from '../../../../src/cli/runner/interactive.ts';
import { LabError } from '../../../../src/error.ts';
import { count, door, keys, lab, type Seat, scriptedIo, type Typed, takeSeat } from './seat.ts';

const enter = { key: 'return' };

/** Begins the lab and plays the script. @returns what was written after the lab's story */
async function play(seat: Seat, script: readonly Typed[]): Promise<string> {
  const io = scriptedIo([enter, ...script]);
  await runInteractive(seat.session, io);
  return io.text().slice(io.text().indexOf('[Press Enter to begin.]\n') + 24);
}

const pods = ({ session }: Seat) => Number(session.vars(keys).N);
const colour = ({ session }: Seat) => String(session.vars(keys).COLOR);
const solveCount = (seat: Seat): readonly Typed[] => [
  { key: 'c' },
  { line: String(pods(seat)) },
  { line: String(pods(seat) + 1) },
];

describe('beginning', () => {
  test('tells the story, then shows the exercise up to its first task and waits for a key', async () => {
    const io = scriptedIo([enter, { key: 'q' }]);
    await runInteractive(takeSeat().session, io);
    expect(io.text()).toMatchInlineSnapshot(`
      "Tiny
      ════

      Once upon a time.

      [Press Enter to begin.]
      (Preparing the room…)
      Exercise 1 of 2: Keys on a node  3 min
      ═══════════════════════════════

      There are 4 keys on \`node2\`. [picture: the keys, keys.svg]

        on node1
        │ get nothing

      Task 1 of 2 (\`count\`): How many pods are on node2?

      Count them:

        on node2
        │ list pod

      Work in a second terminal: \`podlab shell node1\`. Or press \`t\` for a shell here.

      [░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/3  tiny/keys, task count
      c answer  h hint  n next  s solution  t shell  l list  x reset  ? help  q quit]
      Your progress is saved. Go on with: podlab start tiny
      "
    `);
  });

  test('does not tell the story twice', async () => {
    const seat = takeSeat();
    await play(seat, [{ key: 'q' }]);
    const io = scriptedIo([{ key: 'q' }]);
    await runInteractive(seat.session, io);
    expect(io.text()).not.toContain('Once upon a time');
    expect(io.text()).toContain('Task 1 of 2');
  });

  test('resumes at the open task, with the text above it', async () => {
    const seat = takeSeat();
    await play(seat, [...solveCount(seat), { key: 'q' }]);
    const io = scriptedIo([{ key: 'q' }]);
    await runInteractive(seat.session, io);
    expect(io.text()).toContain('✔ Task 1 of 2');
    expect(io.text()).toContain('Between the tasks.');
    expect(io.text()).toMatch(/1\/3 {2}tiny\/keys, task door/);
  });

  test('shows the task even when the room cannot be made ready, and says whose fault that is', async () => {
    const seat = takeSeat();
    seat.world.intercept = (_node, argv) =>
      argv.some((word) => word.includes('fill pod')) ? { exitCode: 1, stderr: 'no space left' } : undefined;
    const text = await play(seat, [{ key: 'q' }]);
    expect(text).toContain('! count: the machine or the lab is at fault, not you; this did not count');
    expect(text).toContain('no space left');
    expect(text).toContain('Task 1 of 2');
  });
});

describe('a question', () => {
  test('a wrong form is explained, does not count, and the question stays', async () => {
    const seat = takeSeat();
    const text = await play(seat, [{ key: 'c' }, { line: 'many' }, { line: undefined }, { key: 'q' }]);
    expect(text).toContain('That is not a whole number; write for example 1,048,574. This did not count.');
    expect(text.match(/\[Answer \(a whole number\)\]/g)).toHaveLength(2);
    expect(seat.session.record(keys, count).tries).toBe(0);
  });

  test('an empty answer leads back to the keys', async () => {
    const seat = takeSeat();
    await play(seat, [{ key: 'c' }, { line: '  ' }, { key: 'q' }]);
    expect(seat.session.record(keys, count).tries).toBe(0);
  });

  test('a wrong answer gets its diagnosis', async () => {
    const seat = takeSeat();
    const text = await play(seat, [{ key: 'c' }, { line: String(pods(seat) + 1) }, { key: 'q' }]);
    expect(text).toContain(`(Checking…)\n✘ count: not yet (one-more)\n  ${pods(seat) + 1} is one too many.`);
    expect(seat.session.record(keys, count).fails).toBe(1);
  });

  test('a right answer is asked for again once the room has changed, then comes why', async () => {
    const seat = takeSeat();
    const text = await play(seat, [...solveCount(seat), { key: 'q' }]);
    expect(text).toContain('the same question once more, for');
    expect(text).toContain(`Why: Because they are ${pods(seat)}.`);
    expect(text.indexOf('once more')).toBeLessThan(text.indexOf('Why:'));
    expect(seat.session.record(keys, count).state).toBe('solved');
  });
});

describe('going on', () => {
  test('after a success the task stays until n, which shows only what is new', async () => {
    const seat = takeSeat();
    const text = await play(seat, [...solveCount(seat), { key: 'n' }, { key: 'q' }]);
    const after = text.slice(text.indexOf('Why:'));
    expect(after).toContain('[█████████░░░░░░░░░░░░░░░░░ 1/3  tiny/keys, task count\nn next');
    expect(after.match(/c check {2}h hint/g)).toHaveLength(1);
    expect(after.slice(after.indexOf('n next'))).not.toContain('Task 1 of 2');
    expect(after).toContain(`Between the tasks.\n\nTask 2 of 2 (\`door\`): Open the door, painted ${colour(seat)}`);
  });

  test('Enter checks, and goes on after a success', async () => {
    const seat = takeSeat();
    const [, ...answers] = solveCount(seat);
    const text = await play(seat, [enter, ...answers, enter, { key: 'q' }]);
    expect(text).toContain('Task 2 of 2');
  });

  test('an unsolved task is left with a reason', async () => {
    const seat = takeSeat();
    const text = await play(seat, [{ key: 'n' }, { line: ' no time ' }, { key: 'q' }]);
    expect(seat.session.record(keys, count)).toMatchObject({ state: 'skipped', skipReason: 'no time' });
    expect(text).toContain('Task 2 of 2');
  });

  test('without a reason it is not left', async () => {
    const seat = takeSeat();
    const text = await play(seat, [{ key: 'n' }, { line: '' }, { key: 'n' }, { line: undefined }, { key: 'q' }]);
    expect(seat.session.record(keys, count).state).toBe('open');
    expect(text).not.toContain('Task 2 of 2');
  });

  test('behind the last task of the lab it is done', async () => {
    const seat = takeSeat();
    const skip: readonly Typed[] = [{ key: 'n' }, { line: 'x' }];
    const text = await play(seat, [...skip, ...skip, ...skip]);
    expect(text).toContain('Lab tiny is done.');
    expect(text).toContain('0 of 2, 2 skipped');
  });
});

describe('other keys', () => {
  test('hints come in order, say when they unlock, and end', async () => {
    const seat = takeSeat();
    const wrong: readonly Typed[] = [{ key: 'c' }, { line: '77' }];
    const text = await play(seat, [
      { key: 'h' },
      { key: 'h' },
      ...wrong,
      { key: 'h' },
      ...wrong,
      { key: 'h' },
      { key: 'h' },
      { key: 'q' },
    ]);
    expect(text).toContain('Hint 1 of 2\nList them.');
    expect(text).toContain('The next hint opens after 2 more failed checks.');
    expect(text).toContain('The next hint opens after 1 more failed check.');
    expect(text).toContain('Hint 2 of 2\nList them with `list pod`.');
    expect(text).toContain('There are no more hints');
  });

  test('a hint that waits for time says how long', async () => {
    const seat = takeSeat();
    const text = await play(seat, [
      ...solveCount(seat),
      { key: 'n' },
      () => seat.clock.advance(14_500),
      { key: 'h' },
      { key: 'q' },
    ]);
    expect(text).toContain('The next hint opens in 46 s.');
  });

  test('the solution is shown after one question, with the values it needs, and marked', async () => {
    const seat = takeSeat();
    const text = await play(seat, [
      ...solveCount(seat),
      { key: 'n' },
      { key: 's' },
      { key: 'n' },
      { key: 's' },
      { key: 'y' },
    ]);
    expect(text).toContain(`  on the first node\n  │ COLOR=${colour(seat)}\n  │ put door $COLOR\n  │ drop lock`);
    expect(seat.session.record(keys, door)).toMatchObject({ state: 'open', solutionShown: true });
  });

  test('the solution of a question is its answer, and cannot be applied', async () => {
    const seat = takeSeat();
    const text = await play(seat, [{ key: 's' }, { key: 'y' }, { key: 'q' }]);
    expect(text).toContain('Show the solution? It will be marked as shown. y/n]');
    expect(text).toContain(`  answer: ${pods(seat)}\n`);
  });

  test('the solution can be applied, which checks as well', async () => {
    const seat = takeSeat();
    const text = await play(seat, [...solveCount(seat), { key: 'n' }, { key: 's' }, { key: 'a' }, { key: 'q' }]);
    expect(text).toContain('✔ door: passed');
    expect(seat.world.nodes.get('node1')?.get('door')).toBe(colour(seat));
  });

  test('the list goes to another exercise', async () => {
    const seat = takeSeat();
    const text = await play(seat, [{ key: 'l' }, { choose: 'tiny/sum' }, { key: 'q' }]);
    expect(text).toContain('→  1  Keys on a node     3 min  0 of 2');
    expect(text).toContain('Exercise 2 of 2: The largest value');
    expect(text).toContain('tiny/sum, task load\nc answer');
    expect(text.match(/Work in a second terminal/g)).toHaveLength(1);
  });

  test('the list can be left', async () => {
    const text = await play(takeSeat(), [
      { key: 'l' },
      { choose: undefined },
      { key: 'l' },
      { choose: 'tiny/keys' },
      { key: 'q' },
    ]);
    expect(text.match(/Exercise 1 of 2/g)).toHaveLength(1);
  });

  test('reset asks first, then shows the exercise from its start', async () => {
    const seat = takeSeat();
    const no = await play(seat, [...solveCount(seat), { key: 'x' }, { key: 'n' }, { key: 'q' }]);
    expect(no).not.toContain('back at its start');
    const io = scriptedIo([{ key: 'x' }, { key: 'y' }, { key: 'q' }]);
    await runInteractive(seat.session, io);
    expect(io.text()).toContain('The exercise is back at its start.');
    expect(io.text()).toMatch(/0\/3 {2}tiny\/keys, task count/);
    expect(seat.session.record(keys, count).state).toBe('open');
  });

  test('a shell is opened on the node that is chosen', async () => {
    const io = scriptedIo([
      enter,
      { key: 't' },
      { choose: 'node2' },
      { key: '!' },
      { choose: undefined },
      { key: 'q' },
    ]);
    await runInteractive(takeSeat().session, io);
    expect(io.shells).toEqual(['node2']);
  });

  test('with one node nothing is to be chosen, with none known its name is asked for', async () => {
    const one = scriptedIo([enter, { key: 't' }], ['node1']);
    await runInteractive(takeSeat().session, one);
    expect(one.shells).toEqual(['node1']);
    const none = scriptedIo([enter, { key: 't' }, { line: ' node9 ' }], []);
    await runInteractive(takeSeat().session, none);
    expect(none.shells).toEqual(['node9']);
  });

  test('help names every key', async () => {
    const text = await play(takeSeat(), [{ key: '?' }, { key: 'q' }]);
    for (const key of ['c', 'h', 'n', 's', 't or !', 'l', 'x', '?', 'q']) {
      expect(text.split('\n').some((line) => line.startsWith(`${key} `))).toBe(true);
    }
  });
});

describe('trouble', () => {
  test('a blocked task says what comes first', async () => {
    const seat = takeSeat();
    await seat.session.enter(keys);
    seat.session.record(keys, door).state = 'open';
    const blocked = { ...lab, exercises: [{ ...keys, tasks: [door, count] }] };
    const other = takeSeat(blocked);
    const text = await play(other, [{ key: 'c' }, { key: 'q' }]);
    expect(text).toContain('– door: blocked\n  It builds upon `count`: solve or skip that first.');
  });

  test('a node that does not answer is no wrong answer', async () => {
    const seat = takeSeat();
    const text = await play(seat, [
      () => {
        seat.world.intercept = (_node, argv) => (argv[0] === 'dump' ? { exitCode: 1, stderr: 'gone' } : undefined);
      },
      { key: 'c' },
      { line: '3' },
      { key: 'q' },
    ]);
    expect(text).toContain('! count: the machine or the lab is at fault');
    expect(seat.session.record(keys, count).tries).toBe(0);
  });

  test('a reset that fails is told, and the keys work on', async () => {
    const seat = takeSeat();
    const text = await play(seat, [
      () => {
        seat.world.intercept = (_node, argv) => (argv[0] === 'sh' ? { exitCode: 1, stderr: 'busy' } : undefined);
      },
      { key: 'x' },
      { key: 'y' },
      { key: '?' },
      { key: 'q' },
    ]);
    expect(text).toContain('busy');
    expect(text).toContain('Ctrl-C');
  });

  test.each([
    ['at the keys', []],
    ['in an answer', [{ key: 'c' }]],
    ['in a question', [{ key: 'x' }]],
  ] as [string, Typed[]][])('Ctrl-C %s leaves cleanly', async (_, script) => {
    const text = await play(takeSeat(), [...script, { interrupt: true }]);
    expect(text.trimEnd().endsWith('Your progress is saved. Go on with: podlab start tiny')).toBe(true);
  });

  test('an interrupt during a check leaves as well', async () => {
    const seat = takeSeat();
    const io = scriptedIo([enter, { key: 'c' }, { line: '3' }]);
    const busy: typeof io.busy = (what, work) =>
      what === 'Checking…' ? Promise.reject(new LabError('CANCELLED', 'interrupted')) : work();
    await runInteractive(seat.session, { ...io, busy });
    expect(io.text()).toContain('Your progress is saved.');
  });

  test('a fault in podlab itself is not swallowed', async () => {
    const seat = takeSeat();
    const io = scriptedIo([enter, { key: 'c' }, { line: '3' }]);
    const busy: typeof io.busy = (what, work) => (what === 'Checking…' ? Promise.reject(new Error('oops')) : work());
    await expect(runInteractive(seat.session, { ...io, busy })).rejects.toThrow('oops');
  });
});
