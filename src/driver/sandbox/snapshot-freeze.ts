// Holds every process of a cluster's nodes still while their files are copied.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../error.ts';
import { cgroupOfRoom, cgroupRoots } from './cgroups.ts';

export interface Freezer {
  /** Control file of the room's group, which holds the groups of its nodes. */
  readonly control: string;
  readonly freeze: string;
  readonly thaw: string;
  /** File that says when all have come to a stop, and the line that says it. */
  readonly report: string;
  readonly frozen: string;
}

/**
 * The freezer of control groups and not SIGSTOP: parents of stopped processes notice, and some, such as nsenter, stop too.
 *
 * @param dir the room's runtime directory
 * @param roots mount points of the hierarchies
 * @returns undefined when the machine has neither version 1's freezer nor version 2
 */
export function freezerOf(dir: string, roots: readonly string[]): Freezer | undefined {
  const old = roots.find((root) => (root.split('/').at(-1) ?? '').split(',').includes('freezer'));
  if (old !== undefined) {
    const file = join(old, cgroupOfRoom(dir), 'freezer.state');
    return { control: file, freeze: 'FROZEN', thaw: 'THAWED', report: file, frozen: 'FROZEN' };
  }
  const [root, ...others] = roots;
  if (root === undefined || others.length > 0) return undefined;
  const group = join(root, cgroupOfRoom(dir));
  return {
    ...{ control: join(group, 'cgroup.freeze'), freeze: '1', thaw: '0' },
    ...{ report: join(group, 'cgroup.events'), frozen: 'frozen 1' },
  };
}

/**
 * Runs `work` while the nodes' daemons and containers stand still. They go on when it ends and also when this process is
 * killed: a small shell, which is not in the room, waits for the end of its standard input.
 *
 * @param dir the room's runtime directory
 * @throws LabError HOST_UNSUITABLE without a freezer, TIMEOUT when a process does not stop within 10 s
 */
export async function whileFrozen<T>(dir: string, path: string, work: () => Promise<T>): Promise<T> {
  const freezer = freezerOf(dir, cgroupRoots());
  if (freezer === undefined || !existsSync(freezer.control)) {
    throw new LabError('HOST_UNSUITABLE', `no control group of this machine can hold processes still`, {
      hint: 'Mount the freezer hierarchy of cgroup v1, or use cgroup v2.',
    });
  }
  const { control, freeze, thaw, report, frozen } = freezer;
  const child = spawn('sh', ['-uc', freezeScript, 'podlab', control, freeze, thaw, report, frozen], {
    env: { PATH: path, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
    // A Ctrl-C that ends podlab must not end this shell before it has done its work.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await untilFrozen(child);
    return await work();
  } finally {
    child.stdin.end();
    await ended;
  }
}

const freezeWithinSeconds = 10;

// Cgroup v1 never freezes a program of many threads that execs meanwhile, as runc does: its first thread waits for the
// others to end, and they are frozen already. Letting all go for a moment frees it, so this is tried again and again.
const freezeScript = `
control=$1 freeze=$2 thaw=$3 report=$4 frozen=$5
trap 'echo "$thaw" >"$control"' EXIT
trap 'exit 1' INT TERM HUP
deadline=$(($(date +%s) + ${freezeWithinSeconds}))
looks=0
echo "$freeze" >"$control"
until grep -qx "$frozen" "$report"; do
  [ "$(date +%s)" -lt "$deadline" ] || exit 1
  looks=$((looks + 1))
  if [ $((looks % 20)) -eq 0 ]; then
    echo "$thaw" >"$control"
    sleep 0.01
    echo "$freeze" >"$control"
  fi
  sleep 0.01
done
echo frozen
read -r _
`;

function untilFrozen(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout?.once('data', () => resolve());
    child.once('close', () => {
      reject(new LabError('TIMEOUT', `the room's processes did not stop within ${freezeWithinSeconds} s`));
    });
  });
}

/** Lets a room go on that a killed podlab may have left frozen, so that its processes can die. */
export function thaw(dir: string): void {
  const freezer = freezerOf(dir, cgroupRoots());
  if (freezer === undefined || !existsSync(freezer.control)) return;
  try {
    writeFileSync(freezer.control, freezer.thaw);
  } catch {
    // The group went at the same moment.
  }
}
