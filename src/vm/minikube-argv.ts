// The command lines of minikube for a room; pure. Flags and what they do: cmd/minikube/cmd/start_flags.go of minikube 1.38.

import type { Argv } from '../host/host.ts';
import type { Node, Topology } from '../topology/topology.ts';

/** The oldest whose flags were compared with these. */
export const oldestMinikube = '1.36.0';

export interface MinikubePlace {
  /** Absolute path of the manifest of the CNI; '' when minikube's own bridge or nothing is wanted. */
  readonly cniManifest: string;
  /** What the private network of kvm2 is called in libvirt. */
  readonly privateNetwork: string;
}

/** minikube's name of the cluster: each participant's stack has one of its own. */
export function profileOf({ stack }: Topology): string {
  return stack;
}

/** @throws RangeError for a topology of another driver */
export function startArgv(topology: Topology, place: MinikubePlace): Argv {
  const { minikube, nodes, kubernetes, cni } = topology;
  const [first] = nodes;
  if (minikube === undefined || first === undefined) throw new RangeError('not a room of minikube');
  const { version, serviceSubnet, podSubnet, nodePrefix, proxyMode, apiPort } = kubernetes;
  return [
    'minikube',
    'start',
    ...['--profile', profileOf(topology)],
    ...['--driver', minikube.driver],
    ...networkFlags(topology, place),
    ...['--nodes', `${nodes.length}`],
    ...(first.cpus === 0 ? [] : ['--cpus', `${first.cpus}`]),
    ...(first.memoryMiB === 0 ? [] : ['--memory', `${first.memoryMiB}m`]),
    ...['--kubernetes-version', version],
    ...['--container-runtime', minikube.runtime],
    ...['--service-cluster-ip-range', serviceSubnet],
    // Of all that may take it, kubeadm and kube-proxy do; the CNI has it in its manifest.
    ...['--extra-config', `kubeadm.pod-network-cidr=${podSubnet}`],
    ...(nodePrefix === 24 ? [] : ['--extra-config', `controller-manager.node-cidr-mask-size=${nodePrefix}`]),
    ...proxyFlags(proxyMode),
    ...['--apiserver-port', `${apiPort}`],
    // Names in the API server's certificate; it listens on the address of the private network.
    ...['--apiserver-ips', first.nics.map(({ ip }) => ip).join(',')],
    ...['--cni', cni.name === 'none' ? 'false' : cni.name === 'bridge' ? 'bridge' : place.cniManifest],
    '--embed-certs',
    '--interactive=false',
    ...['--wait', waitFor(topology)],
  ];
}

/** Without a CNI no node becomes Ready; without kube-proxy minikube would wait for it in vain. */
function waitFor({ cni, kubernetes }: Topology): string {
  if (cni.name === 'none') return 'apiserver';
  return kubernetes.proxyMode === 'none' ? 'apiserver,default_sa,kubelet,node_ready' : 'all';
}

function networkFlags({ networks, minikube }: Topology, { privateNetwork }: MinikubePlace): readonly string[] {
  const nat = networks.find(({ mode }) => mode === 'nat');
  if (minikube?.driver === 'docker') return ['--subnet', nat?.cidr ?? ''];
  return ['--kvm-network', nat?.name ?? '', '--network', privateNetwork];
}

function proxyFlags(mode: Topology['kubernetes']['proxyMode']): readonly string[] {
  return mode === 'none'
    ? ['--extra-config', 'kubeadm.skip-phases=addon/kube-proxy']
    : ['--extra-config', `kube-proxy.mode=${mode}`];
}

/** Also of what a start that was broken off has left. */
export function deleteArgv(topology: Pick<Topology, 'stack'>): Argv {
  return ['minikube', 'delete', '--profile', topology.stack];
}

export function statusArgv(topology: Pick<Topology, 'stack'>): Argv {
  return ['minikube', 'status', '--profile', topology.stack, '--output', 'json'];
}

export function ipArgv(topology: Pick<Topology, 'stack'>, node: Pick<Node, 'name'>): Argv {
  return ['minikube', 'ip', '--profile', topology.stack, '--node', node.name];
}

export const versionArgv: Argv = ['minikube', 'version', '--short'];

/** Whether `minikube version --short` says that it is new enough; undefined when it says something else. */
export function isNewEnough(answer: string): boolean | undefined {
  const numbers = (text: string) => /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1, 4).map(Number);
  const [is, wanted] = [numbers(answer), numbers(oldestMinikube)];
  if (is === undefined || wanted === undefined) return undefined;
  const at = is.findIndex((number, n) => number !== wanted[n]);
  return at < 0 || (is[at] ?? 0) > (wanted[at] ?? 0);
}
