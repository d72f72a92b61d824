// What minikube makes, and everything of a stack file that it can't: found here, and not by it an hour later.

import { parseCidr } from '../net/cidr.ts';
import { minikubeNodeName } from './minikube-names.ts';
import type { Path, Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import type { NetworkDraft } from './resolve-networks.ts';
import type { NodeDraft } from './resolve-nodes.ts';
import type { Cni, Kubernetes, Minikube, MinikubeDriver } from './topology.ts';

export interface MinikubeRoom {
  readonly stack: string;
  readonly networks: readonly NetworkDraft[];
  readonly nodes: readonly NodeDraft[];
  readonly kubernetes: Kubernetes;
  readonly cni: Cni;
}

/** minikube's start_flags.go: minUsableMem and minimumCPUS, in its words. */
const [leastMemoryMiB, leastCpus] = [1800, 2];

/** minikube's cni.DefaultPodCIDR: what its own plugins have, whatever they are told. */
const ownPodSubnet = '10.244.0.0/16';

export function resolveMinikube(raw: RawStack, room: MinikubeRoom, problems: Problems): Minikube | undefined {
  const written = raw.settings['podlab:minikube'];
  const at: Path = ['config', 'podlab:minikube'];
  const name = raw.settings['podlab:driver'] ?? 'sandbox';
  if (name !== 'minikube') {
    if (written !== undefined && !raw.isLeftOut(['config', 'podlab:driver'])) {
      const message = `podlab:minikube is not used, because the driver is ${name}`;
      problems.warning(at, message, 'Write podlab:driver: minikube, or remove podlab:minikube.', 'key');
    }
    return undefined;
  }
  const { driver = 'kvm2', runtime = 'containerd' } = written ?? {};
  if (!raw.isLeftOut([...at, 'driver'])) checkNetworks(room, driver, problems);
  checkNodes(raw, room, driver, problems);
  checkCluster(raw, room, problems);
  return { driver, runtime };
}

/** kvm2: a private network of its own on eth0 and one with a way out on eth1. docker: one bridge of Docker. */
function checkNetworks(
  { networks, nodes, kubernetes }: MinikubeRoom,
  driver: MinikubeDriver,
  problems: Problems,
): void {
  const wanted = driver === 'kvm2' ? (['isolated', 'nat'] as const) : (['nat'] as const);
  const words = driver === 'kvm2' ? 'one isolated network and one with mode nat' : 'one network, with mode nat';
  const base: Path = ['config', 'podlab:networks'];
  for (const [n, { name, mode, path }] of networks.entries()) {
    const isFirst = networks.findIndex((other) => other.mode === mode) === n;
    if (isFirst && wanted.some((one) => one === mode)) continue;
    const message = `network "${name}": minikube's driver ${driver} has ${words}`;
    problems.error(path, message, `Remove ${name}.`, 'key');
  }
  for (const mode of wanted) {
    if (networks.some((network) => network.mode === mode)) continue;
    problems.error(base, `there is no network with mode ${mode}: minikube's driver ${driver} has ${words}`, 'Add one.');
  }
  if (driver === 'docker') return;
  const [inner, outer] = wanted.map((mode) => networks.find((network) => network.mode === mode)?.name ?? '');
  for (const { name, nics, path } of nodes) {
    const own = nics.map(({ network }) => network);
    if (own[0] === inner && own[1] === outer) continue;
    const message = `node "${name}": minikube's driver kvm2 has the isolated network on eth0 and the other on eth1`;
    problems.error([...path, 'networks'], message, `Write networks: [${inner}, ${outer}].`);
  }
  if (kubernetes.advertise !== inner) {
    const message = `advertise: the API server of minikube is on the isolated network, "${inner}"`;
    problems.error(['config', 'podlab:kubernetes', 'advertise'], message, `Write advertise: ${inner}, or remove it.`);
  }
}

function checkNodes(raw: RawStack, room: MinikubeRoom, driver: MinikubeDriver, problems: Problems): void {
  const { stack, nodes, networks } = room;
  const [first] = nodes;
  const isList = Array.isArray(raw.settings['podlab:nodes']);
  for (const [n, node] of nodes.entries()) {
    const name = minikubeNodeName(stack, n);
    if (node.name !== name && (isList || n === 0)) {
      const message = `node name "${node.name}": minikube calls this node ${name}`;
      const hint = `Write name: ${name}, or podlab:nodes: { count: ${nodes.length} }.`;
      problems.error([...node.path, isList ? 'name' : 'prefix'], message, hint);
    }
    if (node.cpus !== 0 && (node.cpus < leastCpus || !Number.isInteger(node.cpus))) {
      const message = `node "${node.name}": minikube has ${leastCpus} CPUs or more, and whole ones, not ${node.cpus}`;
      problems.error([...node.path, 'cpus'], message, `Write cpus: ${Math.max(leastCpus, Math.ceil(node.cpus))}.`);
    }
    if (node.memoryMiB !== 0 && node.memoryMiB < leastMemoryMiB) {
      const message = `node "${node.name}": minikube refuses ${node.memoryMiB}MiB of memory`;
      problems.error([...node.path, 'memory'], message, `Write ${leastMemoryMiB}MiB or more.`);
    }
    for (const key of ['cpus', 'memoryMiB'] as const) {
      if (first === undefined || node[key] === first[key]) continue;
      const word = key === 'cpus' ? key : 'memory';
      const message = `node "${node.name}": all nodes of minikube have the same ${word}`;
      problems.error([...node.path, word], message, `Write the same ${word} at every node.`);
    }
    checkBinding(raw, node, networks, driver, problems);
  }
}

/** minikube draws MAC addresses; of addresses, those on the private network of kvm2 can be chosen. */
function checkBinding(
  raw: RawStack,
  { name, path }: NodeDraft,
  networks: readonly NetworkDraft[],
  driver: MinikubeDriver,
  problems: Problems,
): void {
  const list = raw.settings['podlab:nodes'];
  const written = Array.isArray(list) ? list[path.at(-1) as number]?.networks : undefined;
  for (const [n, nic] of (written ?? []).entries()) {
    if (typeof nic !== 'object') continue;
    const isOwn = driver === 'kvm2' && networks.find((network) => network.name === nic.network)?.mode === 'isolated';
    for (const key of ['mac', 'ip'] as const) {
      if (nic[key] === undefined || (key === 'ip' && isOwn)) continue;
      const message = `node "${name}" on "${nic.network}": minikube's driver ${driver} chooses the ${key} itself`;
      problems.error([...path, 'networks', n, key], message, `Remove ${key}.`, 'key');
    }
  }
}

function checkCluster(raw: RawStack, { cni, kubernetes, nodes }: MinikubeRoom, problems: Problems): void {
  const pods = parseCidr(kubernetes.podSubnet).cidr;
  if (cni.name === 'bridge') {
    if (nodes.length > 1) {
      const message = 'cni bridge: minikube has it for one node';
      problems.error(['config', 'podlab:cni', 'name'], message, 'Write name: flannel, calico or kube-router.');
    } else if (pods !== undefined && kubernetes.podSubnet !== ownPodSubnet) {
      const message = `podSubnet: minikube's cni bridge always has ${ownPodSubnet}`;
      const hint = `Write podSubnet: ${ownPodSubnet}, or podlab:cni: { name: flannel }.`;
      problems.error(['config', 'podlab:kubernetes', 'podSubnet'], message, hint);
    }
    if (cni.routes !== 'host-gw') {
      const message = `routes: minikube's cni bridge has no ${cni.routes}`;
      problems.error(['config', 'podlab:cni', 'routes'], message, 'Remove routes.');
    }
  }
  if (typeof cni.as === 'string') {
    const message = `as: driver minikube can not give nodes settings of their own, and ${cni.as} needs them`;
    problems.error(['config', 'podlab:cni', 'as'], message, 'Write a number such as 64512.');
  }
  for (const key of ['manifests', 'images'] as const) {
    if (raw.settings['podlab:workloads']?.[key] === undefined) continue;
    const message = `${key} are not used by driver minikube`;
    const hint = key === 'manifests' ? 'Apply them with podlab kubectl apply -f.' : 'Use minikube image load.';
    problems.warning(['config', 'podlab:workloads', key], message, hint, 'key');
  }
}
