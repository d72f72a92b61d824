// Runs programs on a virtual machine by OpenSSH's client, over one connection for all.

import { randomBytes } from 'node:crypto';
import { LabError } from '../error.ts';
import type { Argv, Executor, RunOptions, RunResult } from '../host/host.ts';
import { atAbort } from './at-abort.ts';
import { remoteCommand, remoteKill, type SshTarget, sshArgv, sshExitArgv, sshMasterArgv } from './ssh-argv.ts';

/** Runs ssh: `runProgram`, or one that enters the place from which the machine can be reached. */
export type RunSsh = (argv: Argv, options: RunOptions) => Promise<RunResult>;

export interface SshExecutor extends Executor {
  /** Ends the connection; the next command opens another. Never rejects. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 30_000;

/** How much longer this side waits than the machine does: the answer has a way to go, and emulated machines are slow. */
const graceMs = 10_000;

/** Shorter than ControlPersist: until then the connection is certainly there. */
const freshMs = 30_000;

export interface Machine {
  readonly target: SshTarget;
  /** What every program there gets; options of a run add to it. */
  readonly env: Readonly<Record<string, string>>;
  /** By how much time limits are multiplied: 1, or more for a machine whose processor is emulated. */
  readonly patience: number;
}

export function sshExecutor(ssh: RunSsh, { target, env, patience }: Machine): SshExecutor {
  let opening: Promise<void> | undefined;
  let usedAt = Number.NEGATIVE_INFINITY;

  const open = async () => {
    if (performance.now() - usedAt < freshMs) return;
    opening ??= openMaster(ssh, target).finally(() => {
      opening = undefined;
    });
    await opening;
  };

  return {
    name: target.name,
    run: async (argv, { signal, timeoutMs: asked = defaultTimeoutMs, env: more, ...options } = {}) => {
      const timeoutMs = asked * patience;
      await open();
      usedAt = performance.now();
      const id = randomBytes(6).toString('hex');
      const command = remoteCommand({ argv, env: { ...env, ...more }, timeoutMs, id });
      // The connection that commands share holds the output of a killed client open as long as the program there runs.
      const ended = atAbort(signal, () => kill(ssh, target, id));
      const result = await ssh(sshArgv(target, command), {
        ...options,
        timeoutMs: timeoutMs + graceMs,
        ...(signal === undefined ? {} : { signal }),
      });
      usedAt = performance.now();
      await ended();
      // This side has let go, and the program there has not heard of it.
      if (result.timedOut || result.truncated) await kill(ssh, target, id);
      const fault = result.exitCode === 255 ? sshFault(result.stderr) : '';
      if (fault !== '') {
        usedAt = Number.NEGATIVE_INFINITY;
        throw unreachable(target, fault);
      }
      // timeout(1) has said KILL, and nobody else is likely to at that moment.
      const timedOut = result.timedOut || (result.exitCode === 137 && result.durationMs >= timeoutMs);
      return { ...result, argv, timedOut };
    },
    close: async () => {
      await ssh(sshExitArgv(target), { timeoutMs: 5000 }).catch(() => {});
      usedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** The line with which ssh itself says why there is no connection; '' when the 255 is the program's own. */
export function sshFault(stderr: string): string {
  const faults =
    /^(ssh: .*|kex_exchange_identification: .*|Connection .*(?:closed|reset|refused|timed out).*|Host key verification failed.*|.*: Permission denied \(.*|No .* host key is known for .*|.*REMOTE HOST IDENTIFICATION HAS CHANGED.*|Timeout, server .*|client_loop: .*|mux_client_.*)$/m;
  return (faults.exec(stderr)?.[1] ?? '').trim().replace(/\.$/, '');
}

async function openMaster(ssh: RunSsh, target: SshTarget): Promise<void> {
  const { exitCode, stderr, timedOut } = await ssh(sshMasterArgv(target), { timeoutMs: 60_000 });
  if (exitCode === 0) return;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  throw unreachable(
    target,
    timedOut ? 'no answer within a minute' : sshFault(stderr) || last || `exit code ${exitCode}`,
  );
}

async function kill(ssh: RunSsh, target: SshTarget, id: string): Promise<void> {
  await ssh(sshArgv(target, remoteKill(id)), { timeoutMs: 20_000 }).catch(() => {});
}

function unreachable({ name, address }: SshTarget, fault: string): LabError {
  return new LabError('COMMAND_FAILED', `node "${name}" can't be reached at ${address}: ${fault}`, {
    hint: 'See with "podlab status" whether the machine runs.',
  });
}
