// podlab schema: the JSON Schema of stack files.

import { stackJsonSchema } from '../../topology/stack-json-schema.ts';
import type { App } from '../app.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App): Promise<number> {
  app.stdout.write(`${JSON.stringify(stackJsonSchema(), undefined, 2)}\n`);
  return exitCodes.done;
}
