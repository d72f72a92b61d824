// Weave Net: its manifest with the room's pod range and MTU. It hands out addresses by itself, without blocks for nodes.

import type { Topology } from '../../topology/topology.ts';
import { type CniPlan, manifestPlan, type UpstreamManifest } from './cni-plan.ts';
import { objectOf, readManifest, renderManifest } from './manifest.ts';
import { apiServerEnv, containerOf, setEnv, settleImages } from './patch.ts';
import { publishedManifests } from './published.ts';

export function planWeave(topology: Topology, upstream: UpstreamManifest): CniPlan {
  const { kubernetes, cni } = topology;
  const manifest = readManifest(upstream);
  const workload = objectOf(manifest, 'DaemonSet', 'weave-net');
  setEnv(containerOf(workload, 'weave'), {
    ...apiServerEnv(topology),
    IPALLOC_RANGE: kubernetes.podSubnet,
    WEAVE_MTU: `${cni.mtuBytes}`,
    // Without it, Weave takes the kernel's datapath where there is one.
    ...(cni.routes === 'sleeve' ? { WEAVE_NO_FASTDP: '1' } : {}),
  });
  setEnv(containerOf(workload, 'weave-npc'), apiServerEnv(topology));
  // Its images are tagged 2.8.1, its sources v2.8.1.
  const tag = publishedManifests.weave?.version.slice(1) ?? '';
  const images = settleImages(manifest, cni.registry, tag);
  return manifestPlan(renderManifest(manifest), images);
}
