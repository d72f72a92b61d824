// podlab preview: what `up` would do, as commands for a root shell.

import type { Change, PlanStep } from '../../driver/driver.ts';
import { quoteCommand } from '../../host/run.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { driverNamed, loadStack } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const { topology, file } = await loadStack(app, args[0], { driver: driverNamed(options.driver) });
  const driver = await app.driver(topology.driver);
  if (driver.preview !== undefined) {
    const changes = await driver.preview({ topology, file }, await app.reporter());
    app.answer(options.json === true, { stack: topology.stack, changes }, () => renderChanges(topology.stack, changes));
    return exitCodes.done;
  }
  const steps = driver.plan?.(topology) ?? [];
  app.answer(options.json === true, { stack: topology.stack, steps }, () => `${renderSteps(steps)}\n`);
  return exitCodes.done;
}

function renderChanges(stack: string, changes: readonly Change[]): string {
  if (changes.length === 0) return `${stack}: nothing would change\n`;
  return changes.map(({ what, name }) => `${what} ${name}\n`).join('');
}

/** One line for each step; a step on a node is entered through its network namespace. */
export function renderSteps(steps: readonly PlanStep[]): string {
  return steps.map(renderStep).join('\n');
}

function renderStep({ on, run: [program, ...words], input }: PlanStep): string {
  const command = quoteCommand(enter(on, program, words));
  return input === '' ? command : `${command} <<'END'\n${input.trimEnd()}\nEND`;
}

function enter(on: string, program: string, words: readonly string[]): readonly string[] {
  if (on === 'gateway' || on === 'localhost') return [program, ...words];
  return program === 'ip' ? ['ip', '-n', on, ...words] : ['ip', 'netns', 'exec', on, program, ...words];
}
