// The administrator's kubeconfig of a room's cluster.

import { adminKubeconfig } from '../cluster/node-paths.ts';
import type { Driver } from '../driver/driver.ts';
import { LabError } from '../error.ts';

/**
 * The one that the driver knows; else what kubeadm left on the first node.
 *
 * @throws LabError STACK_NOT_UP
 */
export async function kubeconfigOf(driver: Driver, stack: string, node: string): Promise<string> {
  if (driver.kubeconfig !== undefined) return driver.kubeconfig(stack);
  const executor = await driver.executor(stack, node);
  const { exitCode, stdout, stderr } = await executor.run(['cat', adminKubeconfig]);
  if (exitCode === 0) return stdout;
  throw new LabError('STACK_NOT_UP', `node "${node}" of stack "${stack}" has no kubeconfig: ${stderr.trim()}`, {
    hint: `Run "podlab reset ${stack}" to build the cluster anew.`,
  });
}
