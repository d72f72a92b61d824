// Debian's mininet on the same graph: hosts on one Linux bridge, without a controller.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Why it can't be measured here; '' when it can. */
export function mininetMissing(path: string): string {
  const missing = ['mn', 'brctl'].filter((name) => !path.split(':').some((dir) => isThere(join(dir, name))));
  return missing.length === 0
    ? ''
    : `mininet was not measured: no ${missing.join(', no ')} (Debian: mininet, bridge-utils)`;
}

export interface MininetTimes {
  /** Milliseconds from the start of `mn` until its network stands. */
  readonly up: number;
  /** Milliseconds until it has taken the network down again and ended. */
  readonly whole: number;
}

/**
 * It runs in namespaces of its own, so neither its bridge
 * nor its settings reach this machine, and the namespaces' end takes away what it leaves.
 */
export function timeMininet(nodes: number, path: string): Promise<MininetTimes> {
  const mn = ['mn', '--topo', `single,${nodes}`, '--switch', 'lxbr', '--controller', 'none', '--test', 'none'];
  const own = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('unshare', [...own, ...mn], {
      env: { PATH: path, HOME: '/', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [said, ms] = ['', Number.NaN];
    const listen = (data: Buffer) => {
      said += data;
      // With no test to run, taking the network down begins as soon as it stands.
      if (Number.isNaN(ms) && said.includes('*** Stopping')) ms = performance.now() - started;
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('close', () => {
      if (Number.isNaN(ms)) reject(new Error(`mn built no network:\n${said.slice(-2000)}`));
      else resolve({ up: ms, whole: performance.now() - started });
    });
  });
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
