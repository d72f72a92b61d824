// A command in a container of a pod, by the API server's WebSocket.

import { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { KubeConfig, V1Status } from '@kubernetes/client-node';
import { LabError } from '../../error.ts';
import type { Argv, RunOptions, RunResult } from '../../host/host.ts';

export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** @throws LabError PROBE_FAILED when the way to the container breaks, CANCELLED */
export async function execInPod(
  config: KubeConfig,
  { namespace, pod, container }: PodContainer,
  argv: Argv,
  options: RunOptions,
): Promise<RunResult> {
  const { input, timeoutMs = 30_000, maxOutputBytes = 1_048_576, signal } = options;
  const { Exec } = await import('@kubernetes/client-node');
  const began = performance.now();
  const stdout = collector(maxOutputBytes);
  const stderr = collector(maxOutputBytes);
  const limit = AbortSignal.timeout(timeoutMs);
  const { exitCode, ended } = await new Promise<{ exitCode: number; ended: 'itself' | 'time' }>((resolve, reject) => {
    const failed = (cause: unknown) =>
      reject(
        new LabError('PROBE_FAILED', `${namespace}/${pod}: no command can be run: ${reasonOf(cause)}`, {
          hint: 'Look at it with "podlab fleet status"; running commands needs the permission pods/exec.',
          cause,
        }),
      );
    const stdin = input === undefined ? null : Readable.from([input]);
    new Exec(config)
      .exec(namespace, pod, container, [...argv], stdout.sink, stderr.sink, stdin, false, (status) => {
        const exitCode = exitCodeOf(status);
        if (exitCode === undefined) failed(new Error(status.message));
        else resolve({ exitCode, ended: 'itself' });
      })
      .then((socket) => {
        socket.addEventListener('error', failed);
        // After the status this says nothing new.
        socket.addEventListener('close', () => failed(new Error('the connection ended before the command did')));
        limit.addEventListener('abort', () => {
          resolve({ exitCode: 137, ended: 'time' });
          socket.close();
        });
        signal?.addEventListener('abort', () => {
          reject(new LabError('CANCELLED', 'interrupted'));
          socket.close();
        });
      }, failed);
  });
  return {
    argv,
    exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    timedOut: ended === 'time',
    truncated: stdout.isFull() || stderr.isFull(),
    durationMs: Math.round(performance.now() - began),
  };
}

export interface FollowOptions {
  /** Whole lines, without their end. */
  readonly onLine: (line: string) => void;
  /** After so long without a line the way there is taken for broken: something in between may have forgotten it. */
  readonly quietMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a program for as long as it prints lines. Ends, never rejects, when the program, the way there or the caller does.
 *
 * @returns why it could not be begun; '' when it was
 */
export async function followInPod(
  config: KubeConfig,
  { namespace, pod, container }: PodContainer,
  argv: Argv,
  { onLine, quietMs, signal }: FollowOptions,
): Promise<string> {
  const { Exec } = await import('@kubernetes/client-node');
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let watchdog = setTimeout(end, quietMs);
  let rest = '';
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk: Buffer | string, _encoding, done) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, quietMs);
      const lines = (rest + text.write(Buffer.from(chunk))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      done();
    },
  });
  const text = new StringDecoder('utf8');
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const opening = new Exec(config).exec(namespace, pod, container, [...argv], sink, nothing, null, false, end);
    const socket = await Promise.race([opening, ended.then(() => undefined)]);
    socket?.addEventListener('error', end);
    socket?.addEventListener('close', end);
    await ended;
    // One that opens too late is closed all the same.
    void opening.then((late) => late.close()).catch(() => {});
    return '';
  } catch (cause) {
    return reasonOf(cause);
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', end);
  }
}

/** Of a Status: Success, or a failure that names the exit code among its causes; undefined when nothing was run. */
function exitCodeOf({ status, details }: V1Status): number | undefined {
  if (status === 'Success') return 0;
  const code = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return code === undefined ? undefined : Number(code);
}

function collector(most: number) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (bytes < most) chunks.push(chunk.subarray(0, most - bytes));
      bytes += chunk.length;
      done();
    },
  });
  return { sink, text: () => Buffer.concat(chunks).toString('utf8'), isFull: () => bytes > most };
}

/** A WebSocket's failures are events with a message in them. */
function reasonOf(cause: unknown): string {
  const { message } = (cause ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : String(cause);
}
