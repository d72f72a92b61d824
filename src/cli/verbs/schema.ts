// podlab schema: the JSON Schema of stack files.

import { renderStackJsonSchema } from '../../topology/stack-json-schema.ts';
import type { App } from '../app.ts';
import { exitCodes } from '../exit-codes.ts';

export async function run(app: App): Promise<number> {
  app.stdout.write(renderStackJsonSchema());
  return exitCodes.done;
}
