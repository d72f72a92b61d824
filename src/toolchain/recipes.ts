// What is in the images that podlab assembles.

import type { ProgramName } from './go-modules.ts';
import type { LayerEntry } from './layer.ts';
import type { ImageConfig } from './oci-archive.ts';
import type { ImageRole } from './toolchain.ts';

/** A part of an image that comes from Debian packages. */
export type DebianPart = 'busybox' | 'network' | 'dds' | 'pause';

/** Images that podlab can make: those of a cluster, and what some labs want beyond. */
export type RecipeName = ImageRole | 'box-large';

export interface Recipe {
  /** From Debian, below the program; each is a layer that images share. */
  readonly parts: readonly DebianPart[];
  /** A file that can't be compressed, for images of some size; in bytes. */
  readonly noiseBytes?: number;
  readonly program?: { readonly name: ProgramName; readonly at: string };
  readonly config: ImageConfig;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What kubeadm's manifests run is a name in PATH, or a path that upstream's image has. */
const inPath = (name: ProgramName): Recipe => ({
  parts: [],
  program: { name, at: `usr/local/bin/${name}` },
  config: { entrypoint: [`/usr/local/bin/${name}`], cmd: [], path },
});

const atRoot = (name: ProgramName, cmd: readonly string[] = []): Recipe => ({
  parts: [],
  program: { name, at: name },
  config: { entrypoint: [`/${name}`], cmd, path },
});

export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  'kube-apiserver': inPath('kube-apiserver'),
  'kube-controller-manager': inPath('kube-controller-manager'),
  'kube-scheduler': inPath('kube-scheduler'),
  'kube-proxy': { ...inPath('kube-proxy'), parts: ['busybox', 'network'] },
  etcd: inPath('etcd'),
  coredns: atRoot('coredns'),
  // catatonit as podman uses it: it waits for a signal and reaps children, which is all that upstream's pause does.
  pause: { parts: ['pause'], config: { entrypoint: ['/pause', '-P'], cmd: [], path } },
  agnhost: atRoot('agnhost', ['pause']),
  'metrics-server': atRoot('metrics-server'),
  'box-large': {
    parts: ['busybox'],
    noiseBytes: 200 * 1024 * 1024,
    config: { entrypoint: [], cmd: ['sh'], path },
  },
  box: { parts: ['busybox'], config: { entrypoint: [], cmd: ['sh'], path } },
  dds: { parts: ['busybox', 'dds'], config: { entrypoint: [], cmd: ['sh'], path } },
};

/** What programs expect of any root: names for user ids, an order of name services, a place for scratch files. */
export const baseEntries: readonly LayerEntry[] = [
  {
    type: 'text',
    path: 'etc/passwd',
    text: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  },
  { type: 'text', path: 'etc/group', text: 'root:x:0:\nnogroup:x:65534:\n' },
  { type: 'text', path: 'etc/nsswitch.conf', text: 'hosts: files dns\n' },
  { type: 'directory', path: 'root', mode: 0o700 },
  { type: 'directory', path: 'run' },
  { type: 'directory', path: 'tmp', mode: 0o1777 },
  { type: 'directory', path: 'var/run' },
];
