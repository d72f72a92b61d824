// podlab up: build the room of a stack.

import { countNodes } from '../../topology/count-nodes.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { driverNamed, loadStack } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  if (options.dryRun === true) return (await import('./preview.ts')).run(app, { args, options, rest: [] });
  const { topology, file } = await loadStack(app, args[0], { driver: driverNamed(options.driver) });
  const driver = await app.driver(topology.driver);
  const started = performance.now();
  const from = options.fresh === true ? 'fresh' : 'golden';
  const { created, phases, ...up } = await driver.up({ topology, file, from, change: true }, await app.reporter());
  const durationMs = Math.round(performance.now() - started);
  const { stack, nodes } = topology;
  const answer = { stack, created, durationMs, from: up.from, phases, nodes: nodes.map(({ name }) => name) };
  app.answer(options.json === true, answer, () =>
    created
      ? `${stack}: ${countNodes(nodes)} up in ${durationMs} ms. Next: podlab shell ${nodes[0]?.name}\n`
      : `${stack}: is up already\n`,
  );
  return exitCodes.done;
}
