// Machine images as lines of text.

import type { ImageState, VmImage } from '../image/vm-image.ts';
import { megabytes } from '../toolchain/progress.ts';

export function describeImage({ name, kubernetes, bytes, builtAt, contents }: VmImage): string {
  const built = new Date(builtAt).toISOString();
  return `${name}  Kubernetes ${kubernetes}  ${megabytes(bytes)}  ${built}  contents ${contents.slice(0, 16)}\n`;
}

export function describeState({ name, image, damage }: ImageState): string {
  return image === undefined ? `${name}  damaged: ${damage}\n` : describeImage(image);
}
