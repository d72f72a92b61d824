// kube-router: its manifest with the room's AS number and MTU, and with its service proxy where the stack file wants it.

import type { Topology } from '../../topology/topology.ts';
import { type CniPlan, manifestPlan, type UpstreamManifest } from './cni-plan.ts';
import { objectOf, readManifest, renderManifest } from './manifest.ts';
import { apiServerEnv, changeJson, containerOf, pluginOf, setArgs, setEnv, settleImages } from './patch.ts';
import { publishedManifests } from './published.ts';

/** Its interface to other nodes needs no word: it takes that of the node's address, which podlab gives the kubelet. */
export function planKubeRouter(topology: Topology, upstream: UpstreamManifest): CniPlan {
  const { cni } = topology;
  const manifest = readManifest(upstream);
  const config = objectOf(manifest, 'ConfigMap', 'kube-router-cfg');
  changeJson(config, ['data', 'cni-conf.json'], (conf) => {
    const plugin = pluginOf(config, conf, 'bridge');
    plugin.mtu = cni.mtuBytes;
    // A pod that reaches itself through its own Service comes back through the port it left by.
    plugin.hairpinMode = true;
    return conf;
  });
  const agent = containerOf(objectOf(manifest, 'DaemonSet', 'kube-router'), 'kube-router');
  setEnv(agent, apiServerEnv(topology));
  setArgs(agent, {
    'run-service-proxy': `${cni.serviceProxy}`,
    'cluster-asn': `${cni.as}`,
    // Else it writes the MTU of the node's interface over that of the stack file.
    'auto-mtu': 'false',
  });
  const images = settleImages(manifest, cni.registry, publishedManifests['kube-router']?.version ?? '');
  return manifestPlan(renderManifest(manifest), images);
}
