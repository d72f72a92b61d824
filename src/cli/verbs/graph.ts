// podlab graph: the room as a picture.

import { LabError } from '../../error.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadStack } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const format = options.format ?? 'text';
  const { topology } = await loadStack(app, args[0]);
  if (options.json === true) {
    app.answer(true, { topology }, () => '');
    return exitCodes.done;
  }
  app.stdout.write(await draw(`${format}`, topology));
  return exitCodes.done;
}

async function draw(format: string, topology: Awaited<ReturnType<typeof loadStack>>['topology']): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('../../topology/graph-text.ts')).renderTextGraph(topology);
    case 'mermaid':
      return (await import('../../topology/graph-mermaid.ts')).renderMermaidGraph(topology);
    case 'svg':
      return (await import('../../topology/graph-svg.ts')).renderSvgGraph(topology);
    default:
      throw new LabError('USAGE', `there is no format "${format}"`, { hint: 'Use text, mermaid or svg.' });
  }
}
