// A cluster by minikube as Pulumi resources: the same commands that `podlab up` runs.

import { join } from 'node:path';
import { local } from '@pulumi/command';
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource, secret } from '@pulumi/pulumi';
import type { CniPlan } from '../cluster/cni/cni-plan.ts';
import { quoteCommand } from '../host/run.ts';
import type { Topology } from '../topology/topology.ts';
import { deleteArgv, profileOf, startArgv } from '../vm/minikube-argv.ts';
import { minikubeNetworkXml } from '../vm/minikube-network.ts';
import { libvirtNames } from './names.ts';

export interface LabMinikubeArgs {
  readonly topology: Topology;
  /** Where the kubeconfig and the manifest are kept: absolute, of this stack alone. */
  readonly directory: string;
  /** Undefined where minikube's own bridge, or nothing, is wanted. */
  readonly cni: CniPlan | undefined;
}

const virsh = ['virsh', '--connect', 'qemu:///system', '--quiet'] as const;

export class LabMinikube extends ComponentResource {
  /** The administrator's: a secret. */
  readonly kubeconfig: Output<string>;

  constructor(name: string, { topology, directory, cni }: LabMinikubeArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabMinikube', name, {}, options);
    const manifest = join(directory, 'minikube-cni.yaml');
    const kubeconfig = join(directory, 'minikube-kubeconfig.yaml');
    const network = privateNetwork(topology);
    /** Whatever differs makes it anew: nothing of this can be changed. */
    const command = (logical: string, args: CommandArgs, after: readonly Resource[]) =>
      new local.Command(
        logical,
        { update: 'true', triggers: [args.create, args.stdin ?? ''], addPreviousOutputInEnv: false, ...args },
        {
          parent: this,
          deleteBeforeReplace: true,
          dependsOn: [...after],
          customTimeouts: { create: '40m', delete: '10m' },
        },
      );
    const first: Resource[] = [];
    if (network.xml !== '') {
      const [define, start, stop, forget] = ['net-define', 'net-start', 'net-destroy', 'net-undefine'].map((verb) =>
        quoteCommand([...virsh, verb, verb === 'net-define' ? '/dev/stdin' : network.name]),
      );
      // minikube may have removed it with its last machine.
      const remove = `${stop} || true; ${forget} || true`;
      first.push(command('network', { create: `${define} && ${start}`, stdin: network.xml, delete: remove }, []));
    }
    if (cni !== undefined) {
      const write = quoteCommand(['install', '-D', '-m', '600', '/dev/stdin', manifest]);
      first.push(
        command('cni', { create: write, stdin: cni.manifests, delete: quoteCommand(['rm', '-f', manifest]) }, []),
      );
    }
    const place = { cniManifest: cni === undefined ? '' : manifest, privateNetwork: network.name };
    const environment = { KUBECONFIG: kubeconfig };
    const cluster = command(
      'minikube',
      {
        create: `${quoteCommand(['mkdir', '-p', '-m', '700', directory])} && ${quoteCommand(startArgv(topology, place))} >&2`,
        delete: `${quoteCommand(deleteArgv(topology))}; ${quoteCommand(['rm', '-f', kubeconfig])}`,
        // What it is made of besides its arguments.
        triggers: [startArgv(topology, place).join(' '), network.xml, cni?.manifests ?? ''],
        environment,
      },
      first,
    );
    const applied =
      cni === undefined || cni.later === ''
        ? []
        : [
            command(
              'cni-settings',
              {
                // The API learns of the kinds in the manifest a moment after it was applied.
                create: `text=$(cat); for n in $(seq 20); do printf '%s\\n' "$text" | ${applyArgv(topology)} -f - && exit; sleep 3; done; exit 1`,
                stdin: cni.later,
                environment,
              },
              [cluster],
            ),
          ];
    const read = command('kubeconfig', { create: quoteCommand(['cat', kubeconfig]), logging: local.Logging.None }, [
      cluster,
      ...applied,
    ]);
    this.kubeconfig = secret(read.stdout);
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }
}

type CommandArgs = ConstructorParameters<typeof local.Command>[1] & {
  readonly create: string;
  readonly stdin?: string;
};

/** '' for what Docker makes. */
function privateNetwork(topology: Topology): { readonly name: string; readonly xml: string } {
  const isolated = topology.networks.find(({ mode }) => mode === 'isolated');
  const names = libvirtNames(topology).networks.get(isolated?.name ?? '');
  if (topology.minikube?.driver !== 'kvm2' || names === undefined) return { name: '', xml: '' };
  return { name: names.name, xml: minikubeNetworkXml(topology, names) };
}

function applyArgv(topology: Topology): string {
  return quoteCommand(['minikube', 'kubectl', '--profile', profileOf(topology), '--', 'apply', '--server-side']);
}
