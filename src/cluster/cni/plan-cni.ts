// The plan of the CNI that a stack file names.

import type { CniName, Topology } from '../../topology/topology.ts';
import { planBridge } from './bridge.ts';
import { planCalico } from './calico.ts';
import { type CniPlan, manifestPlan, type UpstreamManifest } from './cni-plan.ts';
import { planFlannel } from './flannel.ts';
import { planKubeRouter } from './kube-router.ts';
import { planWeave } from './weave.ts';

const planners: Partial<Record<CniName, (topology: Topology, upstream: UpstreamManifest) => CniPlan>> = {
  flannel: planFlannel,
  'kube-router': planKubeRouter,
  calico: planCalico,
  weave: planWeave,
};

/**
 * @param upstream the published manifest, for the CNIs that have one: those of `publishedManifests`
 * @throws LabError STACK_INVALID when it is not the file that podlab's changes were written for
 */
export function planCni(topology: Topology, upstream: UpstreamManifest | undefined): CniPlan {
  const { name } = topology.cni;
  if (name === 'none') return manifestPlan('', []);
  if (name === 'bridge') return planBridge(topology);
  if (upstream === undefined) throw new Error(`cni ${name} needs its manifest`);
  const planner = planners[name];
  if (planner === undefined) throw new Error(`no plan for cni ${name}`);
  return planner(topology, upstream);
}
