// What a node needs before its daemons start, as path → text.

import type { ClusterPlan } from './cluster-place.ts';
import { cniBinDir, cniConfDir, containerdConfig, containerdSocket, podResolvConf } from './node-paths.ts';

/**
 * @param nameServers lines for the resolv.conf of pods that use the node's; must name a server, or CoreDNS does not start
 */
export function nodeFiles(place: ClusterPlan, node: string): ReadonlyMap<string, string> {
  return new Map([
    [containerdConfig, containerdToml(place)],
    [podResolvConf, resolvConf(place, node)],
  ]);
}

// Version 2 of the format is read by containerd 1.6 and, by migration, by all later ones.
function containerdToml({ toolchain, nodes }: ClusterPlan): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0

[grpc]
  address = "${containerdSocket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${toolchain.images.pause}"
  # Machines without CAP_SYS_RESOURCE refuse lower scores, and runc then dies without a word.
  restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${cniBinDir}"
  conf_dir = "${cniConfDir}"

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = ${nodes.cgroupDriver === 'systemd'}
`;
}

/**
 * Pods that use the node's name servers get the node's gateway: where nobody answers there, a look-up of a name outside the
 * cluster fails at once. CoreDNS refuses to start without any.
 */
function resolvConf({ topology }: ClusterPlan, name: string): string {
  const node = topology.nodes.find((one) => one.name === name);
  const network = topology.networks.find((one) => one.name === node?.nics[0]?.network);
  return `nameserver ${node?.defaultGateway || network?.gateway || '127.0.0.1'}\noptions timeout:1 attempts:1\n`;
}
