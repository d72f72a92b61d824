// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LabError } from '../../../src/error.ts';
import { parseExercise } from '../../../src/workshop/parse-exercise.ts';
import { fixture, worldProbes } from './world.ts';

const good = fixture('tiny/01-keys.md');

/** `line: message (hint)` for each problem of the fixture with one text replaced. */
function problemsAfter(from: string, to: string): string[] {
  expect(good).toContain(from);
  return problemsOf(good.replace(from, to));
}

function problemsOf(text: string): string[] {
  return parseExercise('x.md', text, worldProbes).problems.map(
    ({ line, message, hint }) => `${line}: ${message}${hint === '' ? '' : ` | ${hint}`}`,
  );
}

describe('the fixture', () => {
  const { exercise, problems, pictures } = parseExercise('x.md', good, worldProbes);

  test('has no problems', () => expect(problems).toEqual([]));

  test('keeps prose, tasks and shown commands, and hides checks, solutions, hints and hidden blocks', () => {
    expect(exercise?.parts.map((part) => (part.kind === 'prose' ? part.markdown : part.task.markdown))).toEqual([
      'There are ${N} keys on `${NODE}`. ![the keys](keys.svg)\n\n```sh try on=node1 expect=fail\nget nothing\n```',
      'Count them:\n\n```sh try on=${NODE}\nlist pod\n```',
      'Between the tasks.',
      '```sh try when=solved\nget door\n```',
    ]);
  });

  test('gives the head with its defaults filled', () => {
    expect(exercise).toMatchObject({
      id: 'tiny/keys',
      title: 'Keys on a node',
      minutes: 3,
      needs: [],
      requires: { nodes: 2, tools: ['put'], engine: 'none', kernel: [] },
      vars: {
        N: { kind: 'int', min: 2, max: 4 },
        COLOR: { kind: 'pick', from: ['red', 'blue'] },
        NODE: { kind: 'node', index: 2 },
      },
    });
    expect(exercise?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('maps blocks to the lines of the file', () => {
    const [count, door] = exercise?.tasks ?? [];
    expect(exercise?.setup).toEqual([
      { script: 'fill pod $N\n', on: '${NODE}', timeoutMs: 30_000, place: { file: 'x.md', line: 16, column: 1 } },
    ]);
    expect(count?.place.line).toBe(good.split('\n').findIndex((line) => line.startsWith(':::: task count')) + 1);
    expect(door?.wrong.map(({ expect, blocks }) => [expect, blocks.map((block) => block.script)])).toEqual([
      ['colour', ['put door green\n']],
      ['locked', ['put door $COLOR\n', 'put lock 1\n']],
    ]);
    expect(door?.wrong[1]?.blocks[1]).toMatchObject({ on: 'node1', timeoutMs: 5000 });
    expect(door?.tries).toMatchObject([{ when: 'solved', expect: 'ok' }]);
    expect(exercise?.tries).toMatchObject([{ when: 'before', expect: 'fail' }]);
  });

  test('reads checks', () => {
    const [count, door] = exercise?.tasks ?? [];
    expect(count?.check).toMatchObject({
      kind: 'ask',
      ask: { type: 'int' },
      truth: { probe: 'world.list', args: { on: '${NODE}', prefix: 'pod' }, take: '' },
      again: 'grow',
      wrong: [{ give: 'truth + 1' }, { give: 'probe.all' }, { give: 'truth + 40', expect: 'none' }],
    });
    expect(door?.check).toMatchObject({ kind: 'state', waitMs: 2000, holdMs: 3000, again: 'wind' });
    expect(door?.needs).toEqual(['count']);
    expect(count?.hints).toEqual([
      { markdown: 'List them.', afterFails: 0, afterMs: 0 },
      { markdown: 'List them with `list pod`.', afterFails: 2, afterMs: 0 },
    ]);
    expect(door?.hints[0]).toMatchObject({ afterMs: 60_000 });
    expect(count?.why).toBe('Because they are ${N}.');
  });

  test('names its pictures', () => {
    expect(pictures).toEqual([{ src: 'keys.svg', place: { file: 'x.md', line: 13, column: 1 } }]);
  });
});

describe('a problem names its line and what to write', () => {
  test.each([
    [
      'a misspelt key',
      'minutes: 3',
      'minuts: 3',
      ['2: `minutes` is missing | Add `minutes:`.', '5: `minuts` is not known here | Write `minutes`.'],
    ],
    ['a misspelt nested key', 'tools: [put]', 'tool: [put]', ['6: `requires.tool` is not known here | Write `tools`.']],
    [
      'a newer format',
      'lab: 1',
      'lab: 2',
      ['2: the file has lab format 2; this podlab reads format 1 | Install a newer podlab.'],
    ],
    [
      'a wrong variable',
      'int: [2, 4]',
      'int: [4, 2]',
      ['8: `vars.N`: the first number must not be larger than the second'],
    ],
    [
      'an unknown container',
      '::: hint after=2',
      '::: hints after=2',
      ['60: `hints` is not a container | Write `hint`.'],
    ],
    ['an unknown role', 'sh setup', 'sh setpu', ['15: `setpu` is not a role of a `sh` block | Write `setup`.']],
    ['a role on another language', 'sh setup', 'bash setup', ['15: a `bash` block has no roles | Write `sh setup`.']],
    [
      'an unknown attribute',
      'sh try when=solved',
      'sh try wen=solved',
      ['106: `wen` is not an attribute of `sh try` | Write `when`.'],
    ],
    [
      'a bad time',
      'timeout=5s',
      'timeout=5',
      ['93: `timeout=5` is no time of at most 10m | Write for example `timeout=90s`.'],
    ],
    [
      'an unknown probe',
      'probe: world.list',
      'probe: world.lists',
      ['37: there is no probe `world.lists` | Write `world.list`.'],
    ],
    [
      'a bad probe argument',
      'prefix: pod }',
      'prefx: pod }',
      ['37: `prefix` is missing | Add `prefix:`.', '37: `prefx` is not known here | Write `prefix`.'],
    ],
    ['a value that the probe refuses', 'key: lock', 'key: LOCK', ['78: `key`: is no key']],
    [
      'a field that the probe lacks',
      'prefix: pod }',
      'prefix: pod, take: cont }',
      ['37: `world.list` returns no `cont` | Write `count`.'],
    ],
    [
      'a broken expression',
      'when: given == probe.all',
      'when: given == ',
      ['40: `when`: Unexpected token: EOF | It may use given, probe, truth, vars.'],
    ],
    [
      'an unknown name in an expression',
      'when: given == probe.all',
      'when: gven == 2',
      ['40: `when`: Unknown variable: gven | It may use given, probe, truth, vars.'],
    ],
    [
      'a name that is not there for a state',
      'it.value == vars.COLOR',
      'it.value == given',
      ['77: `is`: Unknown variable: given | It may use it, vars.'],
    ],
    [
      'an expression in a sentence',
      '${given} is one',
      '${given +} is one',
      ['39: `say`: ${given +}: Unexpected token: EOF | It may use given, probe, truth, vars.'],
    ],
    [
      'a condition that is a number',
      'is: "it.exists"',
      'is: "size(it.value)"',
      ['76: `is` is not true or false but int | Write a comparison.'],
    ],
    [
      'a diagnosis that gives the answer away',
      'again: grow\n',
      '',
      [
        '39: this diagnosis gives the answer away | Add `again: NAME` and a `sh perturb=NAME` block, so that the answer changes afterwards.',
        '48: `perturb=grow` is never used | Add `again: grow`.',
      ],
    ],
    [
      'an expected diagnosis that does not exist',
      'expect: all-keys',
      'expect: all-key',
      [
        '40: no wrong attempt leads to diagnosis `all-keys` | Add `{ give: …, expect: all-keys }` to `wrong`.',
        '44: there is no diagnosis `all-key` | Write `all-keys`.',
      ],
    ],
    [
      'a wrong answer with a condition that is a number',
      'give: truth + 40, expect: none',
      'give: truth + 40, expect: none, when: size(probe.all)',
      ['45: `when` is not true or false but int | Write a comparison.'],
    ],
    [
      'a wrong block without its diagnosis',
      'sh wrong=colour',
      'sh wrong=color',
      [
        '77: no wrong attempt leads to diagnosis `colour` | Add a `sh wrong=colour` block.',
        '85: there is no diagnosis `color` | Write `colour`.',
      ],
    ],
    [
      'a doubled diagnosis',
      'id: all-keys',
      'id: one-more',
      [
        '40: diagnosis `one-more` stands twice | Rename one.',
        '44: there is no diagnosis `all-keys` | Known are: one-more, one-more, none.',
      ],
    ],
    [
      'a missing perturbation',
      'again: wind',
      'again: wnd',
      [
        '82: there is no `sh perturb=wnd` block | Write `wind`.',
        '98: `perturb=wind` is never used | Add `again: wind`.',
      ],
    ],
    ['a doubled task', 'task door', 'task count', ['72: task `count` stands twice | Rename one of them.']],
    [
      'a need that is no task above',
      'needs: [count]',
      'needs: [conut]',
      ['81: `door` needs `conut`, which is no task above it | Write `count`.'],
    ],
    [
      'an unknown variable in an expression',
      'it.value == vars.COLOR',
      'it.value == vars.COLOUR',
      ['77: there is no variable `COLOUR` | Write `COLOR`.'],
    ],
    [
      'an unknown variable in a sentence',
      'not ${vars.COLOR}',
      'not ${vars.CLOR}',
      ['77: there is no variable `CLOR` | Write `COLOR`.'],
    ],
    [
      'an unknown variable in an argument',
      'on: "${NODE}"',
      'on: "${NOD}"',
      ['37: there is no variable `NOD` | Write `NODE`.'],
    ],
    [
      'an unknown variable for a place',
      'perturb=grow on=${NODE}',
      'perturb=grow on=${NOD}',
      ['48: there is no variable `NOD` | Write `NODE`.'],
    ],
    ['a missing solution', 'answer: truth', '', ['53: there is nothing in this block']],
    [
      'an answer without its own quotes',
      'answer: truth',
      'answer: 10.0.0.1',
      ['53: `answer`: Expected IDENTIFIER, got NUMBER | If it is text, quote it twice: "\'10.0.0.1\'".'],
    ],
    [
      'a hint with a misspelt attribute',
      '::: hint after=60s',
      '::: hint aftr=60s',
      ['110: `aftr=60s` is not known here | Write `after=2` (failed checks) or `after=60s`.'],
    ],
    [
      'a control character',
      'Between',
      'Bet\u001b[31mween',
      ['70: control or text-direction characters were taken out | Remove them.'],
    ],
    [
      'a setup block in a task',
      'sh try when=solved',
      'sh setup',
      ['106: `setup` belongs to the exercise, not to a task | Move it above the first task.'],
    ],
  ])('%s', (_name, from, to, expected) => {
    expect(problemsAfter(from, to)).toEqual(expected);
  });

  test('a task that is never closed', () => {
    const problems = problemsOf(good.trimEnd().replace(/::::$/, ''));
    expect(problems).toEqual(['72: `task` is never closed | Add a line `::::` where it ends.']);
  });

  test('a closing line too many', () => {
    expect(problemsOf(`${good}\n:::\n`)).toEqual([
      '116: `:::` closes nothing | Remove it, or give the opening line as many colons.',
    ]);
  });

  test('a task without check, solution and hint', () => {
    const bare = good.slice(0, good.indexOf(':::: task count'));
    expect(problemsOf(`${bare}:::: task a A\nText.\n::::\n`)).toEqual([
      '27: task `a` has no check | Add a `yaml check` block.',
      '27: task `a` has no hint | Add `::: hint` … `:::`.',
    ]);
  });

  test('frontmatter that another reader would execute is no frontmatter', () => {
    expect(problemsOf(good.replace('---', '---js'))[0]).toBe(
      '1: there is no frontmatter | Begin the file with a line `---`, then `lab: 1` and the other keys, then a line `---`.',
    );
  });

  test('wrong answers of which a room may be tested with none', () => {
    expect(problemsOf(good.replaceAll(', expect: ', ', when: truth > 1, expect: '))).toEqual([
      '37: the check has no wrong answer that is tested in every room, without `when` | Add `wrong: [{ give: truth + 1, expect: none }]`.',
    ]);
  });

  test('aliases and tags are refused', () => {
    expect(problemsAfter('title: Keys on a node', 'title: &t Keys\nother: *t').join()).toContain('not YAML');
    expect(problemsAfter('title: Keys on a node', 'title: !!js/function "x"').join()).toContain('not YAML');
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...good.split('\n'),
    ...good.split(/(?<=\n\n)/),
    '---',
    '::::',
    ':::',
    '```',
    '```yaml check',
    '- ',
    '> ',
    ':::: task x X',
    '\u001b]0;x\u0007',
    '\r',
    '\u0000',
    '${',
    '{{',
    '&a',
    '*a',
    '- {',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('\n')),
    // The good file with one piece cut out or put in somewhere.
    fc
      .tuple(fc.nat(good.length), fc.nat(60), pieces)
      .map(([at, cut, piece]) => good.slice(0, at) + piece + good.slice(at + cut)),
  );

  test('either parses or gives problems that have a place in it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { exercise, problems } = parseExercise('x.md', text, worldProbes);
        const errors = problems.filter(({ severity }) => severity === 'error');
        expect(exercise === undefined).toBe(errors.length > 0);
        const lines = text.split(/\r\n?|\n/).length;
        for (const { file, line, column, message } of problems) {
          expect(file).toBe('x.md');
          expect(message).not.toBe('');
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 400 },
    );
  });

  test.each([':::\n', ':::: task a A\n::::\n', 'k: 1\n'])(
    'of 1 MiB of %j ends in 200 problems and a count',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      const { exercise, problems } = parseExercise(
        'x.md',
        good.slice(0, good.indexOf('There are')) + text,
        worldProbes,
      );
      expect(exercise).toBe(undefined);
      expect(problems.length).toBe(piece === 'k: 1\n' ? 2 : 201);
    },
  );

  test('larger than 1 MiB is a LabError', () => {
    expect(() => parseExercise('x.md', 'x'.repeat(1024 * 1024 + 1), worldProbes)).toThrow(LabError);
  });
});
