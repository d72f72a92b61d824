// The disk that the machines of a room start from: which one the stack file means, and how large it is.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../error.ts';
import { fileSize } from '../host/files.ts';
import { kernelCommandLine } from '../image/recipe.ts';
import { imageFiles, imagePlaces, imageState, listImages } from '../image/vm-image.ts';
import { type Reporter, silentReporter } from '../reporter.ts';
import type { Workplace } from '../toolchain/request.ts';
import type { Image, Topology } from '../topology/topology.ts';
import { fetchedImage } from './fetched-image.ts';
import type { MachineImage } from './room-settings.ts';

export interface ImageSurroundings {
  readonly workplace: Pick<Workplace, 'cacheDir' | 'env' | 'signal'>;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** A key of the stack's configuration, such as `vm:image`; undefined when it is not there. */
  config(key: string): string | undefined;
  /** Whether nothing is going to be made: then what is missing is no error. */
  readonly isPreview: boolean;
  readonly reporter: Reporter;
}

/** @throws LabError NOT_FOUND, DAMAGED, DOWNLOAD_FAILED */
export async function machineImage(
  topology: Pick<Topology, 'image' | 'kubernetes'>,
  at: ImageSurroundings,
): Promise<MachineImage> {
  const { config, file } = at;
  const { image } = topology;
  const isOnHost = config('vm:imageOnHost') === 'true';
  if (image?.kind === 'built') return { ...(await namedImage(image.name, at)), isOnHost };
  // What the stack file says under podlab: counts before what is beside it.
  const written = image === undefined ? config('vm:image') : await pathOf(image, at);
  if (written === undefined) return { ...(await builtImage(topology.kubernetes.version, at)), isOnHost };
  if (URL.canParse(written)) return { disk: written, boot: undefined, isOnHost: false };
  const disk = resolve(dirname(file), written);
  if (!isOnHost && !existsSync(disk)) missing(`there is no machine image ${disk}`, at);
  const beside = (name: string) => join(dirname(disk), name);
  const boots = config('vm:boot') ?? (existsSync(beside(imageFiles.kernel)) ? 'kernel' : 'disk');
  const boot = {
    kernel: beside(imageFiles.kernel),
    initrd: beside(imageFiles.initrd),
    cmdline: config('vm:cmdline') ?? kernelCommandLine,
  };
  return { disk, boot: boots === 'kernel' ? boot : undefined, isOnHost };
}

/** What a room takes a copy of, in bytes; 0 where it is used in place, or where nobody can say before it is fetched. */
export async function imageBytes(
  topology: Pick<Topology, 'image' | 'kubernetes'>,
  at: Omit<ImageSurroundings, 'isPreview' | 'reporter'>,
): Promise<number> {
  try {
    const looked = await machineImage(topology, { ...at, isPreview: true, reporter: silentReporter });
    if (looked.isOnHost || URL.canParse(looked.disk)) return 0;
    const { disk, boot } = looked;
    return [disk, boot?.kernel ?? '', boot?.initrd ?? ''].reduce((sum, path) => sum + fileSize(path), 0);
  } catch (error) {
    // Who makes the room will say so.
    if (error instanceof LabError) return 0;
    throw error;
  }
}

async function pathOf(image: Exclude<Image, { kind: 'built' }>, at: ImageSurroundings): Promise<string> {
  const { workplace, isPreview, reporter } = at;
  if (image.kind === 'download') return fetchedImage(image, workplace, isPreview, reporter);
  return image.path.startsWith('~/') ? join(workplace.env.HOME ?? '/', image.path.slice(2)) : image.path;
}

/** One of podlab's own images, by its name. @throws LabError NOT_FOUND, DAMAGED */
async function namedImage(name: string, at: ImageSurroundings): Promise<Pick<MachineImage, 'disk' | 'boot'>> {
  const { image, damage } = await imageState(at.workplace.cacheDir, name, false);
  if (image === undefined) throw new LabError('DAMAGED', `machine image ${name}: ${damage}`);
  const { disk, kernel, initrd, cmdline } = image;
  return { disk, boot: { kernel, initrd, cmdline } };
}

/** The newest of podlab's own images for this version. */
async function builtImage(version: string, at: ImageSurroundings): Promise<Pick<MachineImage, 'disk' | 'boot'>> {
  const { cacheDir } = at.workplace;
  const images = (await listImages(cacheDir)).flatMap(({ image }) => (image?.kubernetes === version ? [image] : []));
  const [newest] = images.sort((one, other) => other.builtAt - one.builtAt);
  if (newest !== undefined) {
    const { disk, kernel, initrd, cmdline } = newest;
    return { disk, boot: { kernel, initrd, cmdline } };
  }
  missing(`there is no machine image for Kubernetes ${version}`, at);
  const place = (name: string) => join(imagePlaces(cacheDir).root, version, name);
  const { disk, kernel, initrd } = imageFiles;
  return {
    disk: place(disk),
    boot: { kernel: place(kernel), initrd: place(initrd), cmdline: kernelCommandLine },
  };
}

function missing(message: string, { isPreview, reporter }: ImageSurroundings): void {
  const hint = 'Run "podlab image build", or name a disk (qcow2) or URL with "pulumi config set vm:image".';
  if (!isPreview) throw new LabError('NOT_FOUND', message, { hint });
  reporter.warn(`${message}. ${hint}`);
}
