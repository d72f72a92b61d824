// A disk for cloud-init (NoCloud), as a file on the machine that Pulumi runs on.

import { CustomResource, type CustomResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { libvirtPackage, withVersion } from './registration.ts';

export interface CloudinitDiskArgs {
  readonly name?: Input<string>;
  readonly userData: Input<string>;
  readonly metaData: Input<string>;
  readonly networkConfig?: Input<string>;
}

export class CloudinitDisk extends CustomResource {
  /** Absolute path of the file: below the temporary directory, named by its content. */
  declare readonly path: Output<string>;

  constructor(name: string, args: CloudinitDiskArgs, options?: CustomResourceOptions) {
    const props = { path: undefined, ...args };
    super('libvirt:index/cloudinitDisk:CloudinitDisk', name, props, withVersion(options), false, libvirtPackage());
  }
}
