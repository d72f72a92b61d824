// podlab serve, as a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { podlabScript, systemPath, type Workplace } from './workplace.ts';

export interface RunningServer {
  readonly origin: string;
  /** Opens the instructor's page once. */
  readonly link: string;
  stop(): Promise<void>;
}

export async function startServer({ dir, root }: Workplace, file: string): Promise<RunningServer> {
  const env = { PATH: systemPath, HOME: dir, PODLAB_ROOT: root, LC_ALL: 'C.UTF-8' };
  const child = spawn(process.execPath, [podlabScript, 'serve', '-w', file, '--json'], {
    ...{ cwd: dir, env, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const [chunk] = await once(child.stdout, 'data');
  const { url, reports } = JSON.parse(String(chunk)) as { url: string; reports: string };
  return {
    origin: new URL(reports).origin,
    link: url,
    stop: async () => {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
