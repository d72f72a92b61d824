// podlab schema: the JSON Schema of stack files, or of workshop files.

import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App, { args }: VerbInput): Promise<number> {
  app.stdout.write(await schemaOf(args[0] ?? 'stack'));
  return exitCodes.done;
}

async function schemaOf(kind: string): Promise<string> {
  if (kind === 'stack') return (await import('../../topology/stack-json-schema.ts')).renderStackJsonSchema();
  if (kind === 'workshop') return (await import('../../fleet/workshop-json-schema.ts')).renderWorkshopJsonSchema();
  throw new LabError('USAGE', `there is no schema of "${kind}"`, { hint: 'Write stack or workshop.' });
}
