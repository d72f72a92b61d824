// A private little machine for one test: its own users, network, mounts and processes, gone when the test ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Argv, Executor, RunOptions, RunResult } from '../../src/host/host.ts';

/**
 * Makes a world in which `script` (sh -eu, root inside) has run, and gives `fn` the way in.
 * `ip netns add` works in it, also for an ordinary user. Background processes of the script live as long as the world.
 */
export async function withWorld<T>(script: string, fn: (executor: Executor) => Promise<T>): Promise<T> {
  const init = spawn(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'sh',
      '-c',
      boot,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(init, 'exit');
  try {
    const ready = await Promise.race([once(init.stdout, 'data').then(() => true), ended.then(() => false)]);
    if (!ready) throw new Error(`no world: unshare ended with ${init.exitCode}`);
    const executor = enter('node1', innerPid(init.pid ?? 0));
    // Into a file: a background process would otherwise keep our pipe open.
    const result = await executor.run(['sh', '-eu', '-c', `exec >/tmp/script.log 2>&1\n${script}`]);
    if (result.exitCode !== 0) {
      throw new Error(`the world's script failed: ${(await executor.run(['cat', '/tmp/script.log'])).stdout}`);
    }
    return await fn(executor);
  } finally {
    init.kill('SIGKILL');
    await ended;
  }
}

// `cat` keeps the world alive until the test ends or dies, whichever comes first.
const boot = `mount -t tmpfs run /run && mount -t tmpfs tmp /tmp && mkdir -p /run/netns && ip link set lo up
echo ready; exec cat >/dev/null`;

function innerPid(outer: number): number {
  return Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim().split(' ')[0]);
}

/** An executor that enters all namespaces of a process. */
function enter(name: string, pid: number): Executor {
  const prefix = [
    'nsenter',
    '--target',
    String(pid),
    '--user',
    '--preserve-credentials',
    '--net',
    '--mount',
    '--pid',
    '--',
  ];
  return { name, run: (argv, options) => runHere(argv, [...prefix, ...argv], options) };
}

async function runHere(argv: Argv, command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const startedAt = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...options.env },
    detached: true,
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, options.timeoutMs ?? 30_000);
  // A program may end without reading what it was given.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  clearTimeout(timer);
  const durationMs = Math.round(performance.now() - startedAt);
  return { argv, exitCode: exitCode ?? 137, stdout, stderr, timedOut, truncated: false, durationMs };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}
