// Runs a program on this machine, with bounds on its time and output. The only user of execa.

import type { Argv, RunOptions, RunResult } from './host.ts';
import { childrenOf } from './process.ts';

const defaultTimeoutMs = 30_000;
const defaultMaxOutputBytes = 1024 * 1024;

/**
 * Runs a program to its end. The whole process group is killed at the time limit, so what it started goes with it.
 *
 * @param env the complete environment, not an addition
 */
export async function runProgram(
  argv: Argv,
  options: RunOptions & {
    env?: Readonly<Record<string, string>>;
    cwd?: string;
    /** Called with standard error as it comes, for programs that tell there how far they are. */
    onStderr?: (text: string) => void;
    /**
     * For programs that put things in order when they are interrupted: the signal of `options` reaches them as SIGINT, again
     * after half of this time, and only after all of it they are killed. Milliseconds.
     */
    endsWithinMs?: number;
  } = {},
): Promise<RunResult> {
  // Loaded here, so that verbs that run nothing don't pay for it at start-up.
  const { execa } = await import('execa');
  const [file, ...args] = argv;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const started = performance.now();
  const child = execa(file, args, {
    reject: false,
    extendEnv: false,
    env: { ...options.env },
    // A process group of its own, so that one kill reaches every descendant, in whatever pid namespace it is.
    detached: true,
    cleanup: true,
    maxBuffer: options.maxOutputBytes ?? defaultMaxOutputBytes,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...inputOf(options),
  });
  if (options.onStderr !== undefined) child.stderr?.on('data', (bytes) => options.onStderr?.(String(bytes)));
  let timedOut = false;
  const kill = () => killGroup(child.pid);
  const timers = [
    setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs),
  ];
  const interrupt = () => sendSignal(-(child.pid ?? 0), 'SIGINT');
  const stop = () => {
    const { endsWithinMs = 0 } = options;
    if (endsWithinMs === 0 || child.pid === undefined) return kill();
    interrupt();
    timers.push(setTimeout(interrupt, endsWithinMs / 2), setTimeout(kill, endsWithinMs));
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await child;
    if (result.isMaxBuffer) kill();
    return {
      argv,
      exitCode: result.exitCode ?? (result.code === 'ENOENT' ? 127 : 137),
      stdout: result.stdout,
      stderr: result.stderr,
      timedOut,
      truncated: result.isMaxBuffer,
      durationMs: Math.round(performance.now() - started),
    };
  } finally {
    timers.forEach(clearTimeout);
    options.signal?.removeEventListener('abort', stop);
  }
}

/**
 * Runs a program with this terminal handed over to it.
 *
 * @returns its exit code, 128 + n when signal n ended it
 */
export async function runInteractive(argv: Argv, env: Readonly<Record<string, string>>): Promise<number> {
  const { execa } = await import('execa');
  const { constants } = await import('node:os');
  const [file, ...args] = argv;
  // Ctrl-C belongs to the program on the node while it runs.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const child = execa(file, args, { reject: false, extendEnv: false, env: { ...env }, stdio: 'inherit' });
  // nsenter waits for the program that it has started, and does not pass signals on.
  const passOn = (signal: NodeJS.Signals) => {
    for (const pid of [...childrenOf(child.pid), child.pid]) if (pid !== undefined) sendSignal(pid, signal);
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
  try {
    const result = await child;
    if (result.exitCode !== undefined) return result.exitCode;
    return result.signal === undefined ? 127 : 128 + (constants.signals[result.signal as NodeJS.Signals] ?? 0);
  } finally {
    process.off('SIGINT', ignore);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, passOn);
  }
}

/** A command as one line that can be pasted into a shell. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function inputOf({ input, inputFile }: RunOptions) {
  if (inputFile !== undefined) return { inputFile };
  return input === undefined ? ({ stdin: 'ignore' } as const) : { input };
}

function killGroup(pid: number | undefined): void {
  if (pid !== undefined) sendSignal(-pid, 'SIGKILL');
}

/** @param pid negative for a process group */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}
