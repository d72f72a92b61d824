// podlab shell: an interactive shell on a node, whose prompt says where it is.

import type { Argv } from '../../host/host.ts';
import { quoteCommand, runInteractive } from '../../host/run.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomDriver } from '../drivers.ts';
import { roomName } from '../stack-files.ts';
import { terminalEnv } from './exec.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  return openShell(app, await roomName(app, options.stack as string | undefined), args[0] ?? '');
}

export async function openShell(app: App, stack: string, node: string): Promise<number> {
  const isTerminal = app.stdin.isTTY === true;
  const { argv, env } = await shellEntry(app, stack, node, isTerminal);
  if (!isTerminal) return runInteractive(argv, env);
  // A terminal of its own: a shell in another pid namespace takes the terminal's foreground and can't give it back to us.
  return runInteractive(['script', '-qec', quoteCommand(argv), '/dev/null'], { ...env, SHELL: '/bin/sh' });
}

/** The program that is the shell. @throws LabError STACK_NOT_UP, NOT_FOUND */
export async function shellEntry(
  app: App,
  stack: string,
  node: string,
  isTerminal: boolean,
): Promise<{ readonly argv: Argv; readonly env: Readonly<Record<string, string>> }> {
  const driver = await roomDriver(app, stack);
  // bash where there is one, for history and editing; its own start-up files belong to the host, so none is read.
  const script = 'cd; if command -v bash >/dev/null; then exec bash --noprofile --norc -i; else exec sh -i; fi';
  const prompt = { PS1: `[${stack}] root@${node}:\\w# ` };
  return driver.interactive(stack, node, ['sh', '-c', script], { env: { ...terminalEnv(app), ...prompt }, isTerminal });
}
