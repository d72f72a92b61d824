import { describe, expect, test } from 'vitest';
import { compileExpression, evaluate } from '../../../src/workshop/expression.ts';

const values = {
  it: { count: 2, ratio: 1.2, whole: 2, name: 'x', list: [1, 2, 3], none: null, links: [{ name: 'a' }], up: true },
  truth: 7,
  given: 8,
  vars: { N: 3 },
};

describe('numbers mean what authors expect, whole or not', () => {
  test.each([
    ['it.count == 2', true],
    ['it.count == 3', false],
    ['it.count != 2', false],
    ['it.ratio > 1.05', true],
    ['it.whole > 1.05', true],
    ['given == truth + 1', true],
    ['truth + 40', 47],
    ['it.count / 4', 0.5],
    ['it.count * 1.5', 3],
    ['it.count % 2 == 0', true],
    ['it.count + it.ratio', 3.2],
    ['size(it.list) == 3', true],
    ['size(it.list) == it.count + 1', true],
    ['size(it.list) + it.count', 5],
    ['it.count in [1, 2]', true],
    ['2 in it.list', true],
    ['it.list == [1, 2, 3]', true],
    ['it.list.exists(x, x == 2)', true],
    ['it.list.filter(x, x > vars.N - 2)', [2, 3]],
    ['it.list[it.count - 1]', 2],
    ['it.links.map(l, l.name)', ['a']],
    ['it.name + "y"', 'xy'],
    ['it.none == null', true],
    ['has(it.nothing)', false],
    ['it.up && !has(it.down)', true],
    ['7 / 2', 3],
  ])('%s', (source, expected) => expect(evaluate(source, values)).toEqual({ ok: true, value: expected }));
});

describe('what cannot be evaluated is a message, not a value', () => {
  test.each([
    ['it.nothing', 'No such key: nothing'],
    ['it.none > 5', 'no such overload: dyn<null> > int'],
    ['it.name > 2', 'no such overload: dyn<string> > int'],
    ['nope', 'Unknown variable: nope'],
    ['1 +', 'Unexpected token: EOF'],
    ['it.constructor', 'No such key: constructor'],
    ['it.__proto__', 'No such key: __proto__'],
    ['it.list[9]', 'No such key: index out of bounds, index 9 >= size 3'],
  ])('%s', (source, message) => expect(evaluate(source, values)).toEqual({ ok: false, message }));
});

describe('a hostile expression is refused before it runs', () => {
  test.each([
    [
      'a regular expression',
      'it.name.matches("^(a+)+$")',
      '`matches` is not available; use startsWith, endsWith, contains or ==',
    ],
    ['length', `it.count == ${'1'.repeat(1000)}`, 'the expression has more than 1000 characters'],
    [
      'loops in loops',
      'it.list.all(a, it.list.all(b, it.list.all(c, it.list.all(d, a == d))))',
      'more than 3 of exists, all, map and filter in one expression',
    ],
  ])('%s', (_name, source, message) => expect(compileExpression(source, ['it'])).toEqual({ ok: false, message }));

  test('depth', () =>
    expect(compileExpression(`${'('.repeat(300)}1${')'.repeat(300)}`, [])).toMatchObject({ ok: false }));
  test('size', () => expect(compileExpression(`[${'1,'.repeat(300)}1]`, [])).toMatchObject({ ok: false }));
});

test('the names that an expression uses are known, with their paths', () => {
  const compiled = compileExpression('given.exists(x, x in probe.host) && truth[0] == 1', ['given', 'probe', 'truth']);
  expect(compiled.ok && [...compiled.value.uses].sort()).toEqual([
    'given',
    'probe',
    'probe.host',
    'truth',
    'truth.0',
    'x',
  ]);
});
