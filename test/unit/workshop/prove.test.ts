// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { describe, expect, test } from 'vitest';
import { LabError } from '../../../src/error.ts';
import type { RunResult } from '../../../src/host/host.ts';
import { silentReporter } from '../../../src/reporter.ts';
import type { Lab } from '../../../src/workshop/exercise.ts';
import { parseExercise } from '../../../src/workshop/parse-exercise.ts';
import { type ExerciseProof, proveLab } from '../../../src/workshop/prove.ts';
import { stillClock } from './clock.ts';
import { createWorld, fixture, type World, worldProbes } from './world.ts';

const files = { keys: fixture('tiny/01-keys.md'), sum: fixture('tiny/02-sum.md') };

function labOf(texts: Readonly<Record<string, string>>): Lab {
  const exercises = Object.entries(texts).map(([name, text]) => {
    const { exercise, problems } = parseExercise(`${name}.md`, text, worldProbes);
    if (exercise === undefined) throw new LabError('LAB_INVALID', JSON.stringify(problems));
    return exercise;
  });
  return { name: 'tiny', title: 'Tiny', stack: 'tiny', dir: '/labs/tiny', story: '', exercises };
}

async function prove(texts: Readonly<Record<string, string>>, world: World = createWorld()): Promise<ExerciseProof[]> {
  const room = { context: world.context, probes: worldProbes, clock: stillClock(), seed: 'seat-1' };
  return [...(await proveLab(labOf(texts), room, silentReporter)).exercises];
}

/** Proves the first fixture with one text replaced; the steps that did not hold as `task step: detail`. */
async function faultsAfter(
  from: string | RegExp,
  to: string,
  prepare: (world: World) => void = () => {},
): Promise<string[]> {
  const changed = files.keys.replace(from, to);
  expect(changed).not.toBe(files.keys);
  const world = createWorld();
  prepare(world);
  const [proof] = await prove({ keys: changed }, world);
  return faults(proof);
}

const faults = (proof: ExerciseProof | undefined): string[] =>
  (proof?.steps ?? []).filter(({ ok }) => !ok).map(({ task, step, detail }) => `${task} ${step}: ${detail}`.trim());

describe('the fixture', () => {
  test('is proved, step by step', async () => {
    const [keys, sum] = await prove(files);
    expect(faults(keys)).toEqual([]);
    expect(keys?.steps.map(({ task, step }) => `${task} ${step}`.trim())).toEqual([
      'prepare',
      'setup',
      'count fails untouched',
      'try',
      'back from the shown commands',
      'count fails before its solution',
      'count wrong one-more: truth + 1',
      'count wrong all-keys: probe.all',
      'count wrong none: truth + 40',
      'count try',
      'count solve',
      'count passes twice',
      'count perturb grow',
      'count asked again',
      'count try when solved',
      'door fails before its solution',
      'door wrong colour',
      'door back from colour',
      'door wrong locked',
      'door back from locked',
      'door solve',
      'door passes twice',
      'door perturb wind',
      'door asked again',
      'door try when solved',
      'try when solved',
      'reset',
      'footprint',
      'setup after reset',
      'count fails untouched',
      'leave',
      'footprint',
    ]);
    expect(faults(sum)).toEqual([]);
    expect(sum?.steps[0]).toMatchObject({ step: 'prepare', detail: 'from the end of tiny/keys' });
  });

  test('leaves the room as it was', async () => {
    const world = createWorld();
    world.nodes.get('node1')?.set('mine', '1');
    // `clear` in the reset block takes what was there before, which is a fault of its own.
    const [keys] = await prove({ keys: files.keys }, world);
    expect(faults(keys)[0]).toContain('reset leaves the room changed:\n- node1: link mine');
  });
});

