// The Pulumi CLI as the Automation API wants it: found, checked, and interrupted with care.

import { dirname, join } from 'node:path';
import type { PulumiCommand } from '@pulumi/pulumi/automation/index.js';
import { LabError } from '../../error.ts';
import { locateProgram } from '../../host/programs.ts';
import { runProgram } from '../../host/run.ts';

export interface CliRequest {
  /** podlab's own directory. */
  readonly home: string;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
  /** The environment of the CLI, and of the providers that it starts. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Since it a domain can be replaced with its networks. */
const oldest = [3, 207] as const;

/** An update may have to wait for a cluster that is made in emulation. */
const longestMs = 4 * 3_600_000;

/** A provider that is asked to end may be at a request; the engine waits for it, and writes down what came of it. */
const endsWithinMs = 90_000;

/** @throws LabError HOST_UNSUITABLE when there is none, or one that is too old */
export async function pulumiCli(request: CliRequest): Promise<PulumiCommand> {
  const program = findCli(request);
  const env = { ...request.env, PATH: `${dirname(program)}:${request.path}` };
  const { exitCode, stdout, stderr } = await runProgram([program, 'version'], { env, timeoutMs: 600_000 });
  if (exitCode !== 0) throw unusable(`${program} version: ${stderr.trim() || `exit code ${exitCode}`}`);
  const version = stdout.trim().replace(/^v/, '');
  if (!isNewEnough(version))
    throw unusable(`${program} is ${version}, and ${oldest.join('.')} is the oldest that will do`);
  const run = async (args: readonly string[], cwd: string, more: Readonly<Record<string, string>>) => {
    // Not in the terminal's process group: Ctrl-C would reach it there too, and the second interrupt ends it the hard way.
    const argv = [program, ...args, '--non-interactive'] as const;
    const result = await runProgram(['setpriv', '--pdeathsig', 'SIGINT', ...argv], {
      cwd,
      env: { ...env, ...more, PULUMI_AUTOMATION_API: 'true' },
      timeoutMs: longestMs,
      maxOutputBytes: 256 * 1024 * 1024,
      signal: request.signal,
      endsWithinMs,
    });
    if (result.exitCode === 0) return { stdout: result.stdout, stderr: result.stderr, code: 0 };
    throw new CliFailure(`${result.stdout}\n${result.stderr}`);
  };
  // Of the version, the API asks nothing but its text.
  return { command: program, version: { toString: () => version }, run } as unknown as PulumiCommand;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** What the CLI printed when it failed. The API knows one of its failures by the name of the class. */
export class CliFailure extends Error {}

/** A CLI that is installed; else npm's package, which downloads one when it is used first. */
function findCli({ path, home }: CliRequest): string {
  const isShim = (dir: string) => dir.endsWith('node_modules/.bin');
  const dirs = path.split(':');
  const found =
    locateProgram('pulumi', dirs.filter((dir) => !isShim(dir)).join(':')) ??
    locateProgram('pulumi', [join(home, 'node_modules', '.bin'), ...dirs.filter(isShim)].join(':'));
  if (found !== undefined) return found;
  throw new LabError('HOST_UNSUITABLE', 'the Pulumi CLI is missing, which makes rooms of virtual machines', {
    hint: 'Run "npm install pulumi", which downloads it at its first use, or install it as pulumi.com says.',
  });
}

function unusable(what: string): LabError {
  return new LabError('HOST_UNSUITABLE', `the Pulumi CLI can't be used: ${what}`, {
    hint: 'Let this machine reach the internet once for npm\'s package "pulumi", or put another CLI on PATH.',
  });
}
