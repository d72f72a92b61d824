// Programs of Kubernetes that do nothing but say who they are, for everything that packs and carries them.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagePrograms, nodePrograms } from '../../src/toolchain/go-modules.ts';

/** A version that nobody has pinned, so that nothing is built in their place. */
export const smallProgramsVersion = 'v1.99.0';

/**
 * Writes them into a directory, for `podlab toolchain --kubernetes v1.99.0 --dir DIR`.
 *
 * @param registry what kubeadm says that its images are named by
 */
export function writeSmallPrograms(dir: string, registry: string): void {
  mkdirSync(dir, { recursive: true });
  for (const name of [...nodePrograms, ...imagePrograms]) {
    const says = name === 'kubeadm' ? kubeadm(registry) : `echo "${name} ${smallProgramsVersion}"\n`;
    writeFileSync(join(dir, name), `#!/bin/sh\n${says}`);
    chmodSync(join(dir, name), 0o755);
  }
}

/** Its images as upstream names them; with the registry's part left out. */
export const smallImages = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(
    (name) => `${name}:${smallProgramsVersion}`,
  ),
  ...['coredns/coredns:v1.14.2', 'pause:3.10.2', 'etcd:3.6.8-0'],
];

function kubeadm(registry: string): string {
  const list = (prefix: string, names: readonly string[]) => names.map((name) => `  echo ${prefix}/${name}\n`).join('');
  const plain = smallImages.map((name) => name.replace('coredns/coredns', 'coredns'));
  return [
    'case "$*" in',
    '*--image-repository*)',
    '  while [ "$1" != --image-repository ]; do shift; done',
    `${list('$2', plain)}  ;;`,
    `"config images list"*)\n${list(registry, smallImages)}  ;;`,
    `*) echo ${smallProgramsVersion} ;;`,
    'esac',
    '',
  ].join('\n');
}
