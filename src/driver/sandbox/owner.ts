// Starts the owner of a room and follows it until every part of the room has said that it is ready.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import { type ProcessIdentity, parseProcessStat } from '../../host/process.ts';

export interface OwnerRequest {
  readonly stack: string;
  /** The room's runtime directory; `room/` in it holds the files of `roomFiles`. */
  readonly dir: string;
  /** Absolute path of owner.sh. */
  readonly script: string;
  /** User id to run as instead of root; 0 keeps the present one. */
  readonly uid: number;
  readonly roomNamespaces: string;
  readonly nodeNamespaces: string;
  /** Names that have to report, `gateway` among them. */
  readonly members: readonly string[];
  /** Absolute path of the directory for what engines write; '' for a room without engines. */
  readonly engineData: string;
  /** Absolute path of the directory with a cluster's programs; '' for a room without a cluster. */
  readonly toolchain: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  onReady(name: string): void;
}

export type Members = readonly (ProcessIdentity & { readonly name: string })[];

/**
 * Resolves when all members have reported. The owner goes on after this process has ended; it has no terminal, its standard
 * error is the room's log.
 *
 * @throws LabError COMMAND_FAILED, HOST_UNSUITABLE, TIMEOUT or CANCELLED; the caller then removes the room
 */
export async function startOwner(request: OwnerRequest): Promise<Members> {
  const log = openSync(join(request.dir, 'log'), 'a', 0o600);
  // node:child_process and not execa: a process that outlives us, and loading execa takes longer than making a small room.
  const child = spawn('sh', [request.script, `${request.uid}`, request.roomNamespaces], {
    cwd: request.dir,
    env: {
      PATH: request.path,
      // Not C.UTF-8, whose tables each of the many small programs would load: a tenth of its time.
      LC_ALL: 'C',
      PODLAB_STACK: request.stack,
      NODE_NAMESPACES: request.nodeNamespaces,
      ENGINE_DATA: request.engineData,
      TOOLCHAIN: request.toolchain,
    },
    stdio: ['ignore', 'pipe', log],
    detached: true,
  });
  closeSync(log);
  try {
    return await membersOf(child, request);
  } catch (error) {
    // It may not even have said who it is.
    await killed(child);
    throw error;
  } finally {
    child.stdout?.destroy();
    child.unref();
  }
}

function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function membersOf(child: ChildProcess, request: OwnerRequest): Promise<Members> {
  const waitingFor = new Set(request.members);
  const members: (ProcessIdentity & { name: string })[] = [];
  // Two hundred nodes take about a second; a loaded machine may be thirty times slower.
  const limitMs = 30_000 + 200 * request.members.length;
  let timer: NodeJS.Timeout | undefined;
  return new Promise<Members>((resolve, reject) => {
    timer = setTimeout(() => {
      const late = [...waitingFor].slice(0, 5).join(', ');
      reject(new LabError('TIMEOUT', `room "${request.stack}": no word from ${late} after ${limitMs / 1000} s`));
    }, limitMs);
    const cancel = () => reject(new LabError('CANCELLED', 'interrupted'));
    // It may have come before there was anybody to hear it.
    if (request.signal?.aborted) cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    child.once('error', reject);
    child.once('exit', () => reject(failure(request, 'gateway', 'start')));
    const { stdout } = child;
    if (stdout === null) throw new Error('the owner was started without a pipe');
    createInterface({ input: stdout }).on('line', (line) => {
      const [kind, rest] = splitOnce(line);
      if (kind === 'fail') return reject(failure(request, ...splitOnce(rest)));
      const [name, stat] = kind === 'node' ? splitOnce(rest) : ['gateway', rest];
      const identity = parseProcessStat(stat);
      if (identity === undefined || !waitingFor.delete(name)) return;
      members.push({ name, pid: identity.pid, startTicks: identity.startTicks });
      request.onReady(name);
      if (waitingFor.size === 0) resolve(members);
    });
  }).finally(() => {
    clearTimeout(timer);
    child.removeAllListeners();
  });
}

function failure({ stack, dir }: OwnerRequest, where: string, step: string): LabError {
  const log = readTextIfExists(join(dir, 'log'))?.trim().split('\n').slice(-20).join('\n') ?? '';
  const message = `room "${stack}": ${step} failed on ${where}${log === '' ? '' : `:\n${log}`}`;
  if (/^unshare: .*(not permitted|No space left|Permission denied)/m.test(log)) {
    const hint = 'This machine does not let you make namespaces. Run "podlab doctor" to see which setting forbids it.';
    return new LabError('HOST_UNSUITABLE', message, { hint });
  }
  return new LabError('COMMAND_FAILED', message, {
    hint: 'Run "podlab doctor" to see what this machine lacks; "podlab preview" shows each command of the room.',
  });
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(' ');
  return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
