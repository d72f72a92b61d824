// What a stack file has run on its cluster from the start.

import { type Provider, yaml } from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Resource } from '@pulumi/pulumi';
import type { Manifest } from '../cluster/workloads.ts';

export interface LabWorkloadsArgs {
  /** Applied in this order, each when the one before it runs. */
  readonly manifests: readonly Manifest[];
  readonly provider: Provider;
  /** The machine that the cluster lives and dies with. */
  readonly deletedWith: Resource;
}

export class LabWorkloads extends ComponentResource {
  constructor(name: string, args: LabWorkloadsArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabWorkloads', name, {}, options);
    const { provider, deletedWith } = args;
    let before: Resource[] = [];
    for (const { file, text } of args.manifests) {
      const group = new yaml.v2.ConfigGroup(
        file,
        { yaml: text },
        { parent: this, provider, deletedWith, dependsOn: before },
      );
      before = [group];
    }
    this.registerOutputs({});
  }
}
