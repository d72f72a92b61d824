// Programs of Debian packages with the libraries that they load, as entries of a layer.

import { lstatSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { LabError } from '../error.ts';
import { listDir, readTextIfExists } from '../host/files.ts';
import type { Argv } from '../host/host.ts';
import { locateProgram } from '../host/programs.ts';
import { runProgram } from '../host/run.ts';
import { tiedWithAll } from '../host/tied.ts';
import type { LayerEntry } from './layer.ts';
import type { Workplace } from './request.ts';

/** Where packages are unpacked, and what is there. */
export interface DebianRoot {
  readonly dir: string;
  /** The file of a program, as an absolute path within the root; undefined when no package brought it. */
  locate(program: string): string | undefined;
}

/**
 * Unpacks Debian packages and all that they depend on, without configuring anything. Takes its package sources from this machine.
 *
 * @param dir is made; the caller removes it
 * @throws LabError HOST_UNSUITABLE without mmdebstrap or root, COMMAND_FAILED when packages can't be had
 */
export async function unpackPackages(
  dir: string,
  packages: readonly string[],
  { path, env, uid, signal }: Workplace,
): Promise<DebianRoot> {
  const mmdebstrap = locateProgram('mmdebstrap', path);
  if (mmdebstrap === undefined || uid !== 0) {
    const what = uid === 0 ? 'needs mmdebstrap' : 'needs root';
    throw new LabError('HOST_UNSUITABLE', `making container images from Debian packages ${what}`, {
      hint: uid === 0 ? 'apt-get install -y mmdebstrap' : 'Run podlab with sudo.',
    });
  }
  rmSync(dir, { recursive: true, force: true });
  const include = `--include=${packages.join(',')}`;
  const argv: Argv = [mmdebstrap, '--quiet', '--variant=extract', include, suite(), dir, ...aptSources()];
  const { exitCode, stderr } = await runProgram(tiedWithAll(argv), {
    env: { PATH: path, LC_ALL: 'C.UTF-8', HOME: '/root', ...proxies(env) },
    timeoutMs: 15 * 60_000,
    signal,
  });
  if (signal.aborted) throw new LabError('CANCELLED', 'interrupted while unpacking Debian packages');
  if (exitCode !== 0) {
    throw new LabError('COMMAND_FAILED', `mmdebstrap could not unpack ${packages.join(', ')}:\n${stderr.trim()}`, {
      hint: 'It uses the package sources of this machine: see whether "apt-get update" works.',
    });
  }
  return debianRoot(dir);
}

/** @param dir where packages have been unpacked */
export function debianRoot(dir: string): DebianRoot {
  return { dir, locate: (program) => programDirs.map((at) => `${at}/${program}`).find((at) => isWithin(dir, at)) };
}

/** Whether there is a file. What a link points to counts within the root, and not on this machine. */
function isWithin(dir: string, path: string): boolean {
  let at = path;
  for (let followed = 0; followed < maxLinks; followed++) {
    const stat = lstatSync(join(dir, at), { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) return stat !== undefined;
    at = targetOf(at, readlinkSync(join(dir, at)));
  }
  return false;
}

/** As many as Linux follows. */
const maxLinks = 40;

/** Where a link leads, as an absolute path within the root that it is in. */
function targetOf(link: string, to: string): string {
  return resolve('/', dirname(link), to);
}

/** Programs, what their links point to, and every library that they load, by the loader's own account. */
export async function programsWithLibraries(root: DebianRoot, programs: readonly string[]): Promise<LayerEntry[]> {
  const files = new Set<string>();
  for (const program of programs) {
    const at = root.locate(program);
    if (at === undefined) throw new LabError('COMMAND_FAILED', `no Debian package brought the program ${program}`);
    const all = [at, ...(await librariesOf(root, at))];
    for (const file of all) files.add(file);
  }
  return entriesOf(root, [...files]);
}

/** Every file below a directory of the root, with the libraries that these load. */
export async function pluginsWithLibraries(root: DebianRoot, directory: string): Promise<LayerEntry[]> {
  const names = listDir(root.dir + directory).map((name) => `${directory}/${name}`);
  const libraries: string[] = [];
  for (const name of names.slice(0, 1)) libraries.push(...(await librariesOf(root, name)));
  return entriesOf(root, [...names, ...libraries]);
}

/** Directory of the libraries of this CPU, such as `/usr/lib/x86_64-linux-gnu`. */
export function libraryDir(root: DebianRoot): string {
  const name = readdirSync(join(root.dir, 'usr/lib')).find((one) => one.endsWith('-linux-gnu'));
  return `/usr/lib/${name ?? ''}`;
}

const programDirs = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where the loader is on amd64 and arm64. */
const loaders = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'];

async function librariesOf(root: DebianRoot, file: string): Promise<readonly string[]> {
  const loader = loaders.find((at) => isWithin(root.dir, at));
  if (loader === undefined) return [];
  const { exitCode, stdout } = await runProgram(['chroot', root.dir, loader, '--list', file], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  // A static program, or a script: nothing to load.
  if (exitCode !== 0) return [];
  const found = [...stdout.matchAll(/=> (\/\S+)/g)].map(([, at]) => at ?? '');
  return [loader, ...found];
}

/** A link brings what it points to. */
function entriesOf({ dir }: DebianRoot, paths: readonly string[]): LayerEntry[] {
  const entries = new Map<string, LayerEntry>();
  const visit = (path: string) => {
    const real = withRealParent(dir, path);
    if (entries.has(real)) return;
    const at = join(dir, real);
    if (!lstatSync(at).isSymbolicLink()) {
      entries.set(real, { type: 'file', path: real, from: at });
      return;
    }
    const to = readlinkSync(at);
    entries.set(real, { type: 'symlink', path: real, to });
    visit(targetOf(real, to));
  };
  for (const path of paths) visit(path);
  return [...entries.values()];
}

/** The path without a leading slash; links among its directories followed. */
function withRealParent(dir: string, path: string): string {
  const parent = relative(realpathSync(dir), realpathSync(join(dir, dirname(path))));
  return join(parent, path.slice(path.lastIndexOf('/') + 1));
}

/** The release's code name. mmdebstrap's own default is whatever it was made for. */
export function suite(): string {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readTextIfExists('/etc/os-release') ?? '')?.[1] ?? 'stable';
}

/** The files in which apt is told where packages come from. */
export function aptSources(): readonly string[] {
  const parts = listDir('/etc/apt/sources.list.d').filter((name) => /\.(list|sources)$/.test(name));
  return ['sources.list', ...parts.map((name) => `sources.list.d/${name}`)]
    .map((name) => resolve('/etc/apt', name))
    .filter((file) => /\S/.test(readTextIfExists(file) ?? ''));
}

export function proxies(env: Workplace['env']): Readonly<Record<string, string>> {
  const known = Object.entries(env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(known.map(([name, value]) => [name, value ?? '']));
}
