// A place for the rooms of one benchmark: its own PODLAB_ROOT, removed with everything in it.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Workplace {
  readonly dir: string;
  /** PODLAB_ROOT: where the rooms are. */
  readonly root: string;
  /** Runs `node bin/podlab.mjs …` to its end; its standard output. */
  podlab(...words: readonly string[]): Promise<string>;
  write(name: string, text: string): string;
}

export const podlabScript = fileURLToPath(new URL('../bin/podlab.mjs', import.meta.url));

/** @param parent where it is made: the directory for temporary files if absent */
export async function withWorkplace<T>(work: (place: Workplace) => Promise<T>, parent = tmpdir()): Promise<T> {
  const dir = mkdtempSync(join(parent, 'podlab-bench-'));
  const root = join(dir, 'root');
  // Only what podlab needs, so that the length of somebody's PATH is no part of the result.
  const env = { PATH: systemPath, HOME: dir, PODLAB_ROOT: root, PODLAB_QUIET: '1', LC_ALL: 'C.UTF-8' };
  const podlab = (...words: readonly string[]) =>
    runToEnd(process.execPath, [podlabScript, ...words], { cwd: dir, env });
  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  try {
    return await work({ dir, root, podlab, write });
  } finally {
    await podlab('down', '--all');
    rmSync(dir, { recursive: true, force: true });
  }
}

export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a program to its end; its standard output. Rejects with its standard error when it fails. */
export function runToEnd(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(out);
      else reject(new Error(`${file} ${args.join(' ')}: status ${status}\n${err}`));
    });
  });
}
