// podlab exec: a command on a node, with this process's own standard streams.

import type { Streams } from '../../driver/driver.ts';
import { LabError } from '../../error.ts';
import { runInteractive } from '../../host/run.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { roomDriver } from '../drivers.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, rest, options }: VerbInput): Promise<number> {
  const [node = ''] = args;
  const [program, ...words] = rest;
  if (program === undefined) {
    throw new LabError('USAGE', 'there is no command to run', {
      hint: `Put it behind "--": podlab exec ${node} -- ip address`,
    });
  }
  const stack = await roomName(app, options.stack as string | undefined);
  const driver = await roomDriver(app, stack);
  if (options.json === true) {
    const result = await (await driver.executor(stack, node)).run([program, ...words]);
    app.answer(true, { node, ...result }, () => '');
    return result.exitCode;
  }
  const { argv, env } = await driver.interactive(stack, node, [program, ...words], streamsOf(app));
  return runInteractive(argv, env);
}

/** This process's own streams, for a command on a node. */
export function streamsOf(app: Pick<App, 'env' | 'stdin'>): Streams {
  return { env: terminalEnv(app), isTerminal: app.stdin.isTTY === true };
}

/** What a program needs to know of the terminal that it is given. */
export function terminalEnv({ env }: Pick<App, 'env'>): Readonly<Record<string, string>> {
  const names = ['TERM', 'COLORTERM', 'NO_COLOR'] as const;
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
