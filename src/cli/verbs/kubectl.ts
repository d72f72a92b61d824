// podlab kubectl: kubectl on the node that has the cluster's kubeconfig, with this process's own standard streams.

import { runInteractive } from '../../host/run.ts';
import type { App } from '../app.ts';
import { clusterRoom } from '../cluster-room.ts';
import type { VerbInput } from '../command.ts';
import { streamsOf } from './exec.ts';

export async function run(app: App, { rest, options }: VerbInput): Promise<number> {
  const { stack, node, driver } = await clusterRoom(app, options.stack as string | undefined);
  const { argv, env } = await driver.interactive(stack, node, ['kubectl', ...rest], streamsOf(app));
  return runInteractive(argv, env);
}
