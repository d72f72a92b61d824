// What a cluster is made of: programs, container images, and a containerd store that holds them unpacked.

/** Images by the part they play; every cluster has them all. */
export const imageRoles = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'etcd',
  'coredns',
  'pause',
  'agnhost',
  'metrics-server',
  'box',
  'dds',
] as const;
export type ImageRole = (typeof imageRoles)[number];

export interface Toolchain {
  /** `v1.36.3` form; the stack file's version. */
  readonly version: string;
  /** Hash over every program and image in it; part of the key of snapshots. */
  readonly id: string;
  /** Absolute path of the directory that holds kubeadm, kubelet and kubectl; bound read-only into every node. */
  readonly bin: string;
  /** What kubeadm's `imageRepository` says; the control plane's images are named by it. */
  readonly imageRepository: string;
  /** Full references, such as `podlab.local/agnhost:2.63.0`. `box` is a small shell, `dds` has ddsperf. */
  readonly images: Readonly<Record<ImageRole, string>>;
  /** Where the parts come from, for people: role or program → `given`, `release`, `registry`, `modules` or `assembled`. */
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * A containerd root directory in which images are imported and unpacked for the overlayfs snapshotter. Nodes start from a copy:
 * its files may be hard links but for `*.db`, which containerd writes in place.
 */
export interface ImageStore {
  /** Absolute path; what becomes a node's /var/lib/containerd. */
  readonly dir: string;
  /** Hash over the images in it. */
  readonly id: string;
}
