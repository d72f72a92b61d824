// One Pulumi stack for each room, by the Automation API: the program of src/infra runs in podlab's own process.

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EngineEvent, PulumiFn, Stack } from '@pulumi/pulumi/automation/index.js';
import { LabError } from '../../error.ts';
import { listDir, readTextIfExists, writeFileAtomic } from '../../host/files.ts';
import { identify } from '../../host/process.ts';
import { vmPlaces } from '../../infra/vm-record.ts';
import { CliFailure, type CliRequest, pulumiCli } from './pulumi-cli.ts';

/** As in Pulumi.yaml, so that "pulumi up" means the same stack. */
const project = 'podlab';

export interface StackRequest {
  readonly stack: string;
  /** podlab's state directory. */
  readonly stateDir: string;
  readonly home: string;
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** A resource as the stack remembers it. */
export interface KnownResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: { readonly name?: string };
}

interface State {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly KnownResource[];
    readonly pending_operations?: readonly object[];
  } & Record<string, unknown>;
}

export interface PulumiRoom {
  up(program: PulumiFn, onEvent: (event: EngineEvent) => void, replace: readonly string[]): Promise<void>;
  preview(program: PulumiFn, onEvent: (event: EngineEvent) => void): Promise<void>;
  /** @param refresh asks libvirt first what is still there */
  destroy(onEvent: (event: EngineEvent) => void, refresh: boolean): Promise<void>;
  /** What is made, as far as it is known. */
  resources(): Promise<readonly KnownResource[]>;
  /** Forgets operations that were cut off; for when what they have left behind is gone. */
  forgetPending(): Promise<void>;
  /** Forgets the stack, which has nothing any more. */
  remove(): Promise<void>;
}

/**
 * @param create whether a stack that is not there is made
 * @returns undefined when it is not there
 * @throws LabError HOST_UNSUITABLE, STACK_BUSY; CliFailure
 */
export async function openPulumi(request: StackRequest, create: boolean): Promise<PulumiRoom | undefined> {
  const { stack: name, stateDir } = request;
  const backend = backendOf(request);
  const command = await pulumiCli({ ...request, env: backend.env });
  const { LocalWorkspace, Stack } = await import('@pulumi/pulumi/automation/index.js');
  const workDir = join(vmPlaces(stateDir, name).dir, 'pulumi');
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const workspace = await LocalWorkspace.create({
    workDir,
    pulumiCommand: command,
    projectSettings: { name: project, runtime: 'nodejs', main: workDir },
  });
  if (backend.isOurs) breakDeadLocks(stateDir, name);
  const select = () => Stack.select(name, workspace);
  const stack = await select().catch((error) => {
    if (!(error instanceof CliFailure) || !/no stack named/.test(error.message)) throw error;
    return create ? Stack.create(name, workspace) : undefined;
  });
  return stack && roomOf(stack, name);
}

function roomOf(stack: Stack, name: string): PulumiRoom {
  const state = async () => (await stack.exportStack()) as unknown as State;
  const resources = async () => (await state()).deployment.resources ?? [];
  return {
    up: async (program, onEvent, replace) => {
      await stack.up({ program, onEvent, replace: [...replace], suppressProgress: true, color: 'never' });
    },
    preview: async (program, onEvent) => {
      await stack.preview({ program, onEvent, suppressProgress: true, color: 'never' });
    },
    destroy: async (onEvent, refresh) => {
      await stack.destroy({ onEvent, refresh, suppressProgress: true, color: 'never' });
    },
    resources,
    forgetPending: async () => {
      const { deployment, ...rest } = await state();
      const { pending_operations: cut = [], ...settled } = deployment;
      if (cut.length > 0) await stack.importStack({ ...rest, deployment: settled });
    },
    remove: () => stack.workspace.removeStack(name),
  };
}

/** Where the person keeps stacks; podlab's state directory, with a passphrase of podlab's, for those who have said nothing. */
function backendOf({ stateDir, env, path }: StackRequest): { isOurs: boolean; env: CliRequest['env'] } {
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

function isLoggedIn(env: CliRequest['env']): boolean {
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
function breakDeadLocks(stateDir: string, stack: string): void {
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
