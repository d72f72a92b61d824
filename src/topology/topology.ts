// The room as it will be: everything bound, nothing optional, nothing to look up again.

export const driverNames = ['sandbox', 'libvirt', 'minikube', 'existing'] as const;
export type DriverName = (typeof driverNames)[number];

export const engineNames = ['none', 'docker', 'kubernetes'] as const;
/** What runs on every node: nothing, a dockerd of its own, or containerd and a kubelet. */
export type EngineName = (typeof engineNames)[number];

export const networkModes = ['nat', 'isolated'] as const;
/** `nat`: a gateway that masquerades what leaves. `isolated`: no way out. The words are libvirt's. */
export type NetworkMode = (typeof networkModes)[number];

export const proxyModes = ['iptables', 'nftables', 'ipvs', 'none'] as const;
export type ProxyMode = (typeof proxyModes)[number];

export const cniNames = ['none', 'bridge', 'flannel', 'kube-router', 'calico', 'weave'] as const;
export type CniName = (typeof cniNames)[number];

export const asModels = ['per-node', 'per-rack'] as const;
/** How nodes are divided into autonomous systems where each does not have the same. */
export type AsModel = (typeof asModels)[number];

export const accessNames = ['debug-pod', 'ssh', 'docker', 'minikube'] as const;
/** How podlab gets onto the nodes of a cluster that it has not made. */
export type AccessName = (typeof accessNames)[number];

export const minikubeDrivers = ['kvm2', 'docker'] as const;
export type MinikubeDriver = (typeof minikubeDrivers)[number];

export const minikubeRuntimes = ['containerd', 'docker', 'cri-o'] as const;
export type MinikubeRuntime = (typeof minikubeRuntimes)[number];

export interface Topology {
  /** The stack's name: the middle of `Pulumi.<stack>.yaml`. */
  readonly stack: string;
  readonly driver: DriverName;
  readonly engine: EngineName;
  /** Whether the NAT networks reach the host's own network; needs root on the sandbox driver. */
  readonly uplink: boolean;
  /** In the order of the file. */
  readonly networks: readonly Network[];
  /** In the order of the file. */
  readonly nodes: readonly Node[];
  readonly outside: Outside;
  readonly kubernetes: Kubernetes;
  readonly cni: Cni;
  readonly workloads: Workloads;
  /** What virtual machines start from; undefined for the newest image that podlab has built. */
  readonly image: Image | undefined;
  /** For driver minikube; undefined for all others. */
  readonly minikube: Minikube | undefined;
  /** For driver existing; undefined for all others. */
  readonly existing: Existing | undefined;
}

/** Paths are as written: relative to the stack file. */
export type Image =
  | { readonly kind: 'built'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'download';
      readonly url: string;
      /** `sha256:` or `sha512:` and lower-case hexadecimal. */
      readonly checksum: string;
    };

export interface Minikube {
  readonly driver: MinikubeDriver;
  readonly runtime: MinikubeRuntime;
}

export interface Existing {
  /** As written: relative to the stack file, `~/` is the home directory. '' for the one that kubectl uses. */
  readonly kubeconfig: string;
  /** '' for the current one. */
  readonly context: string;
  readonly access: NodeAccess;
}

export type NodeAccess =
  | { readonly by: 'debug-pod'; readonly image: string }
  | {
      readonly by: 'ssh';
      readonly user: string;
      /** 0 for what ssh itself takes. */
      readonly port: number;
      /** As `kubeconfig`; '' for those that ssh itself tries. */
      readonly key: string;
      /** '' for none. */
      readonly jump: string;
    }
  | { readonly by: 'docker' }
  | { readonly by: 'minikube'; readonly profile: string };

export interface Network {
  readonly name: string;
  readonly mode: NetworkMode;
  /** Canonical IPv4 CIDR. */
  readonly cidr: string;
  /** The first address of the network; a NAT network's default route, and where the room answers on it. */
  readonly gateway: string;
  /** Name of the Linux bridge, at most 15 bytes. */
  readonly bridge: string;
  readonly mtuBytes: number;
}

export interface Node {
  /** An RFC 1123 label, lower case: the host name. */
  readonly name: string;
  readonly nics: readonly Nic[];
  /** The gateway of the node's first NAT network, or '' when the node is on isolated networks only. */
  readonly defaultGateway: string;
  /** Virtual CPUs; a limit on the sandbox, a size on libvirt. 0 means "whatever the machine has". */
  readonly cpus: number;
  /** 0 means "whatever the machine has". */
  readonly memoryMiB: number;
  /** Which nodes stand together, for BGP; '' when the file doesn't say. */
  readonly rack: string;
}

export interface Nic {
  /** The network's name. */
  readonly network: string;
  /** eth0, eth1, … in the order of the node's `networks`. */
  readonly iface: string;
  /** Lower case, colons. Computed ones start with 52:54:00, the prefix that QEMU and libvirt use. */
  readonly mac: string;
  /** Bare IPv4 address. */
  readonly ip: string;
  /** Prefix length of the network, so that `${ip}/${prefix}` is the interface's address. */
  readonly prefix: number;
  readonly mtuBytes: number;
  /** Name of the other end of the cable, the port on the network's bridge; at most 15 bytes, unique in the room. */
  readonly port: string;
  readonly impairment: Impairment;
}

/** What `tc netem` does to packets in each direction of a cable. All zero: nothing. */
export interface Impairment {
  readonly delayMs: number;
  readonly jitterMs: number;
  /** 0–100. */
  readonly lossPercent: number;
  /** Kilobits per second; 0 is unlimited. */
  readonly rateKbit: number;
}

/**
 * A host beyond the gateway that stands for "the internet", so that NAT can be seen without one.
 * Its network is TEST-NET-3 (RFC 5737), which nobody routes.
 */
export interface Outside {
  readonly cidr: string;
  readonly ip: string;
  /** The gateway's own address on that network: what masqueraded packets come from. */
  readonly gateway: string;
}

export interface Kubernetes {
  /** `v1.36.3` form. */
  readonly version: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** Prefix length of each node's share of podSubnet. */
  readonly nodePrefix: number;
  readonly proxyMode: ProxyMode;
  /** Name of the network whose addresses the API server and the kubelets use. */
  readonly advertise: string;
  /** The address of the first node that is on that network; '' when none is, which engine kubernetes refuses. */
  readonly advertiseAddress: string;
  readonly apiPort: number;
}

export interface Cni {
  readonly name: CniName;
  /** How pod packets cross nodes; which values are legal depends on `name`. '' is the plugin's default. */
  readonly routes: string;
  readonly mtuBytes: number;
  /** The AS number that all nodes share, or how they are divided; 0 where routes are not by BGP. */
  readonly as: number | AsModel;
  /** Whether the CNI does the work of kube-proxy too. */
  readonly serviceProxy: boolean;
  /** Path of the manifest, as written: relative to the stack file. '' for the pinned one. */
  readonly manifest: string;
  /** Where the manifest's images come from instead of where it says; '' for no change. */
  readonly registry: string;
}

/** What runs on the cluster from the start; paths are relative to the stack file, as written. */
export interface Workloads {
  readonly manifests: readonly string[];
  /** References, and paths of archives, which begin with `./`, `../` or `/`. */
  readonly images: readonly string[];
}

/** Names that a node may not have, because `podlab exec` reaches these two as well. */
export const reservedNodeNames = ['gateway', 'outside'] as const;
