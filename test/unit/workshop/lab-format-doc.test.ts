// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lab files are full of them
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { probes } from '../../../src/probe/registry.ts';
import { answerTypes } from '../../../src/workshop/exercise.ts';
import { shellRoles } from '../../../src/workshop/fence-role.ts';
import { readExerciseHead } from '../../../src/workshop/frontmatter.ts';
import { parseCheck } from '../../../src/workshop/parse-check.ts';

const doc = readFileSync(new URL('../../../docs/lab-format.md', import.meta.url), 'utf8');
const blocks = [...doc.matchAll(/^```yaml(?: check)?\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
const vars = {
  N: { kind: 'int', min: 2, max: 6 },
  COLOR: { kind: 'pick', from: ['red', 'blue'] },
  NODE: { kind: 'node', index: 1 },
} as const;

test('the frontmatter of docs/lab-format.md is good', () => {
  const head = blocks.find((block) => block.startsWith('---')) ?? '';
  expect(readExerciseHead('lab-format.md', head)).toMatchObject({ problems: [], value: { vars } });
});

test('the checks of docs/lab-format.md are good, with the real probes', () => {
  const checks = blocks.filter((block) => /^(?:ask|state):/.test(block));
  expect(checks.length).toBe(2);
  for (const text of checks) {
    expect(parseCheck({ file: 'lab-format.md', text, firstLine: 1 }, { probes, vars }).problems).toEqual([]);
  }
});

test('docs/lab-format.md has every role and every type of answer', () => {
  for (const word of [...shellRoles, ...answerTypes]) expect(doc).toMatch(new RegExp(`\`[^\`]*\\b${word}\\b[^\`]*\``));
});
