// One Pulumi stack for each room, by the Automation API: the program of src/infra runs in podlab's own process.

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineEvent, PulumiFn, Stack } from '@pulumi/pulumi/automation/index.js';
import { removeIfEmpty } from '../../host/files.ts';
import { vmPlaces } from '../../infra/vm-record.ts';
import { type Backend, backendOf, breakDeadLocks, project, scratchBackend } from './pulumi-backend.ts';
import { CliFailure, pulumiCli } from './pulumi-cli.ts';

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
  /** @param replace URNs of what becomes new though nothing about it has changed */
  up(program: PulumiFn, onEvent: (event: EngineEvent) => void, replace: readonly string[]): Promise<void>;
  preview(program: PulumiFn, onEvent: (event: EngineEvent) => void, replace: readonly string[]): Promise<void>;
  /** @param refresh asks libvirt first what is still there */
  destroy(onEvent: (event: EngineEvent) => void, refresh: boolean): Promise<void>;
  /** What is made, as far as it is known. */
  resources(): Promise<readonly KnownResource[]>;
  /** Forgets operations that were cut off; for when what they have left behind is gone. */
  forgetPending(): Promise<void>;
  /** Has Pulumi ask libvirt about these, and forget those that are gone. */
  refresh(urns: readonly string[]): Promise<void>;
  /** Forgets the stack, which has nothing any more but what stands for itself, its parts and its providers. */
  remove(): Promise<void>;
  /** Forgets a stack that was made up; every other one stays as it is. */
  stopPretending(): void;
}

/** What becomes of a stack that is not there: it is made, or left so, or made up for as long as somebody looks at it. */
export type IfMissing = 'make' | 'leave' | 'pretend';

/**
 * @returns undefined when it is not there, and is to be left so
 * @throws LabError HOST_UNSUITABLE, STACK_BUSY; CliFailure
 */
export async function openPulumi(request: StackRequest, ifMissing: IfMissing): Promise<PulumiRoom | undefined> {
  const { dir } = vmPlaces(request.stateDir, request.stack);
  const workDir = join(dir, 'pulumi');
  const wasThere = existsSync(workDir);
  const backend = backendOf(request);
  const leaveNothing = () => {
    if (!wasThere) removeWorkDir(workDir);
  };
  const stack = await openIn(request, backend, workDir, ifMissing === 'make').catch((error) => {
    leaveNothing();
    throw error;
  });
  if (stack !== undefined) return roomOf(stack, request.stack);
  leaveNothing();
  return ifMissing === 'pretend' ? pretend(request, backend, join(dir, 'preview')) : undefined;
}

/** A stack of its own, in a backend of its own, which are both gone when it is removed. */
async function pretend(request: StackRequest, backend: Backend, workDir: string): Promise<PulumiRoom> {
  // A preview that was killed may have left one.
  removeWorkDir(workDir);
  const stack = await openIn(request, scratchBackend(backend, workDir), workDir, true);
  if (stack === undefined) throw new Error('a stack that was to be made is not there');
  return { ...roomOf(stack, request.stack), stopPretending: () => removeWorkDir(workDir) };
}

/** With the directories above it that nothing else is in: they are the room's. */
function removeWorkDir(workDir: string): void {
  rmSync(workDir, { recursive: true, force: true });
  if (removeIfEmpty(dirname(workDir))) removeIfEmpty(dirname(dirname(workDir)));
}

async function openIn(
  request: StackRequest,
  backend: Backend,
  workDir: string,
  create: boolean,
): Promise<Stack | undefined> {
  const { stack: name, stateDir } = request;
  const command = await pulumiCli({ ...request, env: backend.env });
  const { LocalWorkspace, Stack } = await import('@pulumi/pulumi/automation/index.js');
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const workspace = await LocalWorkspace.create({
    workDir,
    pulumiCommand: command,
    projectSettings: { name: project, runtime: 'nodejs', main: workDir },
  });
  if (backend.isOurs) breakDeadLocks(stateDir, name);
  return Stack.select(name, workspace).catch((error) => {
    if (!(error instanceof CliFailure) || !/no stack named/.test(error.message)) throw error;
    return create ? Stack.create(name, workspace) : undefined;
  });
}

function roomOf(stack: Stack, name: string): PulumiRoom {
  const state = async () => (await stack.exportStack()) as unknown as State;
  const resources = async () => (await state()).deployment.resources ?? [];
  return {
    up: async (program, onEvent, replace) => {
      await stack.up({ program, onEvent, replace: [...replace], suppressProgress: true, color: 'never' });
    },
    preview: async (program, onEvent, replace) => {
      await stack.preview({ program, onEvent, replace: [...replace], suppressProgress: true, color: 'never' });
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
    refresh: async (urns) => {
      await stack.refresh({ target: [...urns], suppressProgress: true, color: 'never' });
    },
    remove: async () => {
      const isEmpty = (await resources()).every(({ type }) => /^(pulumi|podlab):/.test(type));
      await stack.workspace.removeStack(name, { force: isEmpty });
    },
    stopPretending: () => {},
  };
}
