// A Debian that boots, in a directory.

import { join } from 'node:path';
import { LabError } from '../error.ts';
import { readTextIfExists } from '../host/files.ts';
import { locateProgram } from '../host/programs.ts';
import { quoteCommand } from '../host/run.ts';
import { aptSources, suite } from '../toolchain/debian-root.ts';
import { arch, type Workplace } from '../toolchain/request.ts';
import { initramfsFiles, leftOut, packages } from './recipe.ts';
import { inTree } from './tree-command.ts';

/** @throws LabError HOST_UNSUITABLE without mmdebstrap, COMMAND_FAILED when packages can't be had */
export async function installDebian(
  tree: string,
  workplace: Workplace,
  update: (detail: string) => void,
): Promise<void> {
  for (const [program, debian] of [
    ['mmdebstrap', 'mmdebstrap'],
    ['qemu-img', 'qemu-utils'],
  ] as const) {
    if (locateProgram(program, workplace.path) !== undefined) continue;
    const hint = `apt-get install -y ${debian}`;
    throw new LabError('HOST_UNSUITABLE', `building a machine image needs ${program}`, { hint });
  }
  const writeFiles = Object.entries(initramfsFiles).map(
    ([path, text]) =>
      `mkdir -p "$1${path.slice(0, path.lastIndexOf('/'))}"; printf '${text.replaceAll('\n', '\\n')}' >"$1${path}"`,
  );
  const argv = [
    ...['mmdebstrap', '--verbose', '--variant=minbase', '--format=directory'],
    `--include=${packages.map((name) => name.replace('ARCH', arch)).join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    `--essential-hook=${writeFiles.join('; ')}`,
    ...[suite(), tree, ...aptSources()],
  ];
  // In one line of the shell, because the namespaces of its caller are made for a script.
  await inTree(quoteCommand(argv), [], workplace, (text) => {
    const line = /^(?:Setting up|Unpacking) (\S+)/m.exec(text);
    if (line !== null) update(line[0]);
  });
}

/** `name version` of each, sorted: what a later build can be held against. */
export function installedPackages(tree: string): string {
  const status = readTextIfExists(join(tree, 'var/lib/dpkg/status')) ?? '';
  const lines = status.split('\n\n').flatMap((paragraph) => {
    const name = /^Package: (.+)$/m.exec(paragraph)?.[1];
    const version = /^Version: (.+)$/m.exec(paragraph)?.[1];
    return name === undefined || version === undefined ? [] : [`${name} ${version}\n`];
  });
  return lines.sort().join('');
}
