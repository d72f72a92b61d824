// How large the disk is that a room of virtual machines takes a copy of.

import { dirname, join, resolve } from 'node:path';
import { fileSize } from '../host/files.ts';
import { listImages } from '../image/vm-image.ts';
import type { Topology } from '../topology/topology.ts';

/**
 * Bytes; 0 where it is used in place, or where nobody can say before it is fetched.
 *
 * @param config a key of the stack's configuration, such as `vm:image`
 * @param file absolute path of the stack file
 */
export async function imageBytes(
  { image, kubernetes }: Pick<Topology, 'image' | 'kubernetes'>,
  config: (key: string) => string | undefined,
  file: string,
  cacheDir: string,
): Promise<number> {
  if (config('vm:imageOnHost') === 'true') return 0;
  if (image?.kind === 'download') return fileSize(join(cacheDir, 'vm-downloads', `${image.sha256}.qcow2`));
  const written = image === undefined ? config('vm:image') : image.kind === 'file' ? image.path : undefined;
  if (written !== undefined) return URL.canParse(written) ? 0 : fileSize(resolve(dirname(file), written));
  const images = (await listImages(cacheDir)).flatMap((one) => (one.image === undefined ? [] : [one.image]));
  const fitting = images.filter(({ name, kubernetes: version }) =>
    image?.kind === 'built' ? name === image.name : version === kubernetes.version,
  );
  return Math.max(0, ...fitting.map(({ bytes }) => bytes));
}
