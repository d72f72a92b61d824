// Shell on a tree that is to become an image: in namespaces that end with podlab, with one date for all.

import { LabError } from '../error.ts';
import { runProgram } from '../host/run.ts';
import { tiedWithAll } from '../host/tied.ts';
import { proxies } from '../toolchain/debian-root.ts';
import type { Workplace } from '../toolchain/request.ts';
import { epochSeconds } from './recipe.ts';

/**
 * Runs a POSIX script with arguments. Mounts that it makes are gone afterwards.
 *
 * @throws LabError COMMAND_FAILED with the end of what it said, TIMEOUT, CANCELLED
 */
export async function inTree(
  script: string,
  args: readonly string[],
  { path, env, signal }: Workplace,
  onStderr: (text: string) => void = () => {},
): Promise<void> {
  const { exitCode, stderr, timedOut } = await runProgram(tiedWithAll(['sh', '-euc', script, 'podlab', ...args]), {
    env: {
      ...{ PATH: path, LC_ALL: 'C.UTF-8', HOME: '/root', DEBIAN_FRONTEND: 'noninteractive' },
      ...{ SOURCE_DATE_EPOCH: `${epochSeconds}`, ...proxies(env) },
    },
    timeoutMs: 30 * 60_000,
    maxOutputBytes: 16 * 1024 * 1024,
    signal,
    onStderr,
  });
  if (signal.aborted) throw new LabError('CANCELLED', 'interrupted while building the image');
  if (timedOut) throw new LabError('TIMEOUT', 'building the image took more than half an hour');
  if (exitCode === 0) return;
  const said = stderr.trim().split('\n').slice(-12).join('\n');
  throw new LabError('COMMAND_FAILED', `the image could not be built:\n${said}`);
}
