// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { describe, expect, test } from 'vitest';
import type { AskCheck, StateClause } from '../../../src/workshop/exercise.ts';
import { judgeAnswer, judgeClause, takeField } from '../../../src/workshop/judge.ts';

const place = { file: 'x.md', line: 7, column: 1 };
const check: AskCheck = {
  kind: 'ask',
  ask: { type: 'int', unit: '', within: 0, choices: [], of: 'text' },
  truth: { probe: 'net.veths', args: {}, take: '', place },
  unsure: '',
  diagnose: [
    { id: 'first', when: 'given == truth + 1', say: 'One more than ${truth}.', place },
    { id: 'second', when: 'given > truth', say: 'Too many.', place },
  ],
  again: '',
  wrong: [],
};
const evidence = { probe: 'net.veths', args: {}, observation: { count: 7, none: null, text: 'x' } };
const ask = (more: Partial<AskCheck> = {}, take = 'count') => ({
  check: { ...check, ...more },
  evidence,
  take,
  vars: {},
});

describe('an answer', () => {
  test('that is the truth passes with evidence', () => {
    expect(judgeAnswer(ask(), 7)).toEqual({ kind: 'pass', evidence: [evidence] });
  });

  test('gets the first diagnosis that is true, and no evidence', () => {
    expect(judgeAnswer(ask(), 8)).toEqual({ kind: 'fail', id: 'first', say: 'One more than 7.', evidence: [] });
    expect(judgeAnswer(ask(), 9)).toMatchObject({ id: 'second' });
    expect(judgeAnswer(ask(), 6)).toMatchObject({ kind: 'fail', id: 'none' });
  });

  test.each([
    [
      'a diagnosis that cannot be evaluated',
      ask({ diagnose: [{ id: 'a', when: 'probe.none > 1', say: '', place }] }),
      'x.md:7: `when` of a: no such overload: dyn<null> > int',
    ],
    [
      'a diagnosis that is no condition',
      ask({ diagnose: [{ id: 'a', when: 'probe.text', say: '', place }] }),
      'x.md:7: `when` of a: `probe.text` is neither true nor false',
    ],
    [
      'a sentence that cannot be filled',
      ask({ diagnose: [{ id: 'a', when: 'true', say: '${probe.x}', place }] }),
      'x.md:7: `say` of a: ${probe.x}: No such key: x',
    ],
    [
      'a truth that is not there',
      ask({}, 'none'),
      'x.md:7: `net.veths` gives no answer to compare with: the system has no such value now',
    ],
    [
      'a truth of another type',
      ask({}, 'text'),
      'x.md:7: `net.veths` gives no answer to compare with: that is not a whole number; write for example 1,048,574',
    ],
    ['a field that the probe lacks', ask({}, 'cuont'), 'x.md:7: `net.veths` returned no `cuont`'],
    [
      'an `unsure` that cannot be evaluated',
      ask({ unsure: 'probe.none > 1' }),
      'x.md:7: `unsure`: no such overload: dyn<null> > int',
    ],
  ])('is broken, neither passed nor failed, by %s', (_name, broken, say) => {
    expect(judgeAnswer(broken, 8)).toMatchObject({ kind: 'broken', say });
  });

  test('to something too noisy is inconclusive, right or wrong', () => {
    expect(judgeAnswer(ask({ unsure: 'probe.count > 5' }), 7)).toMatchObject({ kind: 'inconclusive' });
    expect(judgeAnswer(ask({ unsure: 'probe.count > 5' }), 8)).toMatchObject({ kind: 'inconclusive' });
  });
});

describe('a condition', () => {
  const clause: StateClause = {
    probe: 'p',
    args: {},
    place,
    id: 'slow',
    is: 'it.ratio > 1.05',
    say: 'Only ${it.ratio}x.',
    unsure: 'it.cv >= 0.15',
  };
  const seen = (observation: Record<string, number>) => [{ probe: 'p', args: {}, observation }];

  test.each([
    [{ ratio: 1.2, cv: 0.5 }, { kind: 'pass' }],
    [
      { ratio: 1.01234, cv: 0.1 },
      { kind: 'fail', id: 'slow', say: 'Only 1.012x.' },
    ],
    [
      { ratio: 1, cv: 0.2 },
      { kind: 'inconclusive', say: 'Only 1x.' },
    ],
    [{ ratio: 1 }, { kind: 'broken', say: 'x.md:7: `unsure` of slow: No such key: cv' }],
    [{}, { kind: 'broken', say: 'x.md:7: `is` of slow: No such key: ratio' }],
  ])('over %j', (observation, verdict) => {
    expect(judgeClause(clause, seen(observation as Record<string, number>), {})).toMatchObject(verdict);
  });

  test('shows a participant nothing that drives the terminal', () => {
    const verdict = judgeClause(
      { ...clause, is: 'false', say: '${it.name}', unsure: '' },
      [{ probe: 'p', args: {}, observation: { name: '\u001b]0;owned\u0007pod\u202e' } }],
      {},
    );
    expect(verdict).toMatchObject({ say: 'pod' });
  });
});

test.each([
  ['count', 7],
  ['a.b', 1],
  ['list.name', ['x', 'y']],
  ['list.1.name', 'y'],
  ['list.nope', undefined],
  ['a.constructor', undefined],
  ['list.9', undefined],
])('the field %s', (path, value) => {
  expect(takeField({ count: 7, a: { b: 1 }, list: [{ name: 'x' }, { name: 'y' }] }, path)).toEqual(value);
});
