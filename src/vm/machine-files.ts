// The programs that make a machine's files: its disk, the disk with cloud-init's documents, and its keys.

import type { Argv } from '../host/host.ts';

/** An empty layer over an image: what the machine writes. Made at once, and as large as what is written. */
export function overlayArgv(image: string, disk: string): Argv {
  return ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image, disk];
}

/** Names that cloud-init looks for on a disk with this label. */
export const seedFiles = { userData: 'user-data', metaData: 'meta-data', networkConfig: 'network-config' } as const;

/** @param dir holds the files of `seedFiles` */
export function seedArgv(dir: string, disk: string): Argv {
  const files = Object.values(seedFiles).map((name) => `${dir}/${name}`);
  return ['genisoimage', '-quiet', '-volid', 'cidata', '-joliet', '-rational-rock', '-output', disk, ...files];
}

/** Writes `file`, mode 0600, and `file.pub`. */
export function keyArgv(file: string, comment: string): Argv {
  return ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file];
}
