// A virtual machine.

import { CustomResource, type CustomResourceOptions, type Input, type Output } from '@pulumi/pulumi';
import { libvirtPackage, withVersion } from './registration.ts';

export interface DomainArgs {
  /** Unique in its libvirt. */
  readonly name?: Input<string>;
  /** `kvm`, or `qemu` for emulation. */
  readonly type: Input<string>;
  /** For people. */
  readonly title?: Input<string>;
  readonly memory?: Input<number>;
  /** Such as `MiB`; KiB without it. */
  readonly memoryUnit?: Input<string>;
  /** Number of virtual CPUs. */
  readonly vcpu?: Input<number>;
  /** Whether it is started. Without it, it is only defined. */
  readonly running?: Input<boolean>;
  /** Whether it starts with libvirt. */
  readonly autostart?: Input<boolean>;
  /** `host-passthrough` under KVM, `maximum` in emulation. */
  readonly cpu?: Input<{ readonly mode?: Input<string> }>;
  readonly os?: Input<{
    /** `hvm`: a machine that does not know that it is virtual. */
    readonly type?: Input<string>;
    readonly typeArch?: Input<string>;
    readonly typeMachine?: Input<string>;
    readonly bootDevices?: Input<Input<{ dev: Input<string> }>[]>;
    /** Absolute path of a kernel that QEMU itself loads, with `initrd` and `cmdline`. */
    readonly kernel?: Input<string>;
    readonly initrd?: Input<string>;
    readonly cmdline?: Input<string>;
  }>;
  readonly features?: Input<{ readonly acpi?: Input<boolean>; readonly apic?: Input<object> }>;
  /** `utc` for what runs Linux. */
  readonly clock?: Input<{ readonly offset?: Input<string> }>;
  readonly onPoweroff?: Input<string>;
  readonly onReboot?: Input<string>;
  readonly onCrash?: Input<string>;
  readonly update?: Input<{ readonly shutdown?: Input<Shutdown> }>;
  readonly destroy?: Input<{ readonly graceful?: Input<boolean>; readonly shutdown?: Input<Shutdown> }>;
  readonly devices?: Input<{
    readonly disks?: Input<Input<Disk>[]>;
    readonly interfaces?: Input<Input<Interface>[]>;
    readonly serials?: Input<Input<Serial>[]>;
    readonly consoles?: Input<Input<{ readonly target?: Input<PortTarget> }>[]>;
    readonly rngs?: Input<Input<{ model?: Input<string>; backend?: Input<{ random?: Input<string> }> }>[]>;
    readonly memBalloon?: Input<{ readonly model: Input<string> }>;
    readonly videos?: Input<Input<{ readonly model?: Input<{ readonly type?: Input<string> }> }>[]>;
  }>;
}

interface Shutdown {
  /** Seconds that a machine has for it before it is stopped hard. */
  readonly timeout?: Input<number>;
}

interface Disk {
  /** `disk` or `cdrom`. */
  readonly device?: Input<string>;
  readonly readOnly?: Input<boolean>;
  /** Absolute path on libvirt's machine. */
  readonly source?: Input<{ readonly file?: Input<{ readonly file?: Input<string> }> }>;
  readonly target?: Input<{ readonly dev: Input<string>; readonly bus?: Input<string> }>;
  readonly driver?: Input<{
    readonly name?: Input<string>;
    readonly type?: Input<string>;
    readonly cache?: Input<string>;
    readonly discard?: Input<string>;
  }>;
}

interface Interface {
  readonly source?: Input<{ readonly network?: Input<{ readonly network?: Input<string> }> }>;
  readonly model?: Input<{ readonly type: Input<string> }>;
  /** In lower case, or it is taken for another one. */
  readonly mac?: Input<{ readonly address: Input<string> }>;
  /** Name of the tap device on the host, at most 15 bytes, not beginning with `vnet`. */
  readonly target?: Input<{ readonly dev: Input<string> }>;
}

interface Serial {
  /** Without it, a pseudo-terminal. */
  readonly source?: Input<{ readonly file?: Input<{ readonly path: Input<string>; readonly append?: Input<string> }> }>;
  readonly target?: Input<PortTarget>;
  /** A file on libvirt's machine that keeps what goes over the line. */
  readonly log?: Input<{ readonly file: Input<string>; readonly append?: Input<string> }>;
}

interface PortTarget {
  readonly type?: Input<string>;
  readonly port?: Input<number>;
}

export class Domain extends CustomResource {
  declare readonly name: Output<string>;
  /** What tells a machine from an earlier one of the same name; `id` is the text "missing ID". */
  declare readonly uuid: Output<string>;

  constructor(name: string, args: DomainArgs, options?: CustomResourceOptions) {
    const props = { uuid: undefined, ...args };
    super('libvirt:index/domain:Domain', name, props, withVersion(options), false, libvirtPackage());
  }
}
