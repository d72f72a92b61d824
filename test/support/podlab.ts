// Runs podlab as a person does, with rooms in a place of the test's own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The file that `podlab` is. */
export const bin = join(import.meta.dirname, '..', '..', 'bin', 'podlab.mjs');

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Desk {
  /** What PODLAB_ROOT says; also holds the stack files that the test writes. */
  readonly root: string;
  /** The environment in which its podlab runs. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs one command line to its end. */
  podlab(...words: readonly string[]): Promise<Outcome>;
  /** Starts one and leaves it running. */
  start(...words: readonly string[]): ChildProcess;
  /** Writes `Pulumi.<stack>.yaml` with these lines under `config:` and returns its path. */
  stackFile(stack: string, ...lines: readonly string[]): string;
}

/** Gives a desk to `work`; afterwards every room of it is taken down and its files are removed. */
export async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'podlab-desk-'));
  mkdirSync(join(root, 'run'));
  const env = { ...process.env, PODLAB_ROOT: root, NO_COLOR: '1' };
  delete (env as NodeJS.ProcessEnv).FORCE_COLOR;
  const started: ChildProcess[] = [];
  const start = (...words: readonly string[]) => {
    const child = spawn(process.execPath, [bin, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    started.push(child);
    return child;
  };
  const desk: Desk = {
    root,
    env,
    start,
    podlab: (...words) => outcomeOf(start(...words)),
    stackFile: (stack, ...lines) => {
      const path = join(root, `Pulumi.${stack}.yaml`);
      writeFileSync(path, ['config:', ...lines.map((line) => `  ${line}`), ''].join('\n'));
      return path;
    },
  };
  try {
    await work(desk);
  } finally {
    for (const child of started) child.kill('SIGKILL');
    await desk.podlab('down', '--all');
    rmSync(root, { recursive: true, force: true });
  }
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
