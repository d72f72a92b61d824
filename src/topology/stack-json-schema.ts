// The JSON Schema of stack files, for editors: made from the same schema that the linter uses.

import { toJsonSchema } from '@valibot/to-json-schema';
import { settingsSchema } from './stack-schema.ts';

const pulumisOwn = {
  secretsprovider: 'Written by Pulumi: what encrypts the secrets of this stack.',
  encryptedkey: 'Written by Pulumi: the encrypted key for them.',
  encryptionsalt: 'Written by Pulumi: the salt of the passphrase for them.',
  environment: 'Pulumi ESC environments that this stack imports.',
};

/** A JSON Schema (draft 7) as plain data, in a stable order. */
export function stackJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...settings } = toJsonSchema(settingsSchema, { typeMode: 'input' });
  return {
    $schema,
    title: 'podlab stack file',
    description: 'Describes a room: its networks, its nodes and what runs on them. Explained in docs/stack-file.md.',
    type: 'object',
    additionalProperties: false,
    properties: {
      config: {
        ...settings,
        // An empty `config:` is null; keys of other projects and providers are Pulumi's business.
        type: ['object', 'null'],
        patternProperties: { '^(?!podlab:)[^:]+:': {} },
      },
      ...Object.fromEntries(Object.entries(pulumisOwn).map(([key, description]) => [key, { description }])),
    },
  };
}

/** The text of schema/stack.schema.json. */
export function renderStackJsonSchema(): string {
  return `${JSON.stringify(stackJsonSchema(), undefined, 2)}\n`;
}
