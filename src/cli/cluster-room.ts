// Finds the room with a cluster that a verb means.

import type { Driver } from '../driver/driver.ts';
import { LabError } from '../error.ts';
import type { App } from './app.ts';
import { roomDriver } from './drivers.ts';
import { roomName } from './stack-files.ts';

export interface ClusterRoom {
  readonly stack: string;
  /** The first node, which kubeadm initialised: it has the administrator's kubeconfig. */
  readonly node: string;
  readonly driver: Driver;
}

/** @throws LabError STACK_NOT_UP, USAGE when there are several rooms or the one that is meant has no cluster */
export async function clusterRoom(app: App, given: string | undefined): Promise<ClusterRoom> {
  const stack = await roomName(app, given);
  const driver = await roomDriver(app, stack);
  const { engine, nodes, state } = await driver.status(stack);
  if (state === 'down') {
    throw new LabError('STACK_NOT_UP', `stack "${stack}" is not up`, { hint: `Run "podlab up ${stack}".` });
  }
  const [first] = nodes;
  if (engine !== 'kubernetes' || first === undefined) {
    throw new LabError('USAGE', `stack "${stack}" has no cluster: its engine is ${engine}`, {
      hint: 'Name one that has: podlab list shows what is up.',
    });
  }
  return { stack, node: first.name, driver };
}
