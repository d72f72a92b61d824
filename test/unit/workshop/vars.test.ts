// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { describe, expect, test } from 'vitest';
import type { VarSpec } from '../../../src/workshop/exercise.ts';
import { fillJson, fillText, resolveVars } from '../../../src/workshop/vars.ts';

const vars: Record<string, VarSpec> = {
  N: { kind: 'int', min: 2, max: 6 },
  COLOR: { kind: 'pick', from: ['red', 'green', 'blue'] },
  NODE: { kind: 'node', index: 2 },
  ANY: { kind: 'node', index: 0 },
};
const nodes = ['node1', 'node2'];

describe('seeded values', () => {
  test('are the same for a seat on every machine', () => {
    const values = { N: 4, COLOR: 'red', NODE: 'node2', ANY: 'node1' };
    expect(resolveVars({ id: 'tiny/keys', vars }, 'seat-1', nodes)).toEqual(values);
  });

  test('differ between seats and exercises, cover the whole range and nothing else', () => {
    const seen = Array.from({ length: 200 }, (_, seat) =>
      resolveVars({ id: 'tiny/keys', vars }, `seat-${seat}`, nodes),
    );
    expect([...new Set(seen.map(({ N }) => N))].sort()).toEqual([2, 3, 4, 5, 6]);
    expect([...new Set(seen.map(({ COLOR }) => COLOR))].sort()).toEqual(['blue', 'green', 'red']);
    expect([...new Set(seen.map(({ ANY }) => ANY))].sort()).toEqual(['node1', 'node2']);
    const other = Array.from({ length: 200 }, (_, seat) =>
      resolveVars({ id: 'tiny/sum', vars }, `seat-${seat}`, nodes),
    );
    expect(other).not.toEqual(seen);
  });

  test('name a node that the stack must have', () => {
    expect(() => resolveVars({ id: 'tiny/keys', vars }, 'seat-1', ['node1'])).toThrow(
      'variable NODE is node 2, but the stack has 1',
    );
  });
});

describe('filling in', () => {
  const values = { N: 3, COLOR: 'red' };

  test('leaves what is no variable alone', () => {
    expect(fillText('${N} ${COLOR} ${PATH} $N ${N', values)).toBe('3 red ${PATH} $N ${N');
  });

  test('does not fill what was filled in', () => {
    expect(fillText('${A}', { A: '${B}', B: 'no' })).toBe('${B}');
  });

  test('keeps a number a number when it stands alone', () => {
    expect(fillJson({ a: '${N}', b: 'x${N}', c: ['${COLOR}'], d: 5, e: null }, values)).toEqual({
      a: 3,
      b: 'x3',
      c: ['red'],
      d: 5,
      e: null,
    });
  });
});
