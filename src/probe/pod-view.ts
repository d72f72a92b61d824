// The network namespace of a pod, as a place where programs of its node run.

import { criContainers, sandboxOf } from './cri-view.ts';
import { type NetView, nodeName, podPrefix } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import type { ProbeContext } from './probe.ts';

/** In host mode that is the node itself. A pod that does not run, or not yet, is a view that doesn't exist. */
export async function podView(context: ProbeContext, reference: string): Promise<NetView> {
  const found = await findPod(context, reference);
  const pod = found === undefined ? undefined : podFacts(found);
  const executor = context.node(nodeName(context, pod?.node ?? ''));
  if (pod === undefined || pod.node === '') return { executor, netns: podPrefix + reference, exists: false };
  if (pod.hostNetwork) return { executor, netns: '', exists: true };
  const netns = sandboxOf(await criContainers(executor), pod)?.netns ?? '';
  return netns === '' ? { executor, netns: podPrefix + reference, exists: false } : { executor, netns, exists: true };
}
