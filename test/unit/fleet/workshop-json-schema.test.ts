// The committed JSON Schema and the reference for people both follow the one schema object.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderWorkshopJsonSchema } from '../../../src/fleet/workshop-json-schema.ts';

test('schema/workshop.schema.json is what the schema object gives', async () => {
  await expect(renderWorkshopJsonSchema()).toMatchFileSnapshot('../../../schema/workshop.schema.json');
});

test('docs/workshop-file.md has a row for every key, with its default', () => {
  const { properties } = JSON.parse(renderWorkshopJsonSchema()) as {
    properties: Record<string, { description: string; default?: string }>;
  };
  const wanted = Object.entries(properties).map(
    ([key, part]) =>
      `| \`${key}\` | ${part.default === undefined ? '' : `\`${part.default}\``} | ${part.description} |`,
  );
  const written = readFileSync('docs/workshop-file.md', 'utf8').split('\n');
  expect(written.filter((line) => line.startsWith('| `'))).toEqual(wanted);
});
