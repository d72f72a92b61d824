// The committed JSON Schema and the reference for people both follow the one schema object.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderStackJsonSchema, stackJsonSchema } from '../../../src/topology/stack-json-schema.ts';

test('schema/stack.schema.json is what the schema object gives', async () => {
  await expect(renderStackJsonSchema()).toMatchFileSnapshot('../../../schema/stack.schema.json');
});

interface Part {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
}

/** Every key under a part of the schema, as a row of a table in docs/stack-file.md. */
function rows(part: Part, prefix: string): readonly string[] {
  const own = Object.entries(part.properties ?? {}).flatMap(([key, child]) => {
    const value = child.default === undefined ? '' : `\`${child.default}\``;
    return [`| \`${prefix}${key}\` | ${value} | ${child.description} |`, ...rows(child, `${prefix}${key}.`)];
  });
  const named = typeof part.additionalProperties === 'object' ? rows(part.additionalProperties, `${prefix}NAME.`) : [];
  const listed = part.items === undefined ? [] : rows(part.items, `${prefix.slice(0, -1)}[].`);
  return [...own, ...named, ...listed, ...(part.anyOf ?? []).flatMap((form) => rows(form, prefix))];
}

test('docs/stack-file.md has a row for every key, with its default', () => {
  const { config } = (stackJsonSchema() as unknown as Part).properties ?? {};
  // The interfaces of the short form are those of the list.
  const wanted = rows(config ?? {}, '').filter((row) => !row.startsWith('| `podlab:nodes.networks[]'));
  expect(wanted.length).toBeGreaterThan(40);
  const written = readFileSync('docs/stack-file.md', 'utf8').split('\n');
  expect(written.filter((line) => line.startsWith('| `'))).toEqual(wanted);
});
