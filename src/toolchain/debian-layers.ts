// The layers of assembled images that come from Debian packages.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import { runProgram } from '../host/run.ts';
import {
  type DebianRoot,
  libraryDir,
  pluginsWithLibraries,
  programsWithLibraries,
  unpackPackages,
} from './debian-root.ts';
import type { LayerEntry } from './layer.ts';
import type { DebianPart } from './recipes.ts';
import type { Workplace } from './request.ts';

const packages = [
  ...['busybox-static', 'catatonit', 'conntrack', 'cyclonedds-tools', 'dash', 'ipset', 'iproute2', 'iptables', 'kmod'],
  'nftables',
];

/** What kube-proxy starts, and the CNI daemons that are run in its image. */
const networkPrograms = [
  ...['dash', 'conntrack', 'ip', 'bridge', 'tc', 'ipset', 'nft', 'xtables-nft-multi', 'xtables-legacy-multi'],
  // Names of kmod; busybox has small ones, which know less.
  ...['lsmod', 'modprobe', 'insmod', 'rmmod', 'depmod', 'modinfo'],
];

/** Entries of each part, for as long as `use` runs: their files are gone afterwards. */
export async function withDebianParts<T>(
  scratch: string,
  workplace: Workplace,
  use: (parts: Readonly<Record<DebianPart, readonly LayerEntry[]>>) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(scratch, 'debian-'));
  try {
    const root = await unpackPackages(join(dir, 'root'), packages, workplace);
    return await use({
      busybox: await busyboxEntries(root),
      network: await networkEntries(root),
      dds: await programsWithLibraries(
        root,
        ['ddsperf', 'idlc'].filter((name) => root.locate(name) !== undefined),
      ),
      pause: [{ type: 'file', path: 'pause', from: join(root.dir, root.locate('catatonit') ?? ''), mode: 0o755 }],
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Debian's static busybox and all its names, which are links to it. */
async function busyboxEntries(root: DebianRoot): Promise<readonly LayerEntry[]> {
  const busybox = join(root.dir, root.locate('busybox') ?? '/bin/busybox');
  const { exitCode, stdout, stderr } = await runProgram([busybox, '--list-full'], { env: {} });
  if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `busybox does not list its applets: ${stderr.trim()}`);
  const applets = stdout.split('\n').filter((path) => path !== '' && path !== 'bin/busybox');
  return [
    { type: 'file', path: 'bin/busybox', from: busybox, mode: 0o755 },
    ...applets.map((path): LayerEntry => ({ type: 'link', path, to: 'bin/busybox' })),
  ];
}

async function networkEntries(root: DebianRoot): Promise<readonly LayerEntry[]> {
  const etc = join(root.dir, 'etc');
  return [
    ...(await programsWithLibraries(root, networkPrograms)),
    // busybox's shell runs its own small ip and modprobe whatever PATH says.
    { type: 'symlink', path: 'bin/sh', to: 'dash' },
    ...(await pluginsWithLibraries(root, `${libraryDir(root)}/xtables`)),
    ...['protocols', 'services', 'ethertypes'].map(
      (name): LayerEntry => ({ type: 'file', path: `etc/${name}`, from: join(etc, name) }),
    ),
    ...iptablesNames().map(({ name, to }): LayerEntry => ({ type: 'symlink', path: `usr/sbin/${name}`, to })),
  ];
}

/** Links that Debian makes when it configures iptables, by its alternatives: the nft kind without a suffix. */
export function iptablesNames(): readonly { readonly name: string; readonly to: string }[] {
  const families = ['iptables', 'ip6tables'];
  const verbs = ['', '-save', '-restore'];
  return families.flatMap((family) =>
    verbs.flatMap((verb) => [
      { name: `${family}-nft${verb}`, to: 'xtables-nft-multi' },
      { name: `${family}-legacy${verb}`, to: 'xtables-legacy-multi' },
      { name: `${family}${verb}`, to: 'xtables-nft-multi' },
    ]),
  );
}
