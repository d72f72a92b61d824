// The JSON Schema of workshop files, for editors: made from the same schema that the linter uses.

import { toJsonSchema } from '@valibot/to-json-schema';
import { workshopSchema } from './workshop-schema.ts';

/** The text of schema/workshop.schema.json. */
export function renderWorkshopJsonSchema(): string {
  const { $schema, ...schema } = toJsonSchema(workshopSchema, { typeMode: 'input' });
  const described = {
    $schema,
    title: 'podlab workshop file',
    description: 'Describes a workshop: its labs, its seats and where they stand. Explained in docs/workshop-file.md.',
    ...schema,
  };
  return `${JSON.stringify(described, undefined, 2)}\n`;
}