describe('a fault of the lab is found', () => {
  test('a check that passes though nothing was done', async () => {
    const painted = files.keys
      .replace('```sh reset', '```sh setup on=node1\nput door $COLOR\n```\n\n```sh reset')
      .replace('needs: [count]\n', '');
    const [proof] = await prove({ keys: painted });
    const passes = 'keys.md:75: task door passes where it must fail';
    expect(faults(proof).filter((fault) => fault.includes('fails'))).toEqual([
      `door fails untouched: ${passes.replace('75', '76')}`,
      `door fails before its solution: ${passes.replace('75', '76')}`,
      `door fails untouched: ${passes.replace('75', '76')}`,
    ]);
  });

  test('a task that is solved by the one above it', async () => {
    const solved = files.keys.replace('answer: truth\n```', 'answer: truth\n```\n\n```sh solve\nput door $COLOR\n```');
    const [proof] = await prove({ keys: solved });
    expect(faults(proof)[0]).toBe('door fails before its solution: keys.md:76: task door passes where it must fail');
  });

  test('a diagnosis that nothing leads to', async () => {
    expect(await faultsAfter('is: "it.exists", id: absent', 'is: "true", id: absent')).toContain(
      'door every diagnosis is met: keys.md:72: nothing leads to diagnosis absent',
    );
  });

  test('a wrong answer that passes', async () => {
    expect(await faultsAfter('give: truth + 40', 'give: truth')).toEqual([
      'count wrong none: truth: keys.md:27: task count passes where it must fail',
    ]);
  });

  test('a wrong answer with another diagnosis', async () => {
    expect(await faultsAfter('{ give: truth + 1, expect: one-more }', '{ give: truth + 2, expect: one-more }')).toEqual(
      ['count wrong one-more: truth + 2: keys.md:43: the attempt fails with no diagnosis where `one-more` is expected'],
    );
  });

  test('a wrong answer that is none', async () => {
    expect(await faultsAfter('give: truth + 40', 'give: truth + 0.5')).toEqual([
      'count wrong none: truth + 0.5: keys.md:45: `truth + 0.5` is no answer: the value is not whole',
    ]);
  });

  test('a condition of a wrong answer that is neither true nor false', async () => {
    expect(
      await faultsAfter('give: truth + 1, expect: one-more', 'give: truth + 1, expect: one-more, when: probe.all'),
    ).toEqual(['count wrong one-more: truth + 1: keys.md:43: `when`: `probe.all` is neither true nor false']);
  });

  test('a wrong attempt that passes', async () => {
    expect(await faultsAfter('put door green', 'put door $COLOR')).toEqual([
      'door wrong colour: keys.md:72: task door passes where it must fail',
      'door every diagnosis is met: keys.md:72: nothing leads to diagnosis colour',
    ]);
  });

  test('a wrong attempt with another diagnosis', async () => {
    expect(await faultsAfter('put lock 1', 'put door pink')).toEqual([
      'door wrong locked: keys.md:89: the attempt fails with `colour` where `locked` is expected',
      'door every diagnosis is met: keys.md:72: nothing leads to diagnosis locked',
    ]);
  });

  test('a reset that leaks', async () => {
    const found = await faultsAfter('```sh reset on=each\nclear', '```sh reset on=node2\nclear');
    expect(found.filter((fault) => fault.startsWith('footprint'))[0]).toMatch(
      /^footprint: reset leaves the room changed:\n\+ node1: link door/,
    );
  });

  test('a solution that fails to run', async () => {
    const found = await faultsAfter('put door $COLOR\ndrop lock', 'put door $COLOR\nget lock');
    expect(found).toEqual(['door solve: keys.md:102: the block on node1 failed with exit code 1\nno key lock']);
  });

  test('a solution that does not solve', async () => {
    expect(await faultsAfter('put door $COLOR\ndrop lock', 'put door black')).toEqual([
      expect.stringMatching(
        /^door passes twice: keys.md:72: task door fails with `colour` where it must pass: The door is black, not (?:red|blue)\.$/,
      ),
    ]);
  });

  test('a solution that does not last', async () => {
    let looks = 0;
    const found = await faultsAfter('Open the door', 'Open a door', (world) => {
      const keys = world.nodes.get('node1') ?? new Map<string, string>();
      world.intercept = (_node, argv) => {
        const solved = ['red', 'blue'].includes(keys.get('door') ?? '') && !keys.has('lock');
        // The first look, and one of those while it must hold, ask twice each; the fifth question is in the hold.
        return argv[0] === 'dump' && solved && ++looks === 5 ? { stdout: '{}' } : undefined;
      };
    });
    expect(found).toEqual([
      'door passes twice: keys.md:72: task door fails with `absent` where it must pass: There is no door.',
    ]);
  });

  test('a perturbation that does not change the answer', async () => {
    expect(await faultsAfter('put pod-new 1', 'put other 1')).toEqual([
      expect.stringMatching(/^count asked again: keys.md:27: the answer is still \d after `grow`$/),
    ]);
  });

  test('a perturbation that a right state does not survive', async () => {
    expect(await faultsAfter('put wind 1', 'drop door')).toContain(
      'door asked again: keys.md:72: task door fails with `absent` where it must pass: There is no door.',
    );
  });

  test('a shown command that does not work', async () => {
    expect(await faultsAfter('list pod\n```', 'lsit pod\n```')).toEqual([
      'count try: keys.md:32: the block on node2 failed with exit code 127\nsh: lsit: not found',
    ]);
  });

  test('a shown command that works where it must fail', async () => {
    expect(await faultsAfter('get nothing', 'list nothing')).toEqual([
      'try: keys.md:24: the block on node1 works where it must fail',
    ]);
  });

  test('a shown command that the solution relies on', async () => {
    const relying = files.keys
      .replace('```sh try when=solved\nget door', '```sh try\nput hinge 1')
      .replace('put door $COLOR\ndrop lock', 'get hinge\nput door $COLOR');
    const [proof] = await prove({ keys: relying });
    expect(faults(proof)).toEqual([
      'door solve: keys.md:102: the block on node1 failed with exit code 1\nno key hinge',
    ]);
  });

  test('a probe that cannot ask is broken, which is not a failing check', async () => {
    const found = await faultsAfter('hold: 3s', 'hold: 1s', (world) => {
      world.intercept = (_node, argv) => (argv[0] === 'dump' ? { exitCode: 1, stderr: 'no route to node' } : undefined);
    });
    expect(found[0]).toBe(
      'count fails untouched: keys.md:27: task count is broken where it must fail: keys.md:27: could not look at the system: dump failed: no route to node',
    );
  });

  test('a room that lacks a node', async () => {
    const [proof] = await prove({ keys: files.keys }, createWorld(['node1']));
    expect(faults(proof)[0]).toBe('prepare: tiny/keys requires 2 nodes; stack "tiny" does not have that');
  });
});

