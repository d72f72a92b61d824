// podlab shell: an interactive shell on a node, whose prompt says where it is.

import { quoteCommand, runInteractive } from '../../host/run.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomName } from '../stack-files.ts';
import { terminalEnv } from './exec.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  return openShell(app, await roomName(app, options.stack as string | undefined), args[0] ?? '');
}

export async function openShell(app: App, stack: string, node: string): Promise<number> {
  const driver = await app.driver('sandbox');
  // bash where there is one, for history and editing; its own start-up files belong to the host, so none is read.
  const script = 'cd; if command -v bash >/dev/null; then exec bash --noprofile --norc -i; else exec sh -i; fi';
  const entry = await driver.interactive(stack, node, ['sh', '-c', script]);
  const prompt = { PS1: `[${stack}] root@${node}:\\w# ` };
  const env = { ...entry.env, ...terminalEnv(app), ...prompt };
  if (app.stdin.isTTY !== true) return runInteractive(entry.argv, env);
  // A terminal of its own: a shell in another pid namespace takes the terminal's foreground and can't give it back to us.
  return runInteractive(['script', '-qec', quoteCommand(entry.argv), '/dev/null'], { ...env, SHELL: '/bin/sh' });
}
