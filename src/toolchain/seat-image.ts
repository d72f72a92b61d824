// The container image of a workshop's seats: Debian, Node, podlab, and what its sandbox starts. Without a registry.

import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../error.ts';
import type { Argv } from '../host/host.ts';
import { locateProgram } from '../host/programs.ts';
import { runProgram } from '../host/run.ts';
import { tiedWithAll } from '../host/tied.ts';
import type { Reporter } from '../reporter.ts';
import { aptSources, proxies, suite } from './debian-root.ts';
import { exportToolchain } from './export-toolchain.ts';
import { type LayerEntry, packLayer } from './layer.ts';
import { writeOciArchive } from './oci-archive.ts';
import type { Workplace } from './request.ts';
import { runtimePackages } from './runtime-packages.ts';

export interface SeatImageRequest extends Workplace {
  /** Debian packages beyond those that every Debian has. */
  readonly packages: readonly string[];
  /** Version of Kubernetes whose toolchain the image brings, such as `v1.36.3`; undefined for none. */
  readonly kubernetes: string | undefined;
  /** Images in the cache that don't go with it: seats themselves, which clusters of this machine were given. */
  readonly leftOut: readonly string[];
  readonly reference: string;
  /** Absolute path of the archive. */
  readonly output: string;
}

export interface SeatImage {
  /** Of the manifest. */
  readonly digest: string;
  /** Compressed, of all layers. */
  readonly bytes: number;
}

/** Of podlab's own directory; packages come as far as a seat needs them. */
const ownParts = ['bin', 'labs', 'package.json', 'src', 'stacks'];
/** Versions that a toolchain is held against. */
const pins = 'toolchain';
/** What makes rooms of virtual machines: nothing that a seat does. */
const pulumi = /^(@pulumi\/|pulumi$)/;
/** What asks clusters, which only seats that have one do. */
const clusters = /^@kubernetes\//;