test('an exercise that the kernel of this machine cannot do is left out, and the reason is told', async () => {
  const world = createWorld();
  const asked: string[] = [];
  world.intercept = (_node, argv): Partial<RunResult> | undefined => {
    if (argv[0] !== 'test') return undefined;
    asked.push(argv.join(' '));
    return { exitCode: 1 };
  };
  const [proof] = await prove({ keys: files.keys.replace('engine: none', 'engine: none, kernel: [ip_vs]') }, world);
  expect(proof).toMatchObject({
    ok: true,
    skipped: 'tiny/keys requires ip_vs in the kernel; there is no /sys/module/ip_vs on node1',
    steps: [],
  });
  expect(asked).toEqual(['test -e /sys/module/ip_vs']);
});

test('a mistake that cannot be made in this room is left out, and the step says so', async () => {
  const withWhen = (when: string) => files.keys.replace('give: truth + 1,', `give: truth, when: ${when},`);
  const [left] = await prove({ keys: withWhen('probe.count > 99') });
  expect(faults(left)).toEqual([]);
  expect(left?.steps.find(({ step }) => step === 'wrong one-more: truth')).toMatchObject({
    ok: true,
    detail: 'not in this room: probe.count > 99',
  });
  const [tried] = await prove({ keys: withWhen('probe.count > 0') });
  expect(faults(tried)).toEqual(['count wrong one-more: truth: keys.md:27: task count passes where it must fail']);
});

describe('noise', () => {
  const noisy = files.sum
    .replace('needs: [tiny/keys]\n', '')
    .replace('wrong:', 'unsure: "probe.value == \'666\'"\nwrong:')
    .replace('put load 120', 'put load 666');

  test('is accepted, with a remark, where the check says `unsure`', async () => {
    const [proof] = await prove({ sum: noisy });
    expect(faults(proof)).toEqual([]);
    const remark = 'inconclusive 3 times: The measurement is too noisy to judge an answer by.';
    const left = 'inconclusive 3 times: there is no truth to hold an answer against';
    expect(proof?.steps.filter(({ detail }) => detail !== '')).toMatchObject([
      { step: 'fails untouched', detail: remark },
      { step: 'fails before its solution', detail: remark },
      { step: 'wrong none: truth * 2', detail: left },
      { step: 'passes twice', detail: left },
      { step: 'fails untouched', detail: remark },
    ]);
  });

  test('that goes away only after the reference answer was looked for leaves nothing to hold it against', async () => {
    let asked = 0;
    const world = createWorld();
    // Untouched 1, before 1, wrong 1 and the verdict 1, then the three looks for the reference answer.
    world.intercept = (_node, argv) =>
      argv[0] === 'dump' && ++asked > 4 && asked < 8 ? { stdout: '{"load":"666"}' } : undefined;
    const [proof] = await prove({ sum: noisy }, world);
    expect(faults(proof)).toEqual([]);
    expect(proof?.steps.find(({ step }) => step === 'passes twice')?.detail).toBe(
      'inconclusive 3 times: there is no truth to hold an answer against',
    );
  });

  test('that goes away is a remark on how often it took', async () => {
    let asked = 0;
    const world = createWorld();
    world.intercept = (_node, argv) => (argv[0] === 'dump' && ++asked === 1 ? { stdout: '{"load":"666"}' } : undefined);
    const [proof] = await prove({ sum: noisy.replace('put load 666', 'put load 120') }, world);
    expect(faults(proof)).toEqual([]);
    expect(proof?.steps.filter(({ detail }) => detail !== '')).toMatchObject([
      { step: 'fails untouched', detail: 'inconclusive once before' },
    ]);
  });
});
