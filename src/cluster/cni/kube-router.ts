// kube-router: its manifest with the room's AS number and MTU, and with its service proxy where the stack file wants it.

import type { Topology } from '../../topology/topology.ts';
import { cniConfDir } from '../node-paths.ts';
import { podCidrOf } from '../pod-cidr.ts';
import { type CniPlan, manifestPlan, type UpstreamManifest } from './cni-plan.ts';
import { objectOf, readManifest, renderManifest, textAt } from './manifest.ts';
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
    // It passes over nodes that have no address yet, as those that podlab made before their kubelets came, until it looks
    // again: by default after five minutes.
    'routes-sync-period': '5s',
  });
  const images = settleImages(manifest, cni.registry, publishedManifests['kube-router']?.version ?? '');
  const conf = textAt(config, ['data', 'cni-conf.json']);
  return manifestPlan(renderManifest(manifest), images, (node) => configFile(conf, podCidrOf(topology, node)));
}

/**
 * What the agent will make of its ConfigMap: it leaves a file alone that has the node's block already, and pods that come
 * before it has written the block fail and wait ten seconds for their next try.
 */
function configFile(conf: string, subnet: string): ReadonlyMap<string, string> {
  const data = JSON.parse(conf) as { plugins: readonly { type: string; ipam?: object }[] };
  const plugins = data.plugins.map((plugin) =>
    plugin.type === 'bridge' ? { ...plugin, ipam: { ...plugin.ipam, ranges: [[{ subnet }]] } } : plugin,
  );
  return new Map([[`${cniConfDir}/10-kuberouter.conflist`, `${JSON.stringify({ ...data, plugins }, undefined, 2)}\n`]]);
}
