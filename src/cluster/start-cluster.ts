// Nodes that run nothing → a cluster that is ready; or nodes with the files of an earlier one → the same cluster again.

import type { Reporter } from '../reporter.ts';
import { type AdminApi, openAdminApi } from './api/admin-api.ts';
import { waitForApiPort } from './api-port.ts';
import { checkName } from './check-pods.ts';
import { type ClusterPlace, controlPlaneOf, workersOf } from './cluster-place.ts';
import { applyCni } from './cni/apply-cni.ts';
import type { CniPlan } from './cni/cni-plan.ts';
import { checkDatapath } from './cni/datapath.ts';
import { startContainerd, startKubelet } from './daemons.ts';
import { initialise, joinWorkers } from './kubeadm.ts';
import { nodeFiles } from './node-files.ts';
import type { Phases } from './phases.ts';
import { waitUntilBack } from './pods-back.ts';
import { type ProxyRules, restoreProxyRules } from './proxy-rules.ts';
import { removeCheckPods, waitUntilReady } from './ready.ts';
import { runOnNode, writeFiles } from './run-on-node.ts';
import { applyWorkloads, type Manifest } from './workloads.ts';

export interface ClusterStart {
  readonly place: ClusterPlace;
  readonly cni: CniPlan;
  readonly phases: Phases;
  /** Tells this start from all others of the same cluster: lower-case letters and digits. */
  readonly run: string;
  readonly reporter: Reporter;
  /** Applied when the cluster is ready. */
  readonly workloads: readonly Manifest[];
}

/** @throws LabError COMMAND_FAILED, TIMEOUT: the message has the end of the log that says why */
export async function startCluster(start: ClusterStart): Promise<void> {
  const { place, cni, phases, reporter } = start;
  const step = <T>(name: string, title: string, work: (update: (seen: string) => void) => Promise<T>) =>
    phases.phase(name, () => reporter.step(title, work));
  const controlPlane = controlPlaneOf(place.topology);
  const workers = workersOf(place.topology);

  await step('containerd', 'starting containerd', async () => {
    await prepareNodes(start);
    await startKubelets(place, [controlPlane, ...workers]);
  });
  await step('init', `kubeadm init on ${controlPlane}`, () => initialise(place));
  if (workers.length > 0) {
    await step('join', `kubeadm join on ${workers.join(', ')}`, () => joinWorkers(place, workers));
  }
  if (cni.manifests !== '') {
    await step('cni', `applying ${place.topology.cni.name}`, (update) => applyCni(place, cni, update));
  }
  await proveReady(start);
  if (start.workloads.length > 0) {
    await step('workloads', 'starting the workloads', (update) => applyWorkloads(place, start.workloads, update));
  }
}

/** What a cluster was at the moment at which its files were copied. */
export interface EarlierCluster {
  readonly rules: ProxyRules;
  /** Pods that were ready: `namespace/name`. */
  readonly ready: readonly string[];
  /** Unix time in milliseconds. */
  readonly savedAt: number;
}

/** Starts a cluster whose files are all there: the kubelets find their configuration and start what they knew. */
export async function resumeCluster(start: ClusterStart, earlier: EarlierCluster): Promise<void> {
  const { phases, reporter, place } = start;
  const restore = (name: string) => restoreProxyRules(place, name, earlier.rules.get(name) ?? '');
  await phases.phase('containerd', () =>
    reporter.step('starting containerd', async () => {
      await Promise.all([prepareNodes(start), ...place.topology.nodes.map(({ name }) => restore(name))]);
    }),
  );
  const controlPlane = controlPlaneOf(place.topology);
  await phases.phase('api', () =>
    reporter.step('waiting for the API server', async () => {
      await startKubelets(place, [controlPlane]);
      await waitForApiPort(place);
    }),
  );
  // A kubelet that finds no API server asks again later and later.
  await startKubelets(place, workersOf(place.topology));
  // Services still lead to where pods were: only when these are back does an answer say something.
  await proveReady(start, (api, update) => waitUntilBack(place, api, earlier, { update, warn: reporter.warn }));
}

/** Waits until a cluster that is made is ready in the full meaning of the word, and looks at its datapath. */
export async function proveReady(
  { phases, reporter, place, run }: Pick<ClusterStart, 'phases' | 'reporter' | 'place' | 'run'>,
  settled?: (api: AdminApi, update: (seen: string) => void) => Promise<void>,
): Promise<void> {
  const api = await openAdminApi(place);
  await phases.phase('ready', () =>
    reporter.step('waiting for the cluster', (update) =>
      waitUntilReady(place, api, run, update, settled && (() => settled(api, update))),
    ),
  );
  const { skipped } = await phases.phase('datapath', () =>
    reporter.step('sending packets between pods', (update) =>
      checkDatapath(place, (node) => checkName(run, node), update),
    ),
  );
  for (const what of skipped) reporter.info(`not looked at: ${what}`);
  await phases.phase('tidy', () => reporter.step('taking the check pods away', () => removeCheckPods(place, api)));
}

async function startKubelets(place: ClusterPlace, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => startKubelet(place.node(name), place.nodes)));
}

async function prepareNodes({ place, cni }: ClusterStart): Promise<void> {
  await Promise.all(
    place.topology.nodes.map(async ({ name }) => {
      const node = place.node(name);
      await writeFiles(node, new Map([...nodeFiles(place, name), ...cni.filesOn(name)]));
      for (const { run, input } of cni.commandsOn(name)) await runOnNode(node, run, { input });
      await startContainerd(node, place.nodes);
    }),
  );
}
