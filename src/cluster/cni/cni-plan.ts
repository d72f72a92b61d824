// What a CNI needs on nodes and from the API, as data: a pure function of the topology and of upstream's manifest.

import type { Argv } from '../../host/host.ts';

/** A program to run on a node; shown by preview. */
export interface NodeCommand {
  readonly run: Argv;
  /** Its standard input; '' for none. */
  readonly input: string;
  /** Takes it back, when the other node that it leads to is gone. Not of what is the node's own. */
  readonly undo?: Argv;
}

export interface CniPlan {
  /** Files on a node before containerd starts: absolute path → text. */
  filesOn(node: string): ReadonlyMap<string, string>;
  /** Paths of those that name other nodes; the commands of a node have their daemon read them again. */
  readonly peerFiles: readonly string[];
  /** Run on a node after its network is there and before kubeadm, in this order; doing it again changes nothing. */
  commandsOn(node: string): readonly NodeCommand[];
  /** Applied when the API answers: YAML, several documents; '' when there are none. */
  readonly manifests: string;
  /** Applied after them, as soon as the API knows the kinds that they define; '' when there is nothing. */
  readonly later: string;
  /** Images that the manifests name, which must be in the nodes' stores. */
  readonly images: readonly string[];
}

/** A manifest that a project publishes, as text, with the name to show in errors. */
export interface UpstreamManifest {
  readonly name: string;
  readonly text: string;
}

/** A plan that is in the API alone, but for files. */
export function manifestPlan(
  manifests: string,
  images: readonly string[],
  filesOn: CniPlan['filesOn'] = () => new Map(),
): CniPlan {
  return { filesOn, peerFiles: [], commandsOn: () => [], manifests, later: '', images };
}
