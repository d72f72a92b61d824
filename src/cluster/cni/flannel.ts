// Flannel: its manifest with the room's pod range, backend and network. Nodes get the blocks that podlab gave them.

import { cidrOf, nthAddress } from '../../net/cidr.ts';
import { formatIp } from '../../net/ipv4.ts';
import type { Topology } from '../../topology/topology.ts';
import { podCidrOf } from '../pod-cidr.ts';
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
  return manifestPlan(renderManifest(manifest), images, (node) => subnetFile(topology, node));
}

/**
 * What the agent will write: its plugin is there before it, and pods that come in between fail and wait ten seconds for
 * their next try.
 */
function subnetFile(topology: Topology, node: string): ReadonlyMap<string, string> {
  const { kubernetes, cni } = topology;
  const block = cidrOf(podCidrOf(topology, node));
  const text = `FLANNEL_NETWORK=${kubernetes.podSubnet}
FLANNEL_SUBNET=${formatIp(nthAddress(block, 1))}/${block.prefix}
FLANNEL_MTU=${cni.mtuBytes}
FLANNEL_IPMASQ=true
`;
  return new Map([['/run/flannel/subnet.env', text]]);
}
