// kubeadm's configuration (v1beta4) as values: what `kubeadm init` and `kubeadm join` read.

import { stringify } from 'yaml';
import { type ClusterPlan, clusterAddressOf, controlPlaneOf } from './cluster-place.ts';
import { containerdSocket, discoveryKubeconfig, kubeadmPatches, podResolvConf, volumePluginDir } from './node-paths.ts';

type Document = Readonly<Record<string, unknown>>;

const kubeadmApi = 'kubeadm.k8s.io/v1beta4';

/** The documents that `kubeadm init` reads on the first node. */
export function initDocuments(place: ClusterPlan): string {
  return render([initConfiguration(place), clusterConfiguration(place), kubelet(place), kubeProxy(place)]);
}

/** Files of `kubeadmPatches`, name → text. */
export function kubeadmPatchFiles({ nodes: { patience } }: Pick<ClusterPlan, 'nodes'>): ReadonlyMap<string, string> {
  // Asked as soon as it starts and then every ten seconds, CoreDNS would be ready ten seconds after it is.
  const probe = { containers: [{ name: 'coredns', readinessProbe: { periodSeconds: patience } }] };
  const patches = new Map<string, object>([['corednsdeployment', { spec: { template: { spec: probe } } }]]);
  if (patience > 1) for (const pod of staticPods) patches.set(pod.name, seldomAsked(pod));
  return new Map(
    [...patches].map(([name, patch]) => [`${kubeadmPatches}/${name}+strategic.yaml`, stringify(patch)] as const),
  );
}

/** Those of kubeadm v1.36; the controller manager is never asked whether it is ready. */
const staticPods = [
  { name: 'etcd', isAskedReady: true },
  { name: 'kube-apiserver', isAskedReady: true },
  { name: 'kube-controller-manager', isAskedReady: false },
  { name: 'kube-scheduler', isAskedReady: true },
] as const;

/**
 * An answer that takes half a minute is no reason to start again from the beginning, which takes minutes. And kubeadm's own way to
 * ask whether they are ready, a TLS handshake every second, takes from an emulated processor what starting needs.
 */
function seldomAsked({ name, isAskedReady }: (typeof staticPods)[number]): Document {
  const livenessProbe = { periodSeconds: 60, timeoutSeconds: 60, failureThreshold: 10 };
  const readinessProbe = { periodSeconds: 20, timeoutSeconds: 60 };
  return { spec: { containers: [{ name, livenessProbe, ...(isAskedReady ? { readinessProbe } : {}) }] } };
}

/** The document that `kubeadm join` reads on a worker. */
export function joinDocument(place: ClusterPlan, node: string): string {
  return render([
    {
      apiVersion: kubeadmApi,
      kind: 'JoinConfiguration',
      // By file and not by token: the cluster's own `cluster-info` is signed only seconds after `init` has ended.
      discovery: { file: { kubeConfigPath: discoveryKubeconfig }, tlsBootstrapToken: place.bootstrapToken },
      nodeRegistration: nodeRegistration(place, node),
      timeouts: timeoutsOf(place),
    },
  ]);
}

/** Slow machines exist, and emulated ones take minutes for what takes seconds here. */
const withinMinutes = 6;

/** What has not come by then does not come; and whoever runs kubeadm there waits 25 minutes. */
const withinMinutesAtMost = 20;

function timeoutsOf({ nodes }: ClusterPlan): Document {
  const within = `${Math.min(withinMinutes * nodes.patience, withinMinutesAtMost)}m0s`;
  return {
    controlPlaneComponentHealthCheck: within,
    kubeletHealthCheck: within,
    tlsBootstrap: within,
    // From the kubelet's start to the first answer of the API server.
    kubernetesAPICall: within,
  };
}

function initConfiguration(place: ClusterPlan): Document {
  const { advertiseAddress, apiPort } = place.topology.kubernetes;
  return {
    apiVersion: kubeadmApi,
    kind: 'InitConfiguration',
    bootstrapTokens: [{ token: place.bootstrapToken, ttl: '24h0m0s' }],
    localAPIEndpoint: { advertiseAddress, bindPort: apiPort },
    nodeRegistration: nodeRegistration(place, controlPlaneOf(place.topology)),
    patches: { directory: kubeadmPatches },
    timeouts: timeoutsOf(place),
  };
}

