// inotify instances: kubelets and container runtimes need many, the kernel gives each user few, and says nothing useful when
// they are used up.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Counted on clusters of two to five nodes: 14 to 15 per node, rounded up. */
const perNode = 16;

const limitFile = '/proc/sys/fs/inotify/max_user_instances';

/** How many more this user can have. */
export function inotifyLeft(): number {
  return Number(readFileSync(limitFile, 'utf8')) - instancesInUse();
}

/** Why this machine has not enough of them for a cluster of so many nodes; '' when it has. */
export function inotifyFault(nodes: number): { readonly fault: string; readonly remedy: string } {
  const limit = Number(readFileSync(limitFile, 'utf8'));
  const used = instancesInUse();
  const wanted = used + nodes * perNode;
  if (wanted <= limit) return { fault: '', remedy: '' };
  return {
    fault: `${nodes} nodes need about ${nodes * perNode} inotify instances; root has ${limit}, of which ${used} are in use`,
    remedy: `Run "sysctl -w fs.inotify.max_user_instances=${Math.max(512, 2 * wanted)}", or take another room down.`,
  };
}

/** Those of all processes that can be seen; other users' count too, which errs to the safe side. */
function instancesInUse(): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .reduce((sum, pid) => sum + instancesOf(pid), 0);
}

function instancesOf(pid: string): number {
  const dir = `/proc/${pid}/fd`;
  try {
    return readdirSync(dir).filter((fd) => isInotify(`${dir}/${fd}`)).length;
  } catch {
    return 0; // It has ended, or belongs to somebody else.
  }
}

function isInotify(link: string): boolean {
  try {
    return readlinkSync(link) === 'anon_inode:inotify';
  } catch {
    return false;
  }
}
