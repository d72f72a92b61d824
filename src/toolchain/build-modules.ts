// Programs from Go modules: `go build` with pinned versions, counted by packages.

import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../error.ts';
import type { Argv, RunResult } from '../host/host.ts';
import { locateProgram } from '../host/programs.ts';
import { runProgram } from '../host/run.ts';
import { tied } from '../host/tied.ts';
import type { Reporter } from '../reporter.ts';
import { type GoModule, type Pin, type ProgramName, readPin } from './go-modules.ts';
import { packageProgress } from './progress.ts';
import { arch, type Workplace } from './request.ts';

/** A cold build on a small machine takes about ten minutes; downloads come on top. */
const buildTimeoutMs = 90 * 60_000;

/**
 * Builds programs of one module into a directory.
 *
 * @throws LabError HOST_UNSUITABLE when Go is missing or too old, COMMAND_FAILED with the end of what Go said
 */
export async function buildModule(
  module: GoModule,
  names: readonly ProgramName[],
  into: string,
  workplace: Workplace,
  reporter: Reporter,
): Promise<void> {
  const pin = readPin(workplace.home, module);
  const go = await goProgram(pin, workplace);
  const packages = names.map((name) => module.packages[name] ?? '');
  await reporter.step(`building ${names.join(', ')} ${pin.version} from Go modules`, async (update) => {
    const run = (args: readonly string[], onStderr?: (text: string) => void) =>
      runGo([go, ...args], pin, workplace, onStderr);
    update('downloading modules');
    const list = await run(['list', '-deps', '-f', '{{if not .Standard}}x{{end}}', ...packages], (text) => {
      update(`downloading modules: ${text.trim().split('\n').at(-1)}`);
    });
    const progress = packageProgress(list.stdout.split('\n').filter((line) => line === 'x').length, update);
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', linkerFlags(module, pin.version)];
    await run(['build', '-v', ...flags, '-o', `${into}/`, ...packages], progress);
  });
  // Go names a program by the last part of its package's path that is no version: `server` for etcd.
  for (const name of names) {
    const built = programName(module.packages[name] ?? '');
    if (built !== name && readdirSync(into).includes(built)) renameSync(join(into, built), join(into, name));
  }
}

/** kubeadm refuses to work with a version that it does not know itself to be, and Go modules don't tell it. */
export function linkerFlags(module: GoModule, version: string): string {
  if (module.name !== 'kubernetes') return '-s -w';
  const [major, minor] = version.slice(1).split('.');
  const settings = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((at) => [
    `-X ${at}.gitVersion=${version}`,
    `-X ${at}.gitMajor=${major}`,
    `-X ${at}.gitMinor=${minor}`,
    `-X ${at}.gitTreeState=clean`,
  ]);
  return ['-s', '-w', ...settings].join(' ');
}

/** What `go build` calls the program of a package. */
export function programName(path: string): string {
  const parts = path.split('/');
  const last = parts.at(-1) ?? '';
  return /^v\d+$/.test(last) ? (parts.at(-2) ?? '') : last;
}

async function goProgram(pin: Pin, workplace: Workplace): Promise<string> {
  const hint = `Install Go ${pin.go} or newer from your distribution or go.dev, use --from path or --from release, or "podlab toolchain import FILE".`;
  const go = locateProgram('go', workplace.path);
  if (go === undefined) {
    throw new LabError('HOST_UNSUITABLE', 'building from Go modules needs Go, and there is no program "go"', { hint });
  }
  const { stdout } = await runGo([go, 'env', 'GOVERSION', 'GOTOOLCHAIN'], { ...pin, dir: '/' }, workplace);
  const [version = '', toolchain = ''] = stdout.split('\n');
  // From 1.21 on Go fetches a newer one by itself, unless it is told not to.
  const canFetch = isAtLeast(version, '1.21') && toolchain !== 'local';
  if (!isAtLeast(version, pin.go) && !canFetch) {
    throw new LabError('HOST_UNSUITABLE', `Go ${version.replace('go', '')} is too old: ${pin.go} is needed`, { hint });
  }
  return go;
}

/** @param version as `go env GOVERSION` prints it, `go1.26.8` or with more behind it */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string) => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
  const [have, need] = [numbers(version), numbers(wanted)];
  const at = need.findIndex((value, index) => value !== (have[index] ?? 0));
  return at === -1 || (have[at] ?? 0) > (need[at] ?? 0);
}

async function runGo(
  argv: Argv,
  pin: Pin,
  workplace: Workplace,
  onStderr?: (text: string) => void,
): Promise<RunResult> {
  const result = await runProgram(tied(argv), {
    cwd: pin.dir,
    env: goEnvironment(workplace),
    timeoutMs: buildTimeoutMs,
    maxOutputBytes: 16 * 1024 * 1024,
    signal: workplace.signal,
    ...(onStderr === undefined ? {} : { onStderr }),
  });
  if (workplace.signal.aborted) throw new LabError('CANCELLED', 'interrupted while building the toolchain');
  if (result.exitCode === 0) return result;
  const said = result.stderr.trim().split('\n').slice(-15).join('\n');
  throw new LabError('COMMAND_FAILED', `go ${argv[1]} in ${pin.dir} ended with ${result.exitCode}:\n${said}`, {
    hint: 'Go needs its module proxy or a filled module cache; GOPROXY says where. "podlab toolchain import FILE" needs no network.',
  });
}

/** Go's own settings and the ways out of this machine; what changes the result is set, not taken over. */
function goEnvironment({ env, path }: Workplace): Readonly<Record<string, string>> {
  const wanted = /^(GO[A-Z0-9]+|HOME|XDG_CACHE_HOME|XDG_CONFIG_HOME|TMPDIR|SSL_CERT_\w+|(https?|no|all)_proxy)$/i;
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && wanted.test(entry[0]),
  );
  const fixed = { PATH: path, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOOS: 'linux', GOARCH: arch, GOWORK: 'off' };
  return { ...Object.fromEntries(kept), ...fixed };
}
