// A network of libvirt: a bridge, a server for addresses and names, and the rules that let packets out.

import { CustomResource, type CustomResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { libvirtPackage, withVersion } from './registration.ts';

export interface NetworkArgs {
  /** Unique in its libvirt. */
  readonly name?: Input<string>;
  /** Whether it starts with libvirt. */
  readonly autostart?: Input<boolean>;
  readonly bridge?: Input<{
    /** Name of the bridge's interface, at most 15 bytes; without it, libvirt takes the next free `virbr`. */
    readonly name?: Input<string>;
    /** `on` or `off`. */
    readonly stp?: Input<string>;
  }>;
  /** Without it the network is isolated. */
  readonly forward?: Input<{
    /** `nat`: what leaves has the host's address. */
    readonly mode?: Input<string>;
    readonly nat?: Input<{ readonly ports?: Input<Input<{ start: Input<number>; end: Input<number> }>[]> }>;
  }>;
  readonly mtu?: Input<{
    /** Bytes. */
    readonly size: Input<number>;
  }>;
  readonly dns?: Input<{
    /** `yes` or `no`. */
    readonly enable?: Input<string>;
  }>;
  readonly ips?: Input<
    Input<{
      /** The host's own address on the network. */
      readonly address?: Input<string>;
      /** Prefix length. */
      readonly prefix?: Input<number>;
      readonly dhcp?: Input<{
        /** Addresses for machines that nobody has reserved one for. */
        readonly ranges?: Input<Input<{ start: Input<string>; end: Input<string> }>[]>;
      }>;
    }>[]
  >;
}

export class Network extends CustomResource {
  declare readonly name: Output<string>;
  declare readonly uuid: Output<string>;

  constructor(name: string, args: NetworkArgs = {}, options?: CustomResourceOptions) {
    const props = { uuid: undefined, ...args };
    super('libvirt:index/network:Network', name, props, withVersion(options), false, libvirtPackage());
  }
}
