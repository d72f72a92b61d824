// Hands a CNI's manifests to the API.

import { type ClusterPlace, controlPlaneOf } from '../cluster-place.ts';
import { apply } from '../kubectl.ts';
import { waitUntil } from '../wait-until.ts';
import type { CniPlan } from './cni-plan.ts';

/** The API takes a moment to know new kinds. */
const knownWithinMs = 30_000;

/** @throws LabError COMMAND_FAILED with what the API says, TIMEOUT */
export async function applyCni(place: ClusterPlace, cni: CniPlan, update: (seen: string) => void): Promise<void> {
  const controlPlane = place.node(controlPlaneOf(place.topology));
  await apply(controlPlane, cni.manifests);
  if (cni.later === '') return;
  // As somebody else: nodes keep what podlab wrote when it made them.
  const look = async () => ({ isDone: true, seen: await apply(controlPlane, cni.later, { owner: 'podlab-cni' }) });
  await waitUntil('the CNI has its settings', look, {
    withinMs: knownWithinMs,
    everyMs: 200,
    update,
    signal: place.signal,
  });
}
