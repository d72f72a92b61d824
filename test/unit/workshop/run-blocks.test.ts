// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { expect, test } from 'vitest';
import type { RunOptions, RunResult } from '../../../src/host/host.ts';
import type { ProbeContext } from '../../../src/probe/probe.ts';
import type { Lab } from '../../../src/workshop/exercise.ts';
import { parseExercise } from '../../../src/workshop/parse-exercise.ts';
import { runBlocks } from '../../../src/workshop/run-blocks.ts';
import { labHash, plannedBlocks } from '../../../src/workshop/trust.ts';
import { createWorld, fixture, worldProbes } from './world.ts';

const block = {
  script: 'echo "$COLOR"\n',
  on: '',
  timeoutMs: 5000,
  place: { file: '/labs/a/01-x.md', line: 3, column: 1 },
};

function recorder(result: Partial<RunResult> = {}): {
  context: ProbeContext;
  calls: [string, readonly string[], RunOptions][];
} {
  const world = createWorld();
  const calls: [string, readonly string[], RunOptions][] = [];
  const context: ProbeContext = {
    ...world.context,
    node: (name) => ({
      name,
      run: async (argv, options = {}) => {
        calls.push([name, argv, options]);
        return {
          argv,
          exitCode: 0,
          stdout: '',
          stderr: '',
          timedOut: false,
          truncated: false,
          durationMs: 1,
          ...result,
        };
      },
    }),
  };
  return { context, calls };
}

test('a script is an argument, its variables are environment, and its lines are those of the file', async () => {
  const { context, calls } = recorder();
  await runBlocks(context, [block], { COLOR: '"; rm -rf / #' });
  expect(calls).toEqual([
    [
      'node1',
      ['sh', '-eu', '-c', '\n\necho "$COLOR"\n', '01-x.md'],
      { env: { COLOR: '"; rm -rf / #' }, timeoutMs: 5000, maxOutputBytes: 262_144 },
    ],
  ]);
});

test('`on` is a node, each node, or a variable', async () => {
  const { context, calls } = recorder();
  await runBlocks(
    context,
    [
      { ...block, on: 'each' },
      { ...block, on: '${NODE}' },
      { ...block, on: 'gateway' },
    ],
    { NODE: 'node2' },
  );
  expect(calls.map(([node]) => node)).toEqual(['node1', 'node2', 'node2', 'gateway']);
});

test.each([
  [
    'an exit code',
    { exitCode: 3, stderr: 'a\n\u001b[31mb\n' },
    'COMMAND_FAILED',
    '/labs/a/01-x.md:3: the block on node1 failed with exit code 3\na\nb',
  ],
  [
    'time',
    { exitCode: 137, timedOut: true },
    'TIMEOUT',
    '/labs/a/01-x.md:3: the block on node1 did not end within 5 s',
  ],
  [
    'output',
    { exitCode: 137, truncated: true },
    'COMMAND_FAILED',
    '/labs/a/01-x.md:3: the block on node1 printed more than 256 KiB',
  ],
])('a block that fails by %s ends the run and names its place', async (_name, result, code, message) => {
  const { context, calls } = recorder(result);
  await expect(runBlocks(context, [block, block], {})).rejects.toMatchObject({ code, message });
  expect(calls.length).toBe(1);
});

test('of a long complaint the last 20 lines are kept', async () => {
  const stderr = Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n');
  const failure = runBlocks(recorder({ exitCode: 1, stderr }).context, [block], {});
  await expect(failure).rejects.toThrow(/exit code 1\nline 30\n[\s\S]*line 49$/);
});

test('trust covers every block of a lab and falls with any change to it', () => {
  const labOf = (text: string): Lab => {
    const { exercise } = parseExercise('01-keys.md', text, worldProbes);
    if (exercise === undefined) throw new Error('the fixture has problems');
    return { name: 'tiny', title: 'Tiny', stack: 'tiny', dir: '/labs/tiny', story: '', exercises: [exercise] };
  };
  const text = fixture('tiny/01-keys.md');
  expect(plannedBlocks(labOf(text)).map(({ purpose, block: { place } }) => `${place.line} ${purpose}`)).toEqual([
    '16 setup',
    '20 reset',
    '24 try',
    '32 count: try',
    '49 count: perturb grow',
    '107 door: try',
    '102 door: solve',
    '86 door: wrong colour',
    '90 door: wrong locked',
    '94 door: wrong locked',
    '98 door: perturb wind',
  ]);
  expect(labHash(labOf(text))).toBe(labHash(labOf(text)));
  expect(labHash(labOf(text.replace('put lock 1', 'put lock 2')))).not.toBe(labHash(labOf(text)));
});
