// What verbs get from the machine: streams, places, the drivers. Made once, in main.ts.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Driver } from '../driver/driver.ts';
import { type Paths, podlabPaths } from '../host/paths.ts';
import type { Reporter } from '../reporter.ts';
import type { DriverName } from '../topology/topology.ts';
import { exitCodes } from './exit-codes.ts';

export interface App {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id. */
  readonly uid: number;
  readonly paths: Paths;
  /** Directories in which programs are looked up, colon-separated. */
  readonly programPath: string;
  /** podlab's own directory. */
  readonly home: string;
  /** Directories in which stacks and labs are looked up: the present one, then podlab's own. */
  readonly roots: readonly string[];
  /** Fires on SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  reporter(): Promise<Reporter>;
  driver(name: DriverName): Promise<Driver>;
  /** Prints one answer: JSON with a version when asked for, else text. */
  answer(json: boolean, data: object, text: () => string): void;
  close(): Promise<void>;
}

export function createApp(): App {
  const { stdout, env } = process;
  const uid = process.geteuid?.() ?? 0;
  const paths = podlabPaths(uid, env);
  const own = fileURLToPath(new URL('../..', import.meta.url));
  const abort = new AbortController();
  const onSignal = () => abort.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  // A reader that stops early (`podlab list | head`) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`podlab: the answer could not be written: ${error.message}\n`);
    // Whatever the verb then says: nobody has its answer.
    process.once('exit', () => {
      process.exitCode = exitCodes.broken;
    });
  });

  return {
    // Opened when somebody wants them: each stream takes a millisecond.
    get stdin() {
      return process.stdin;
    },
    stdout,
    get stderr() {
      return process.stderr;
    },
    env,
    uid,
    paths,
    programPath: programPathOf(env.PATH),
    home: resolve(own),
    roots: [...new Set([resolve('.'), resolve(own)])].filter((root) => existsSync(root)),
    signal: abort.signal,
    reporter: async () => {
      const { chooseReporter } = await import('./terminal/reporter.ts');
      return chooseReporter({ stream: process.stderr, quiet: env.PODLAB_QUIET === '1' });
    },
    driver: async (name) => {
      const { openDriver } = await import('./drivers.ts');
      const path = programPathOf(env.PATH);
      return openDriver(name, { paths, home: resolve(own), env, uid, path, signal: abort.signal });
    },
    answer: (json, data, text) => {
      stdout.write(json ? `${JSON.stringify({ version: 1, ...data }, undefined, 2)}\n` : text());
    },
    close: async () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, onSignal);
    },
  };
}

/** Where programs are looked up: Debian keeps nft, tc and dockerd in directories that an ordinary user's PATH lacks. */
export function programPathOf(path: string | undefined): string {
  const system = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return [...new Set([...(path ?? '').split(':').filter((dir) => dir !== ''), ...system])].join(':');
}

/** Absolute path of a file or directory under one of the roots, or undefined. */
export function findUnderRoots(app: Pick<App, 'roots'>, ...parts: readonly string[]): string | undefined {
  return app.roots.map((root) => join(root, ...parts)).find((path) => existsSync(path));
}
