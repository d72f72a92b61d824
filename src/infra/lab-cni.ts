// The network of the pods, as objects of the cluster; what it needs on the nodes is in their first-boot documents.

import { type Provider, yaml } from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Resource } from '@pulumi/pulumi';
import type { CniPlan } from '../cluster/cni/cni-plan.ts';

export interface LabCniArgs {
  readonly cni: CniPlan;
  readonly provider: Provider;
  /** The machine that the cluster lives and dies with. */
  readonly deletedWith: Resource;
}

export class LabCni extends ComponentResource {
  constructor(name: string, { cni, provider, deletedWith }: LabCniArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabCni', name, {}, options);
    const group = (logical: string, text: string, after: readonly Resource[]) =>
      text === ''
        ? []
        : [
            new yaml.v2.ConfigGroup(
              logical,
              { yaml: text },
              { parent: this, provider, deletedWith, dependsOn: [...after] },
            ),
          ];
    const first = group(name, cni.manifests, []);
    // Objects of kinds that the first ones define.
    group(`${name}-settings`, cni.later, first);
    this.registerOutputs({});
  }
}
