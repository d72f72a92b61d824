// The manifests that projects publish: which version podlab knows, where it is, and what it must look like.

import type { CniName } from '../../topology/topology.ts';

export interface PublishedManifest {
  readonly version: string;
  /** Path of the file in its project's repository, at the version's tag: owner/name/tag/path. */
  readonly path: string;
  /** Of the whole file. */
  readonly sha256: string;
}

/** docs/verified.md says how the checksums were computed. */
export const publishedManifests: Partial<Record<CniName, PublishedManifest>> = {
  flannel: {
    version: 'v0.28.9',
    path: 'flannel-io/flannel/v0.28.9/Documentation/kube-flannel.yml',
    sha256: 'e875824be2f552b45711dbda91af81b17eb961d00025d914d9fef18fad8f09c0',
  },
  'kube-router': {
    version: 'v2.11.1',
    path: 'cloudnativelabs/kube-router/v2.11.1/daemonset/kubeadm-kuberouter.yaml',
    sha256: '847b9b7a47c31d8e10149f5b4d94c78ea214d1c1d70df1640744ae21b0b9121a',
  },
  calico: {
    version: 'v3.32.1',
    path: 'projectcalico/calico/v3.32.1/manifests/calico.yaml',
    sha256: 'a1df919d9721cf667accdc3e72848911b0cb25cfab7d2478ad0c996302c95744',
  },
  weave: {
    version: 'v2.8.1',
    path: 'weaveworks/weave/v2.8.1/prog/weave-kube/weave-daemonset-k8s-1.11.yaml',
    sha256: 'a2410c91152fdead60084a750d5041749e95350c038a9832e7dff71f85b52c9c',
  },
};