const at = 'opt/podlab';
/** seat/podlab-seat puts it into the cache of the seat. */
const toolchainPath = 'opt/podlab-toolchain.tar';
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @throws LabError HOST_UNSUITABLE without mmdebstrap or root, COMMAND_FAILED when packages can't be had */
export async function buildSeatImage(request: SeatImageRequest, reporter: Reporter): Promise<SeatImage> {
  const { home, output, reference, kubernetes } = request;
  mkdirSync(dirname(output), { recursive: true });
  // Beside the archive: there is room for it, and it becomes the archive by its name.
  const scratch = mkdtempSync(`${output}.`);
  try {
    const root = join(scratch, 'root');
    const toolchain = await toolchainIn(scratch, request, reporter);
    await reporter.step('installing Debian packages', () => installPackages(root, request));
    return await reporter.step('writing the image', async (update) => {
      update('Debian');
      const debian = await packLayer([...treeEntries(root, '', isKept), ...personEntries], join(scratch, 'debian'));
      update('podlab');
      const podlab = await packLayer(podlabEntries(home, kubernetes !== undefined), join(scratch, 'podlab'));
      const layers = [debian, podlab];
      if (toolchain !== undefined) {
        update('the toolchain');
        layers.push(await packLayer([{ type: 'file', path: toolchainPath, from: toolchain }], join(scratch, 'third')));
      }
      const config = { entrypoint: ['/usr/local/bin/podlab-seat'], cmd: ['serve'], path };
      const digest = await writeOciArchive(join(scratch, 'image'), reference, config, layers);
      renameSync(join(scratch, 'image'), output);
      return { digest, bytes: layers.reduce((sum, { bytes }) => sum + bytes, 0) };
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @returns the path of the archive; undefined when none is wanted */
async function toolchainIn(
  scratch: string,
  request: SeatImageRequest,
  reporter: Reporter,
): Promise<string | undefined> {
  if (request.kubernetes === undefined) return undefined;
  const file = join(scratch, 'toolchain.tar');
  const isLeftOut = (reference: string) => request.leftOut.includes(reference);
  await exportToolchain(file, { ...request, version: request.kubernetes }, reporter, isLeftOut);
  return file;
}

async function installPackages(
  root: string,
  { packages, path: dirs, env, uid, signal }: SeatImageRequest,
): Promise<void> {
  const mmdebstrap = locateProgram('mmdebstrap', dirs);
  if (mmdebstrap === undefined || uid !== 0) {
    throw new LabError('HOST_UNSUITABLE', `making the image of seats needs ${uid === 0 ? 'mmdebstrap' : 'root'}`, {
      hint: uid === 0 ? 'apt-get install -y mmdebstrap' : 'Run podlab with sudo, or build seat/Dockerfile.',
    });
  }
  const argv: Argv = [
    mmdebstrap,
    ...['--quiet', '--variant=essential', '--format=directory'],
    `--include=${packages.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...['doc', 'man', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    // Debian's alternatives keep a link into it that dangles otherwise.
    '--dpkgopt=path-include=/usr/share/man/man[1-9]',
    ...[suite(), root, ...aptSources()],
  ];
  const { exitCode, stderr } = await runProgram(tiedWithAll(argv), {
    env: { PATH: dirs, LC_ALL: 'C.UTF-8', HOME: '/root', DEBIAN_FRONTEND: 'noninteractive', ...proxies(env) },
    timeoutMs: 15 * 60_000,
    signal,
  });
  if (signal.aborted) throw new LabError('CANCELLED', 'interrupted while installing Debian packages');
  if (exitCode === 0) return;
  throw new LabError('COMMAND_FAILED', `mmdebstrap could not install ${packages.join(', ')}:\n${stderr.trim()}`, {
    hint: 'It uses the package sources of this machine: see whether "apt-get update" works.',
  });
}

/** Whoever sits there. */
const personEntries: readonly LayerEntry[] = [
  { type: 'directory', path: 'home/podlab' },
  { type: 'directory', path: 'workshop' },
];

function podlabEntries(home: string, hasCluster: boolean): readonly LayerEntry[] {
  const node = `node_modules/node-linux-${process.arch}/bin/node`;
  const isLeftOut = (name: string) =>
    pulumi.test(name) || (!hasCluster && clusters.test(name)) || name.startsWith('node-linux-');
  const packages = runtimePackages(home, isLeftOut);
  return [
    ...[...ownParts, ...(hasCluster ? [pins] : [])]
      .flatMap((part) => treeEntries(join(home, part), `${at}/${part}`))
      .map(readableByAll),
    ...packages.flatMap((dir) => treeEntries(join(home, dir), `${at}/${dir}`, isNoNestedPackage)).map(readableByAll),
    { type: 'file', path: `${at}/${node}`, mode: 0o755, from: join(home, node) },
    { type: 'symlink', path: 'usr/local/bin/node', to: `/${at}/${node}` },
    { type: 'symlink', path: 'usr/local/bin/podlab', to: `/${at}/bin/podlab.mjs` },
    { type: 'file', path: 'usr/local/bin/podlab-seat', mode: 0o755, from: join(home, 'seat', 'podlab-seat') },
  ];
}

/** Whatever the umask was under which podlab was installed; its program is started by name here. */
function readableByAll(entry: LayerEntry): LayerEntry {
  if (entry.type === 'directory') return { ...entry, mode: 0o755 };
  if (entry.type !== 'file') return entry;
  const isProgram = entry.path === `${at}/bin/podlab.mjs` || (statSync(entry.from).mode & 0o100) !== 0;
  return { ...entry, mode: isProgram ? 0o755 : 0o644 };
}

/** What installing leaves behind, and devices, which the runtime makes. */
function isKept(name: string): boolean {
  return !/^(dev\/|proc\/|sys\/|run\/|tmp\/|var\/(cache|log|lib\/apt|tmp)\/)/.test(name);
}

/** Those are listed by themselves. */
function isNoNestedPackage(name: string): boolean {
  return !/(^|\/)node_modules\//.test(name) && !name.endsWith('.map');
}

/** A file or a whole directory as entries below `to`; `keep` is asked with paths below the directory. */
function treeEntries(
  from: string,
  to: string,
  keep: (name: string) => boolean = () => true,
  name = '',
): readonly LayerEntry[] {
  const here = join(from, name);
  const stat = lstatSync(here);
  const target = [to, name].filter((part) => part !== '').join('/');
  if (stat.isSymbolicLink()) return [{ type: 'symlink', path: target, to: readlinkSync(here) }];
  if (stat.isFile()) return [{ type: 'file', path: target, from: here }];
  if (!stat.isDirectory()) return [];
  const own: readonly LayerEntry[] =
    target === '' ? [] : [{ type: 'directory', path: target, mode: stat.mode & 0o7777 }];
  const below = readdirSync(here).map((child) => (name === '' ? child : `${name}/${child}`));
  return [...own, ...below.filter(keep).flatMap((child) => treeEntries(from, to, keep, child))];
}
