// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { describe, expect, test } from 'vitest';
import { describeCurrentTask } from '../../../../src/cli/runner/line-mode.ts';
import { runLab } from '../../../../src/cli/runner/run-lab.ts';
import { describeAnswer } from '../../../../src/workshop/answer-form.ts';
import type { AskSpec } from '../../../../src/workshop/exercise.ts';
import { fillProse } from '../../../../src/workshop/fill-prose.ts';
import { fakeStream } from '../terminal/fake-stream.ts';
import { door, keys, takeSeat } from './seat.ts';

describe('values in prose', () => {
  test('are put in everywhere', () => {
    expect(fillProse('A ${POD} of ${N}, ${OTHER}.', { POD: 'web', N: 3 })).toBe('A web of 3, ${OTHER}.');
  });

  test('keep the columns of a text picture, longer or shorter', () => {
    const picture = ['```text', '  veth-${POD}  o===o  eth0', '  10.244.${S}.1/24      10.244.${S}.2', '```'];
    expect(fillProse(picture.join('\n'), { POD: 'web', S: 77 })).toBe(
      ['```text', '  veth-web     o===o  eth0', '  10.244.77.1/24        10.244.77.2', '```'].join('\n'),
    );
    expect(fillProse(picture.join('\n'), { POD: 'webserver', S: 1 })).toBe(
      ['```text', '  veth-webserver o===o eth0', '  10.244.1.1/24         10.244.1.2', '```'].join('\n'),
    );
  });

  test('change nothing in the spaces of other blocks', () => {
    const block = '```sh try on=${NODE}\necho ${POD}  b\n```\n\n${POD}  b';
    expect(fillProse(block, { POD: 'w', NODE: 'node2' })).toBe('```sh try on=node2\necho w  b\n```\n\nw  b');
  });
});

test.each([
  [{ type: 'int' }, 'a whole number'],
  [{ type: 'number', unit: 'req/s' }, 'a number in req/s'],
  [{ type: 'number' }, 'a number'],
  [{ type: 'choice', choices: ['yes', 'no'] }, 'one of: yes, no'],
  [{ type: 'set', of: 'iface' }, 'names of interfaces, separated by blanks or commas, or none'],
  [{ type: 'set', of: 'text' }, 'words, separated by commas, or none'],
] as [Partial<AskSpec>, string][])('%j is %s', (spec, text) => {
  expect(describeAnswer({ type: 'int', unit: '', within: 0, choices: [], of: 'text', ...spec })).toBe(text);
});

describe('without a terminal', () => {
  test('the current task is printed with the verbs to go on with, and nothing is asked', async () => {
    const { session, world } = takeSeat();
    const { stream, text } = fakeStream();
    await runLab(session, {
      stdin: fakeStream().stream as unknown as NodeJS.ReadableStream,
      stdout: stream,
      signal: new AbortController().signal,
      openShell: async () => {},
    });
    expect(text()).toMatchInlineSnapshot(`
      "Exercise 1 of 2: Keys on a node  3 min
      ═══════════════════════════════

      There are 4 keys on \`node2\`. [picture: the keys, keys.svg]

        on node1
        │ get nothing

      Task 1 of 2 (\`count\`): How many pods are on node2?

      Count them:

        on node2
        │ list pod

      ░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/3  tiny

      Go on with
      podlab shell NODE          a shell on a node
      podlab answer count VALUE  a whole number
      podlab hint                the next hint
      podlab solve               the reference solution, carried out
      podlab skip --reason WHY   leave it out
      podlab reset tiny/keys     back to the start of the exercise
      "
    `);
    expect(world.scripts).toEqual(['node2: fill pod $N']);
  });

  test('a task about the room is checked, not answered', async () => {
    const { session } = takeSeat();
    await session.skip(keys, keys.tasks[0] ?? door, 'x');
    const text = await describeCurrentTask(session, { color: false, width: 80 });
    expect(text).toContain('podlab check ');
    expect(text).not.toContain('podlab answer');
  });

  test('a lab that is done says so', async () => {
    const { session } = takeSeat();
    for (const exercise of session.lab.exercises) {
      for (const task of exercise.tasks) await session.skip(exercise, task, 'x');
    }
    expect(await describeCurrentTask(session, { color: false, width: 80 })).toMatch(/^Lab tiny is done\.\n/);
  });
});
