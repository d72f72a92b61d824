// Where the disks of a room are, and the image that they are overlays of.

import { Pool, Volume } from '@pulumi/libvirt';
import { ComponentResource, type ComponentResourceOptions, type Input, type Output, output } from '@pulumi/pulumi';
import type { LibvirtNames } from './names.ts';
import { replaced } from './replace-options.ts';
import type { MachineImage } from './room-settings.ts';

export interface LabImageArgs {
  readonly names: LibvirtNames;
  readonly image: MachineImage;
  /** Directory on libvirt's machine for the room's disks. */
  readonly poolDirectory: string;
}

export class LabImage extends ComponentResource {
  readonly pool: Pool;
  /** Absolute path on libvirt's machine of the disk that overlays are made of. */
  readonly disk: Output<string>;
  /** Paths on libvirt's machine; undefined for a disk that has a boot loader. */
  readonly boot:
    | { readonly kernel: Output<string>; readonly initrd: Output<string>; readonly cmdline: string }
    | undefined;
  /** What was made of it; an overlay stands on these. */
  readonly volumes: readonly Volume[];

  constructor(name: string, { names, image, poolDirectory }: LabImageArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabImage', name, {}, options);
    const volumes: Volume[] = [];
    this.pool = new Pool(
      'pool',
      // Without `destroy` the provider removes the directory with the pool, whatever else is in it.
      { name: names.pool, type: 'dir', target: { path: poolDirectory }, destroy: { delete: false } },
      { parent: this, ...replaced },
    );
    const send = (logical: string, file: string, url: string, format: 'qcow2' | 'raw'): Input<string> => {
      if (image.isOnHost) return url;
      const target = { format: { type: format } };
      const args = { name: file, pool: this.pool.name, target, create: { content: { url } } };
      // The provider does not hear of it when an upload breaks off: a pool that is full meanwhile would never be told.
      const volume = new Volume(logical, args, { parent: this, ...replaced, customTimeouts: { create: '60m' } });
      volumes.push(volume);
      return volume.path;
    };
    this.disk = output(send('base', names.base, image.disk, 'qcow2'));
    this.boot = image.boot && {
      kernel: output(send('kernel', names.kernel, image.boot.kernel, 'raw')),
      initrd: output(send('initrd', names.initrd, image.boot.initrd, 'raw')),
      cmdline: image.boot.cmdline,
    };
    this.volumes = volumes;
    this.registerOutputs({ disk: this.disk });
  }
}