function nodeRegistration(place: ClusterPlan, node: string): Document {
  const root = place.nodes.cgroupOf(node);
  return {
    name: node,
    criSocket: `unix://${containerdSocket}`,
    imagePullPolicy: 'IfNotPresent',
    // Labs count pods on nodes: none is special.
    taints: [],
    kubeletExtraArgs: [
      { name: 'node-ip', value: clusterAddressOf(place.topology, node) },
      // Differs from node to node, so it can't be in KubeletConfiguration, which they share.
      ...(root === '' ? [] : [{ name: 'cgroup-root', value: root }]),
    ],
  };
}

/** There is one control plane: without an election there is no waiting for the lease that nobody holds. */
const alone = { name: 'leader-elect', value: 'false' };

function clusterConfiguration({ topology, toolchain }: ClusterPlan): Document {
  const { kubernetes, nodes } = topology;
  const [first] = nodes;
  const addresses = first?.nics.map(({ ip }) => ip) ?? [];
  return {
    apiVersion: kubeadmApi,
    kind: 'ClusterConfiguration',
    kubernetesVersion: kubernetes.version,
    // Not the stack's: a cluster that starts from a snapshot may have been made under another one.
    clusterName: 'podlab',
    imageRepository: toolchain.imageRepository,
    // A fifth of the time that RSA keys take.
    encryptionAlgorithm: 'ECDSA-P256',
    networking: {
      podSubnet: kubernetes.podSubnet,
      serviceSubnet: kubernetes.serviceSubnet,
      dnsDomain: 'cluster.local',
    },
    apiServer: { certSANs: [...new Set([...addresses, controlPlaneOf(topology), 'localhost', '127.0.0.1'])] },
    controllerManager: {
      extraArgs: [
        { name: 'node-cidr-mask-size', value: `${kubernetes.nodePrefix}` },
        { name: 'flex-volume-plugin-dir', value: volumePluginDir },
        alone,
        // The default of 20 requests per second makes its forty controllers wait for each other for five seconds.
        { name: 'kube-api-qps', value: '200' },
        { name: 'kube-api-burst', value: '400' },
      ],
    },
    scheduler: { extraArgs: [alone] },
    etcd: {
      local: {
        ...imageOf(toolchain.images.etcd),
        dataDir: '/var/lib/etcd',
        // What a lab's etcd has not synced survives all but a crash of the machine, which the room does not survive either.
        extraArgs: [{ name: 'unsafe-no-fsync', value: 'true' }],
      },
    },
    dns: imageOf(toolchain.images.coredns),
    proxy: { disabled: kubernetes.proxyMode === 'none' },
  };
}

function kubelet(place: ClusterPlan): Document {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    cgroupDriver: place.nodes.cgroupDriver,
    failCgroupV1: false,
    failSwapOn: false,
    resolvConf: podResolvConf,
    volumePluginDir,
    // Images were put there for the workshop; a full disk of the machine must not take them away, nor evict pods.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
  };
}

function kubeProxy({ topology }: ClusterPlan): Document {
  const { proxyMode, podSubnet } = topology.kubernetes;
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: proxyMode === 'none' ? '' : proxyMode,
    clusterCIDR: podSubnet,
    // nf_conntrack_max belongs to the machine, not to a network namespace: kube-proxy must leave it alone.
    conntrack: { maxPerCore: 0, min: 0 },
  };
}

/** An image reference in kubeadm's two halves. */
function imageOf(reference: string): { readonly imageRepository: string; readonly imageTag: string } {
  const colon = reference.lastIndexOf(':');
  const repository = reference.slice(0, colon);
  return { imageRepository: repository.slice(0, repository.lastIndexOf('/')), imageTag: reference.slice(colon + 1) };
}

function render(documents: readonly Document[]): string {
  return documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n');
}
