// A Kubernetes cluster of machines that have its documents: kubeadm init on the first, join on the others.

import { remote } from '@pulumi/command';
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource, secret } from '@pulumi/pulumi';
import { parse } from 'yaml';
import { discoveryKubeconfigOf, nodeObjects } from '../cluster/kubeadm.ts';
import type { Topology } from '../topology/topology.ts';
import { describeApiScript, initScript, joinScript, registerScript, unregisterScript } from './cluster-scripts.ts';
import { connectionTo } from './connection.ts';
import type { LabNode } from './lab-node.ts';
import type { RoomSettings } from './room-settings.ts';

export interface LabClusterArgs {
  readonly topology: Topology;
  readonly settings: RoomSettings;
  /** In the topology's order, each with the address by which it is reached. */
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly machine: LabNode }[];
  /** Whether Pulumi makes objects in it. */
  readonly hasObjects: boolean;
}

export class LabCluster extends ComponentResource {
  /** The administrator's kubeconfig, with the API server's address on the advertised network: a secret. */
  readonly kubeconfig: Output<string>;
  /** There when every node has joined, and the API server has described its API to whoever makes objects. */
  readonly ready: readonly Resource[];

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
          dependsOn: [node.machine.ready, node.machine.peers, ...after],
          deletedWith: node.machine.domain,
          deleteBeforeReplace: true,
          additionalSecretOutputs: ['stdout'],
          customTimeouts: { create: '30m' },
        },
      );
    const init = command(first, `${first.name}-init`, initScript, {}, []);
    this.kubeconfig = secret(init.stdout);
    const discovery = this.kubeconfig.apply((text) => discoveryKubeconfigOf(topology, authorityOf(text)));
    const joins = workers.map((node) => {
      const { ready, domain } = node.machine;
      // On the first node, and before the machine itself goes: its pods move while it can still end them.
      const register = command(
        first,
        `${node.name}-register`,
        registerScript(settings.keys.bootstrapToken),
        {
          stdin: nodeObjects(topology, [node.name]),
          delete: unregisterScript(node.name),
          triggers: [first.machine.domain.uuid, domain.uuid],
        },
        [init, ready],
      );
      return command(node, `${node.name}-join`, joinScript, { stdin: discovery }, [init, register]);
    });
    const described = args.hasObjects ? [command(first, `${first.name}-api`, describeApiScript, {}, [init])] : [];
    this.ready = [init, ...joins, ...described];
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }
}

function authorityOf(kubeconfig: string): string {
  const { clusters } = parse(kubeconfig) as { clusters: { cluster: Record<string, string> }[] };
  return clusters[0]?.cluster['certificate-authority-data'] ?? '';
}
