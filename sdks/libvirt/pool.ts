// A place for volumes.

import { CustomResource, type CustomResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { libvirtPackage, withVersion } from './registration.ts';

export interface PoolArgs {
  /** Unique in its libvirt; without it, the logical name and a random end. */
  readonly name?: Input<string>;
  /** `dir`: a directory of files. */
  readonly type: Input<string>;
  readonly target?: Input<{
    /** Absolute path on libvirt's machine; made when it is not there. */
    readonly path: Input<string>;
  }>;
  readonly destroy?: Input<{
    /** Whether the directory goes with the pool, and all that is in it. Without it, it goes. */
    readonly delete?: Input<boolean>;
  }>;
}

export class Pool extends CustomResource {
  declare readonly name: Output<string>;
  declare readonly uuid: Output<string>;

  constructor(name: string, args: PoolArgs, options?: CustomResourceOptions) {
    super('libvirt:index/pool:Pool', name, { uuid: undefined, ...args }, withVersion(options), false, libvirtPackage());
  }
}
