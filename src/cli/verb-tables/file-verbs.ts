// Verbs about the files that people write.

import type { Verb } from '../command.ts';
import { json } from './options.ts';

export const fileVerbs: readonly Verb[] = [
  {
    name: 'lint',
    group: 'Stack file',
    args: ['<file>'],
    summary: 'find all problems of a stack file, of a workshop file, or of the labs in a directory',
    details: 'Exit code 0 when there is no error, 2 when there is one.',
    examples: [
      'podlab lint stacks/Pulumi.quickstart.yaml',
      'podlab lint labs/by-hand --json',
      'podlab lint workshop.yaml',
    ],
    options: [json],
    load: () => import('../verbs/lint.ts'),
  },
  {
    name: 'graph',
    group: 'Stack file',
    args: ['[stack]'],
    summary: 'draw the room',
    details: '',
    examples: ['podlab graph quickstart', 'podlab graph quickstart --format svg > room.svg'],
    options: [{ flags: '-f, --format <format>', summary: 'text, mermaid or svg (default: text)' }, json],
    load: () => import('../verbs/graph.ts'),
  },
  {
    name: 'schema',
    group: 'Stack file',
    args: ['[kind]'],
    summary: 'print the JSON Schema of stack files or of workshop files, for editors',
    details: '',
    examples: ['podlab schema > stack.schema.json', 'podlab schema workshop > workshop.schema.json'],
    options: [],
    load: () => import('../verbs/schema.ts'),
  },
];
