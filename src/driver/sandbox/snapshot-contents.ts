// What of a node's data a snapshot keeps, and what must be another on the node that it becomes.

import { etcdLogDir } from './snapshot-etcd-log.ts';

/** Directories of a node's data: its /etc, /var/lib, /opt and what it has put into /usr/lib. Logs tell of one run and stay there. */
const kept = ['etc', 'lib', 'opt', 'usr-lib'] as const;

/**
 * Left out, below a node's directory. Images come from the store; containers, their addresses and the kubelet's notes about
 * them are those of processes that will not be there: a kubelet that finds them spends a minute and a half on looking.
 */
const left = [
  'lib/containerd',
  'lib/cni',
  ...['pods', 'device-plugins', 'pod-resources', 'plugins_registry', 'checkpoints'].map(
    (name) => `lib/kubelet/${name}`,
  ),
  ...['cpu_manager', 'memory_manager', 'dra_manager'].map((name) => `lib/kubelet/${name}_state`),
  ...['allocated', 'actuated'].map((name) => `lib/kubelet/${name}_pods_state`),
  // Copied without its empty end.
  etcdLogDir,
];

/** Arguments of tar that say what goes into a snapshot; in the directory of the nodes' data. */
export function archiveArguments(nodes: readonly string[]): readonly string[] {
  return [
    // Overlays mark what they hide with attributes of their own.
    ...['--sparse', '--xattrs', '--xattrs-include=*', '--numeric-owner', '--one-file-system'],
    ...['--warning=no-file-ignored', '--anchored', '--no-wildcards'],
    ...nodes.flatMap((node) => left.map((path) => `--exclude=${node}/${path}`)),
    ...nodes.flatMap((node) => kept.map((name) => `${node}/${name}`)),
  ];
}

/** Arguments of tar that put it back; in the directory of the nodes' data. */
export const extractArguments = [
  '--xattrs',
  '--xattrs-include=*',
  '--numeric-owner',
  '--preserve-permissions',
] as const;

/** Files, below a node's directory, that name the control groups of a stack's nodes. */
export const filesWithCgroups = ['lib/kubelet/kubeadm-flags.env', 'etc/podlab/kubeadm.yaml'] as const;

/** Their text for another room: the path of a node's control group is all that a cluster knows of the room's name. */
export function withCgroup(text: string, from: string, to: string): string {
  // Whole paths only, so that the group of node1 is not found in that of node10.
  return text.replaceAll(/[^\s"'=]+/g, (word) => (word === from ? to : word));
}
