// kubectl on the control plane's node: how the cluster is asked and told while it is being built.

import type { Executor, RunOptions } from '../host/host.ts';
import { adminKubeconfig } from './node-paths.ts';
import { runOnNode } from './run-on-node.ts';

const kubectl = ['kubectl', '--kubeconfig', adminKubeconfig, '--request-timeout', '10s'] as const;

/**
 * Applies documents; fields of others are taken over, so that doing it again repairs.
 *
 * @param owner of the fields: what the same owner wrote before and does not repeat is removed
 * @throws LabError COMMAND_FAILED
 */
export async function apply(
  controlPlane: Executor,
  manifests: string,
  options: RunOptions & { readonly owner?: string } = {},
): Promise<string> {
  const owner = ['--field-manager', options.owner ?? 'kubectl'];
  const argv = [...kubectl, 'apply', '--server-side', '--force-conflicts', ...owner, '-f', '-'] as const;
  return runOnNode(controlPlane, argv, { ...options, input: manifests });
}

/** GET of an API path, parsed. @throws LabError COMMAND_FAILED when the server does not answer or has no such thing */
export async function get<T>(controlPlane: Executor, path: string): Promise<T> {
  return JSON.parse(await runOnNode(controlPlane, [...kubectl, 'get', '--raw', path])) as T;
}

/** Deletes at once, without waiting for the nodes; what is not there is no error. */
export async function remove(controlPlane: Executor, ...what: readonly string[]): Promise<void> {
  await runOnNode(controlPlane, [
    ...kubectl,
    'delete',
    '--ignore-not-found',
    '--grace-period=0',
    '--force',
    '--wait=false',
    ...what,
  ]);
}

/** A `kubectl wait` or `kubectl rollout status`. @throws LabError COMMAND_FAILED, TIMEOUT */
export async function waitFor(controlPlane: Executor, words: readonly string[], withinSeconds: number): Promise<void> {
  // Without --request-timeout, which would end the watch.
  const argv = ['kubectl', '--kubeconfig', adminKubeconfig, ...words, `--timeout=${withinSeconds}s`] as const;
  await runOnNode(controlPlane, argv, { timeoutMs: (withinSeconds + 10) * 1000 });
}
