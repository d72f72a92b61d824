// Attaches podlab to a cluster that answers, and lets it go again.

import { LabError } from '../../error.ts';
import type { Reporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import { attachedApi, lookAtNode, nodeExecutor } from './attached-nodes.ts';
import { type AttachedRecord, writeAttached } from './attached-record.ts';
import { type AttachOptions, stackDir } from './attached-rooms.ts';
import { clusterFacts, type Difference, differences } from './cluster-facts.ts';
import { ensureDebugPods, removeDebugPods } from './debug-pods.ts';

/** @throws LabError STACK_INVALID when the cluster is not what the stack file says; and as API, pods and nodes answer */
export async function attach(
  place: Omit<AttachedRecord, 'version' | 'since' | 'env'>,
  options: AttachOptions,
  reporter: Reporter,
): Promise<void> {
  const { topology } = place;
  const { stack } = topology;
  const api = await attachedApi(place, options);
  const facts = await reporter.step(`asking the cluster of ${stack}`, () => clusterFacts(api));
  const found = differences(topology, facts);
  for (const { setting, says } of found.filter(({ matters }) => !matters)) reporter.warn(`${setting}: ${says}`);
  refuseDifferent(topology, place.file, found);
  // Known before the first pod is there, so that `down` finds them whatever happens.
  const bare: AttachedRecord = { ...place, version: 1, since: options.now(), env: {} };
  writeAttached(stackDir(options, stack), bare);
  const access = topology.existing?.access;
  if (access?.by === 'debug-pod') {
    const nodes = topology.nodes.map(({ name }) => name);
    const request = { stack, nodes, image: access.image, now: options.now, sleep: options.sleep };
    await reporter.step(`pods on ${nodes.length} nodes`, () => ensureDebugPods(api, request));
  }
  const looks = topology.nodes.map(async ({ name }) => {
    return [name, await lookAtNode(nodeExecutor(bare, name, options))] as const;
  });
  const env = Object.fromEntries(await reporter.step('looking at the nodes', () => Promise.all(looks)));
  const [first] = topology.nodes;
  if (first !== undefined && env[first.name]?.KUBECONFIG === undefined) {
    reporter.warn(`${first.name} has no administrator's kubeconfig: labs that run kubectl on it can't be done here`);
  }
  writeAttached(stackDir(options, stack), { ...bare, env });
}

/** Removes what attaching has made. The cluster may be gone by now: then there is nothing to remove. */
export async function letGo(record: AttachedRecord, options: AttachOptions, reporter: Reporter): Promise<void> {
  if (record.topology.existing?.access.by !== 'debug-pod') return;
  const { stack } = record.topology;
  try {
    const api = await attachedApi(record, options);
    await reporter.step(`letting ${stack} go`, () => removeDebugPods(api, stack));
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    reporter.warn(
      `the pods podlab-${stack}-… in kube-system could not be removed: ${error.message}. If the cluster is still there: kubectl --namespace kube-system delete pod --selector podlab/stack=${stack}`,
    );
  }
}

function refuseDifferent({ stack }: Topology, file: string, found: readonly Difference[]): void {
  const wrong = found.filter(({ matters }) => matters);
  if (wrong.length === 0) return;
  const lines = wrong.map(({ setting, says }) => `    ${setting}: ${says}`);
  throw new LabError('STACK_INVALID', `the cluster is not what ${file} says:\n${lines.join('\n')}`, {
    hint: `Correct the file of stack "${stack}"; docs/existing-clusters.md says what each setting stands for.`,
  });
}
