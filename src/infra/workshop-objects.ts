// Objects of a workshop on a cluster as Pulumi resources: the same data that `podlab fleet up` applies.

import { apps, core, networking } from '@pulumi/kubernetes';
import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Resource,
} from '@pulumi/pulumi';
import type { KubernetesObject } from '../fleet/seat-plan.ts';

export interface WorkshopObjectsArgs {
  /** Made in this order. */
  readonly objects: readonly KubernetesObject[];
}

export class WorkshopObjects extends ComponentResource {
  constructor(name: string, { objects }: WorkshopObjectsArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:WorkshopObjects', name, {}, options);
    const made: Resource[] = [];
    for (const object of objects) {
      // A claim may wait for the pod that uses it: nothing waits for a claim.
      const dependsOn = made.filter((resource) => !(resource instanceof core.v1.PersistentVolumeClaim));
      made.push(resourceOf(object, { parent: this, dependsOn }));
    }
    this.registerOutputs({});
  }
}

/** Each knows the fields of its kind as types; the objects are data, which the API checks. */
type ObjectClass = new (name: string, args: never, options: CustomResourceOptions) => Resource;

const classes: Readonly<Record<string, ObjectClass>> = {
  Namespace: core.v1.Namespace,
  ConfigMap: core.v1.ConfigMap,
  PersistentVolumeClaim: core.v1.PersistentVolumeClaim,
  Service: core.v1.Service,
  Deployment: apps.v1.Deployment,
  Ingress: networking.v1.Ingress,
  NetworkPolicy: networking.v1.NetworkPolicy,
};

function resourceOf(object: KubernetesObject, options: CustomResourceOptions): Resource {
  const { kind } = object;
  const Class = classes[kind];
  if (Class === undefined) throw new Error(`no resource is known for kind ${kind}`);
  // One of each kind in a stack.
  return new Class(kind.toLowerCase(), object as never, options);
}
