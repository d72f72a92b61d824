// The committed JSON Schema and the reference for people both follow the one schema object.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderWorkshopJsonSchema } from '../../../src/fleet/workshop-json-schema.ts';

test('schema/workshop.schema.json is what the schema object gives', async () => {
  await expect(renderWorkshopJsonSchema()).toMatchFileSnapshot('../../../schema/workshop.schema.json');
});

interface Part {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
}

test('docs/workshop-file.md has a row for every key, with its default', () => {
  const rows = ({ properties = {} }: Part, above: string): readonly string[] =>
    Object.entries(properties).flatMap(([key, part]) => {
      const name = `${above}${key}`;
      const usual = part.default === undefined ? '' : `\`${part.default}\``;
      return [`| \`${name}\` | ${usual} | ${part.description} |`, ...rows(part, `${name}.`)];
    });
  const wanted = rows(JSON.parse(renderWorkshopJsonSchema()) as Part, '');
  const written = readFileSync('docs/workshop-file.md', 'utf8').split('\n');
  expect(written.filter((line) => line.startsWith('| `'))).toEqual(wanted);
});
