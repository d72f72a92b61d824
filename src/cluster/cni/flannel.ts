// Flannel: its manifest with the room's pod range, backend and network. Nodes get the blocks that podlab gave them.

import type { Topology } from '../../topology/topology.ts';
import { type CniPlan, manifestPlan, type UpstreamManifest } from './cni-plan.ts';
import { objectOf, readManifest, renderManifest } from './manifest.ts';
import { apiServerEnv, changeJson, containerOf, pluginOf, setArgs, setEnv, settleImages } from './patch.ts';
import { publishedManifests } from './published.ts';

export function planFlannel(topology: Topology, upstream: UpstreamManifest): CniPlan {
  const { kubernetes, cni, networks } = topology;
  const manifest = readManifest(upstream);
  const config = objectOf(manifest, 'ConfigMap', 'kube-flannel-cfg');
  changeJson(config, ['data', 'net-conf.json'], (net) => ({
    ...net,
    Network: kubernetes.podSubnet,
    Backend: { Type: cni.routes },
  }));
  // Flannel's plugin gives pods the MTU of its device, unless the file says another.
  changeJson(config, ['data', 'cni-conf.json'], (conf) => {
    const plugin = pluginOf(config, conf, 'flannel');
    plugin.delegate = { ...(plugin.delegate as object | undefined), mtu: cni.mtuBytes };
    return conf;
  });
  const agent = containerOf(objectOf(manifest, 'DaemonSet', 'kube-flannel-ds'), 'kube-flannel');
  setEnv(agent, apiServerEnv(topology));
  const gateway = networks.find(({ name }) => name === kubernetes.advertise)?.gateway ?? '';
  setArgs(agent, { 'iface-can-reach': gateway });
  const images = settleImages(manifest, cni.registry, publishedManifests.flannel?.version ?? '');
  return manifestPlan(renderManifest(manifest), images);
}
