// A connection to one libvirt.

import { type Input, ProviderResource, type ResourceOptions } from '@pulumi/pulumi';
import { libvirtPackage, withVersion } from './registration.ts';

export interface ProviderArgs {
  /** Which libvirt: `qemu:///system` for this machine, `qemu+ssh://USER@HOST/system` for another. */
  readonly uri?: Input<string>;
}

export class Provider extends ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, options?: ResourceOptions) {
    super('libvirt', name, { ...args }, withVersion(options), false, libvirtPackage());
  }
}
