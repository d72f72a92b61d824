// The disk that the machines of a room start from: which one the stack file means, whether podlab has built it, and how large it is.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../error.ts';
import { fileSize } from '../host/files.ts';
import { type DiskKind, diskKind } from '../image/disk-kind.ts';
import { kernelCommandLine } from '../image/recipe.ts';
import { imageFiles } from '../image/vm-image.ts';
import { silentReporter } from '../reporter.ts';
import type { Workplace } from '../toolchain/request.ts';
import type { Image, Topology } from '../topology/topology.ts';
import { type MissingOptions, missingImage, namedImage, newestImage } from './built-image.ts';
import { parseChecksum } from './checksum.ts';
import { fetchedImage, verifiedImage } from './fetched-image.ts';
import type { MachineImage } from './room-settings.ts';

export interface ImageSurroundings extends MissingOptions {
  readonly workplace: Pick<Workplace, 'cacheDir' | 'home' | 'env' | 'signal'>;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** A key of the stack's configuration, such as `vm:image`; undefined when it is not there. */
  config(key: string): string | undefined;
}

/** @throws LabError NOT_FOUND, DAMAGED, DOWNLOAD_FAILED, USAGE */
export async function machineImage(
  { image, kubernetes }: Pick<Topology, 'image' | 'kubernetes'>,
  at: ImageSurroundings,
): Promise<MachineImage> {
  const { config, workplace } = at;
  const { cacheDir, home } = workplace;
  const isOnHost = config('vm:imageOnHost') === 'true';
  if (image?.kind === 'built') return { ...(await namedImage(cacheDir, image.name)), isOnHost, foreign: undefined };
  const written = await writtenDisk(image, isOnHost, at);
  if (written === undefined) {
    return { ...(await newestImage(cacheDir, kubernetes.version, at)), isOnHost, foreign: undefined };
  }
  const { disk, name } = written;
  const boot = bootOf(disk, config);
  // A disk of podlab's has no boot loader: what can't be looked at is known by that.
  const unseen: DiskKind = boot === undefined ? 'foreign' : 'own';
  const kind = existsSync(disk) ? diskKind(disk) : unseen;
  if (kind === 'other') {
    throw new LabError('USAGE', `the machine image ${disk} is no qcow2 disk`, {
      hint: 'Unpack it if it is packed, then run: qemu-img convert -O qcow2 IMAGE IMAGE.qcow2',
    });
  }
  const foreign = kind === 'foreign' ? { name, home } : undefined;
  return { disk, boot, isOnHost: isOnHost && disk === name, foreign };
}

/** What a room takes a copy of, in bytes; 0 where it is used in place, or where nobody can say before it is fetched. */
export async function imageBytes(
  topology: Pick<Topology, 'image' | 'kubernetes'>,
  at: Omit<ImageSurroundings, keyof MissingOptions>,
): Promise<number> {
  try {
    const looked = await machineImage(topology, { ...at, isPreview: true, reporter: silentReporter });
    const { disk, boot, isOnHost } = looked;
    return isOnHost ? 0 : [disk, boot?.kernel ?? '', boot?.initrd ?? ''].reduce((sum, path) => sum + fileSize(path), 0);
  } catch (error) {
    // Who makes the room will say so.
    if (error instanceof LabError) return 0;
    throw error;
  }
}

interface WrittenDisk {
  /** Absolute path. */
  readonly disk: string;
  /** For people: the same, or the URL that it comes from. */
  readonly name: string;
}

type NamedDisk = Exclude<Image, { kind: 'built' }>;

/** The disk that the stack file names; undefined when it leaves that to podlab. */
async function writtenDisk(
  image: NamedDisk | undefined,
  isOnHost: boolean,
  at: ImageSurroundings,
): Promise<WrittenDisk | undefined> {
  const { config, file, workplace, isPreview, reporter } = at;
  const { written, sum, key, sumKey } = settingsOf(image, config);
  if (written === undefined) return undefined;
  const checksum = sum === undefined ? undefined : parseChecksum(sum, sumKey);
  if (URL.canParse(written)) {
    if (checksum !== undefined) {
      const disk = await fetchedImage({ url: written, checksum, key }, workplace, isPreview, reporter);
      return { disk, name: written };
    }
    throw new LabError('USAGE', `${key}: ${written} is a download without a checksum`, {
      hint: 'Set the one that its project publishes: pulumi config set vm:imageChecksum sha256:… (or sha512:…).',
    });
  }
  const home = workplace.env.HOME ?? '/';
  const disk = written.startsWith('~/') ? join(home, written.slice(2)) : resolve(dirname(file), written);
  if (!isOnHost && !existsSync(disk)) missingImage(`there is no machine image ${disk}`, at);
  // Another machine's files can't be read here.
  if (checksum !== undefined && existsSync(disk)) await verifiedImage(disk, { url: disk, checksum, key });
  return { disk, name: disk };
}

interface DiskSettings {
  /** A path or URL. */
  readonly written: string | undefined;
  readonly sum: string | undefined;
  /** Where they are written, for errors. */
  readonly key: string;
  readonly sumKey: string;
}

/** What the stack file says under podlab: counts before what is beside it. */
function settingsOf(image: NamedDisk | undefined, config: ImageSurroundings['config']): DiskSettings {
  if (image === undefined) {
    const [key, sumKey] = ['vm:image', 'vm:imageChecksum'] as const;
    return { written: config(key), sum: config(sumKey), key, sumKey };
  }
  const key = 'podlab:image';
  if (image.kind === 'file') return { written: image.path, sum: undefined, key, sumKey: key };
  return { written: image.url, sum: image.checksum, key, sumKey: key };
}

function bootOf(disk: string, config: ImageSurroundings['config']): MachineImage['boot'] {
  const beside = (name: string) => join(dirname(disk), name);
  const kernel = beside(imageFiles.kernel);
  const boots = config('vm:boot') ?? (existsSync(kernel) ? 'kernel' : 'disk');
  if (boots !== 'kernel') return undefined;
  return { kernel, initrd: beside(imageFiles.initrd), cmdline: config('vm:cmdline') ?? kernelCommandLine };
}
