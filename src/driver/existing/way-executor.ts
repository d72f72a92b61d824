// Runs programs on a node that is reached by a program of this machine: kubectl, ssh, docker or minikube.

import { randomBytes } from 'node:crypto';
import { LabError } from '../../error.ts';
import type { Argv, Executor, RunOptions, RunResult } from '../../host/host.ts';
import { quoteCommand } from '../../host/run.ts';
import { atAbort } from '../../vm/at-abort.ts';
import { remoteCommand, remoteKill } from '../../vm/ssh-argv.ts';
import { type NodeWay, readExitMark, wayArgv, withExitMark } from './node-way.ts';

/** Runs a program of this machine. */
export type RunHere = (argv: Argv, options: RunOptions) => Promise<RunResult>;

const defaultTimeoutMs = 30_000;

/** How much longer this side waits than the node does. */
const graceMs = 10_000;

/** @param env what every program there gets; options of a run add to it */
export function wayExecutor(here: RunHere, way: NodeWay, env: Readonly<Record<string, string>>): Executor {
  return {
    name: way.name,
    run: async (argv, { timeoutMs = defaultTimeoutMs, env: more, ...options } = {}) => {
      const id = randomBytes(6).toString('hex');
      const script = withExitMark(remoteCommand({ argv, env: { ...env, ...more }, timeoutMs, id }), id);
      const kill = () => here(wayArgv(way, remoteKill(id)), { input: '', timeoutMs: graceMs }).catch(() => {});
      // The connection that commands share holds the output of a killed ssh open as long as the program there runs.
      const ended = atAbort(options.signal, kill);
      // Without input, whatever comes is nothing: every way opens standard input.
      const result = await here(wayArgv(way, script), { input: '', ...options, timeoutMs: timeoutMs + graceMs });
      await ended();
      // This side has let go, and the program there has not heard of it.
      if (result.timedOut || result.truncated) await kill();
      const gone = result.timedOut || result.truncated || options.signal?.aborted === true;
      const mark = readExitMark(result.stderr, id);
      if (mark === undefined && !gone) throw unreachable(way, result);
      const exitCode = mark?.code ?? 137;
      // timeout(1) has said KILL, and nobody else is likely to at that moment.
      const timedOut = result.timedOut || (exitCode === 137 && result.durationMs >= timeoutMs);
      return { ...result, argv, exitCode, stderr: mark?.stderr ?? result.stderr, timedOut };
    },
  };
}

/** The program to start, with the terminal handed over. */
export function wayInteractive(
  way: NodeWay,
  command: Argv,
  env: Readonly<Record<string, string>>,
  isTerminal: boolean,
): Argv {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return wayArgv(way, `exec ${quoteCommand(['env', ...variables, ...command])}`, isTerminal);
}

function unreachable(way: NodeWay, { argv, exitCode, stderr }: RunResult): LabError {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const [program] = argv;
  const why = exitCode === 127 ? `there is no program ${program}` : last || `${program} ended with ${exitCode}`;
  return new LabError('COMMAND_FAILED', `node "${way.name}" can't be reached: ${why}`, { hint: hintFor(way) });
}

function hintFor({ name, access, kubectl }: NodeWay): string {
  switch (access.by) {
    case 'debug-pod':
      return `See with: ${quoteCommand([...kubectl, 'get', 'nodes'])}; "podlab reset" makes the pods on the nodes anew.`;
    case 'ssh':
      return 'Log in by hand once: ssh must know the host and a key without asking.';
    case 'docker':
      return `See with: docker ps --filter name=${name}`;
    case 'minikube':
      return `See with: minikube status --profile ${access.profile}`;
  }
}
