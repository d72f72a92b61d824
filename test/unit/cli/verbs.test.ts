import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderVerbsDoc } from '../../../src/cli/document-verbs.ts';
import { verbs } from '../../../src/cli/verbs.ts';

test('docs/verbs.md says what the table of verbs says', async () => {
  const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'verbs.md');
  await expect(renderVerbsDoc(verbs)).toMatchFileSnapshot(page);
});

test.each(verbs.map((verb) => [verb.name, verb] as const))(
  '%s can be loaded and has an example',
  async (_name, verb) => {
    expect(typeof (await verb.load()).run).toBe('function');
    expect(verb.examples.length).toBeGreaterThan(0);
    for (const example of verb.examples) expect(example).toContain(`podlab ${verb.name}`);
  },
);

test('no verb is in the table twice', () => {
  const names = verbs.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
