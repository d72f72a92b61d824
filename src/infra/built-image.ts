// One of podlab's own images, in its cache.

import { join } from 'node:path';
import { LabError } from '../error.ts';
import { kernelCommandLine } from '../image/recipe.ts';
import { imageFiles, imagePlaces, imageState, listImages } from '../image/vm-image.ts';
import type { Reporter } from '../reporter.ts';
import type { MachineImage } from './room-settings.ts';

export type StartedDisk = Pick<MachineImage, 'disk' | 'boot'>;

/** By its name. @throws LabError NOT_FOUND, DAMAGED */
export async function namedImage(cacheDir: string, name: string): Promise<StartedDisk> {
  const { image, damage } = await imageState(cacheDir, name, false);
  if (image === undefined) throw new LabError('DAMAGED', `machine image ${name}: ${damage}`);
  return startedDisk(image);
}

/** The newest for this version; in a preview, where there is none, one that is not there. @throws LabError NOT_FOUND */
export async function newestImage(cacheDir: string, version: string, at: MissingOptions): Promise<StartedDisk> {
  const images = (await listImages(cacheDir)).flatMap(({ image }) => (image?.kubernetes === version ? [image] : []));
  const [newest] = images.sort((one, other) => other.builtAt - one.builtAt);
  if (newest !== undefined) return startedDisk(newest);
  missingImage(`there is no machine image for Kubernetes ${version}`, at);
  const place = (name: string) => join(imagePlaces(cacheDir).root, version, name);
  const { disk, kernel, initrd } = imageFiles;
  return startedDisk({
    disk: place(disk),
    kernel: place(kernel),
    initrd: place(initrd),
    cmdline: kernelCommandLine,
  });
}

export interface MissingOptions {
  /** Whether nothing is going to be made: then what is missing is no error. */
  readonly isPreview: boolean;
  readonly reporter: Reporter;
}

/** @throws LabError NOT_FOUND */
export function missingImage(message: string, { isPreview, reporter }: MissingOptions): void {
  const hint = 'Run "podlab image build", or name a disk (qcow2) or URL with "pulumi config set vm:image".';
  if (!isPreview) throw new LabError('NOT_FOUND', message, { hint });
  reporter.warn(`${message}. ${hint}`);
}

type OwnFiles = { readonly disk: string } & NonNullable<MachineImage['boot']>;

function startedDisk({ disk, kernel, initrd, cmdline }: OwnFiles): StartedDisk {
  return { disk, boot: { kernel, initrd, cmdline } };
}
