// A disk image in a pool.

import { CustomResource, type CustomResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { libvirtPackage, withVersion } from './registration.ts';

export interface VolumeArgs {
  /** Name of the file, unique in its pool. */
  readonly name?: Input<string>;
  readonly pool: Input<string>;
  /** Size that a machine sees. Not used where `create` says what is in it. */
  readonly capacity?: Input<number>;
  /** Such as `GiB`; bytes without it. */
  readonly capacityUnit?: Input<string>;
  readonly target?: Input<{ readonly format?: Input<Format> }>;
  /** What an overlay shows where it has nothing of its own. */
  readonly backingStore?: Input<{
    /** Absolute path on libvirt's machine. */
    readonly path: Input<string>;
    readonly format?: Input<Format>;
  }>;
  readonly create?: Input<{
    readonly content: Input<{
      /** URL, or absolute path on the machine that Pulumi runs on, whose content is sent to libvirt. */
      readonly url: Input<string>;
    }>;
  }>;
}

interface Format {
  /** `qcow2` or `raw`. */
  readonly type: Input<string>;
}

export class Volume extends CustomResource {
  declare readonly name: Output<string>;
  /** Absolute path on libvirt's machine. */
  declare readonly path: Output<string>;

  constructor(name: string, args: VolumeArgs, options?: CustomResourceOptions) {
    const props = { path: undefined, ...args };
    super('libvirt:index/volume:Volume', name, props, withVersion(options), false, libvirtPackage());
  }
}
