// Calico: its manifest with the room's pod range, datapath, network and MTU; who talks BGP to whom follows when the API knows
// Calico's kinds.

import type { Topology } from '../../topology/topology.ts';
import { calicoBgp } from './calico-bgp.ts';
import { type CniPlan, manifestPlan, type UpstreamManifest } from './cni-plan.ts';
import { listAt, objectOf, type Part, readManifest, renderManifest, setText } from './manifest.ts';
import { apiServerEnv, containerOf, setEnv, settleImages } from './patch.ts';
import { publishedManifests } from './published.ts';

export function planCalico(topology: Topology, upstream: UpstreamManifest): CniPlan {
  const { kubernetes, cni, networks } = topology;
  const manifest = readManifest(upstream);
  const config = objectOf(manifest, 'ConfigMap', 'calico-config');
  const hasBird = cni.routes !== 'vxlan';
  setText(config, ['data', 'calico_backend'], hasBird ? 'bird' : 'vxlan');
  setText(config, ['data', 'veth_mtu'], `${cni.mtuBytes}`);
  const agent = containerOf(objectOf(manifest, 'DaemonSet', 'calico-node'), 'calico-node');
  setEnv(agent, {
    CALICO_IPV4POOL_CIDR: kubernetes.podSubnet,
    // One block for each node, as long as its pods fit.
    CALICO_IPV4POOL_BLOCK_SIZE: `${kubernetes.nodePrefix}`,
    CALICO_IPV4POOL_IPIP: cni.routes === 'ipip' ? 'Always' : 'Never',
    CALICO_IPV4POOL_VXLAN: cni.routes === 'vxlan' ? 'Always' : 'Never',
    IP_AUTODETECTION_METHOD: `cidr=${networks.find(({ name }) => name === kubernetes.advertise)?.cidr ?? ''}`,
  });
  if (!hasBird) withoutBird(agent);
  const images = settleImages(manifest, cni.registry, publishedManifests.calico?.version ?? '');
  const text = renderManifest(manifest, endpoint(topology));
  return { ...manifestPlan(text, images), later: cni.routes === 'bgp' ? calicoBgp(topology) : '' };
}

/** Its probes ask for BIRD, which does not run then. */
function withoutBird(agent: Part): void {
  for (const probe of ['livenessProbe', 'readinessProbe']) {
    const command = listAt(agent, [probe, 'exec', 'command']);
    command.items = command.items.filter((item) => !/^-bird-(live|ready)$/.test(String(item)));
  }
}

/** What all of Calico's containers read where the API server is, if it is there. */
function endpoint(topology: Topology): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubernetes-services-endpoint', namespace: 'kube-system' },
    data: apiServerEnv(topology),
  };
}
