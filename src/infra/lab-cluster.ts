// A Kubernetes cluster of machines that have its documents: kubeadm init on the first, join on the others.

import { remote } from '@pulumi/command';
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource, secret } from '@pulumi/pulumi';
import { parse } from 'yaml';
import { discoveryKubeconfigOf, ignoredPreflight, kubeadmLogged } from '../cluster/kubeadm.ts';
import { adminKubeconfig, discoveryKubeconfig, kubeadmConfig, logOf, podlabEtc } from '../cluster/node-paths.ts';
import type { Topology } from '../topology/topology.ts';
import { connectionTo } from './connection.ts';
import type { LabNode } from './lab-node.ts';
import { networkUnit, workersFile } from './machine-files.ts';
import type { RoomSettings } from './room-settings.ts';

export interface LabClusterArgs {
  readonly topology: Topology;
  readonly settings: RoomSettings;
  /** In the topology's order, each with the address by which it is reached. */
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly machine: LabNode }[];
}

export class LabCluster extends ComponentResource {
  /** The administrator's kubeconfig, with the API server's address on the advertised network: a secret. */
  readonly kubeconfig: Output<string>;
  /** There when every node has joined. */
  readonly joined: readonly Resource[];

  constructor(name: string, args: LabClusterArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabCluster', name, {}, options);
    const { topology, settings, nodes } = args;
    const [first, ...workers] = nodes;
    if (first === undefined) throw new RangeError('a cluster has at least one node');
    const command = (node: typeof first, logical: string, create: string, more: object, after: readonly Resource[]) =>
      new remote.Command(
        logical,
        {
          connection: connectionTo(node.address, node.name, settings),
          create,
          triggers: [node.machine.domain.uuid],
          // The standard output has the kubeconfig.
          logging: remote.Logging.Stderr,
          addPreviousOutputInEnv: false,
          ...more,
        },
        {
          parent: this,
          dependsOn: [node.machine.ready, ...after],
          deletedWith: node.machine.domain,
          deleteBeforeReplace: true,
          additionalSecretOutputs: ['stdout'],
          customTimeouts: { create: '30m' },
        },
      );
    const init = command(first, `${first.name}-init`, initScript, {}, []);
    this.kubeconfig = secret(init.stdout);
    const discovery = this.kubeconfig.apply((text) => discoveryKubeconfigOf(topology, authorityOf(text)));
    const joins = workers.map((node) => command(node, `${node.name}-join`, joinScript, { stdin: discovery }, [init]));
    this.joined = [init, ...joins];
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }
}

function authorityOf(kubeconfig: string): string {
  const { clusters } = parse(kubeconfig) as { clusters: { cluster: Record<string, string> }[] };
  return clusters[0]?.cluster['certificate-authority-data'] ?? '';
}

// Pulumi runs a command again when it believes that something about it has changed: it must do no harm to a cluster.
const prepare = `set -eu
systemctl restart containerd
systemctl enable --quiet --now ${networkUnit}
systemctl enable --quiet kubelet
log=${logOf('kubeadm')}
ignored=${ignoredPreflight}
${kubeadmLogged('timeout 1500')}run() {
  kubeadm_logged "$@" --config ${kubeadmConfig} --ignore-preflight-errors "$ignored" || { tail -n 15 "$log" >&2; exit 1; }
}
`;

/** There when kubeadm has ended well: the files that it writes are there long before. */
const initialised = `${podlabEtc}/initialised`;

// kubeadm goes on with what a run that was cut off has left, when it is told that this is no fault.
const initScript = `${prepare}[ ! -e ${adminKubeconfig} ] || ignored=all
[ -e ${initialised} ] || { run init --skip-phases show-join-command; touch ${initialised}; }
[ ! -s ${workersFile} ] || kubectl --kubeconfig ${adminKubeconfig} apply --server-side -f ${workersFile} >/dev/null
cat ${adminKubeconfig}
`;

const joinScript = `${prepare}cat >${discoveryKubeconfig}
[ -e /etc/kubernetes/kubelet.conf ] || run join
`;
