// Where the stacks of rooms are kept: where the person keeps his, else in podlab's state directory.

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LabError } from '../../error.ts';
import { listDir, readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { identify } from '../../host/process.ts';

/** As in Pulumi.yaml, so that "pulumi up" means the same stack. */
export const project = 'podlab';

export interface Backend {
  /** Whether it is podlab's own. */
  readonly isOurs: boolean;
  /** The environment in which the CLI means it. */
  readonly env: Readonly<Record<string, string>>;
}

interface Surroundings {
  /** podlab's state directory. */
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directories in which programs are looked up, colon-separated. */
  readonly path: string;
}

/** Where the person keeps stacks; podlab's state directory, with a passphrase of podlab's, for those who have said nothing. */
export function backendOf({ stateDir, env, path }: Surroundings): Backend {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const base = { ...given, PATH: path, PULUMI_SKIP_UPDATE_CHECK: 'true' };
  if (isLoggedIn(given)) return { isOurs: false, env: base };
  const hasPassphrase = 'PULUMI_CONFIG_PASSPHRASE' in given || 'PULUMI_CONFIG_PASSPHRASE_FILE' in given;
  return {
    isOurs: true,
    env: {
      ...base,
      PULUMI_BACKEND_URL: pathToFileURL(stateDir).href,
      ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(stateDir) }),
    },
  };
}

/** One for a stack that is only looked at: in a directory that is removed afterwards. */
export function scratchBackend({ env }: Backend, dir: string): Backend {
  const { PULUMI_CONFIG_PASSPHRASE_FILE: _, ...others } = env;
  const own = { PULUMI_BACKEND_URL: pathToFileURL(dir).href, PULUMI_CONFIG_PASSPHRASE: 'nothing is kept' };
  return { isOurs: false, env: { ...others, ...own } };
}

function isLoggedIn(env: Backend['env']): boolean {
  if (env.PULUMI_BACKEND_URL) return true;
  const home = env.PULUMI_HOME || join(env.HOME ?? '/', '.pulumi');
  const text = readTextIfExists(join(home, 'credentials.json')) ?? '{}';
  try {
    return Boolean((JSON.parse(text) as { current?: string }).current);
  } catch {
    return false;
  }
}

/** A file and no variable: the environment of a process can be read by more programs than a file. */
function passphraseFile(stateDir: string): string {
  const file = join(stateDir, '.pulumi-passphrase');
  if ((readTextIfExists(file) ?? '') === '') writeFileAtomic(file, randomBytes(32).toString('hex'));
  return file;
}

/** A CLI that was killed leaves its lock behind, and this backend has no lease. */
export function breakDeadLocks(stateDir: string, stack: string): void {
  const dir = join(stateDir, '.pulumi', 'locks', 'organization', project, stack);
  for (const file of listDir(dir).filter((name) => name.endsWith('.json'))) {
    const lock = JSON.parse(readTextIfExists(join(dir, file)) ?? '{}') as { pid?: number; hostname?: string };
    if (lock.hostname === hostname() && identify(lock.pid ?? 0) !== undefined) {
      throw new LabError('STACK_BUSY', `stack "${stack}" is locked by another Pulumi (process ${lock.pid})`, {
        hint: 'Wait for it to finish, or end that process and run the command again.',
      });
    }
    if (lock.hostname === hostname()) rmSync(join(dir, file), { force: true });
  }
}
