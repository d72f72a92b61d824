// Programs of many threads that exec while a room is frozen: as long as one of them runs, cgroup v1 never says FROZEN.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cgroupRoots, removeCgroups } from '../../../src/driver/sandbox/cgroups.ts';
import { freezerOf, whileFrozen } from '../../../src/driver/sandbox/snapshot-freeze.ts';

const path = process.env.PATH ?? '';

/** Node has threads of its own, and this program becomes a new Node as soon as it has begun. */
const restless = 'process.execve(process.execPath, [process.execPath, "-e", process.env.SELF], process.env)';

async function withRestless(use: (dir: string, pids: readonly number[]) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-test-'));
  const children: ChildProcess[] = [];
  try {
    const freezer = freezerOf(dir, cgroupRoots());
    if (freezer === undefined) throw new Error('this machine has no freezer');
    const group = dirname(freezer.control);
    mkdirSync(group, { recursive: true });
    const env = { ...process.env, SELF: restless };
    for (let i = 0; i < 6; i++) children.push(spawn(process.execPath, ['-e', restless], { env, stdio: 'ignore' }));
    const pids = children.map(({ pid }) => pid ?? 0);
    for (const pid of pids) writeFileSync(join(group, 'cgroup.procs'), String(pid));
    await use(dir, pids);
  } finally {
    const ends = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ends);
    removeCgroups(dir);
    rmSync(dir, { recursive: true });
  }
}

/** User and kernel time that a process has used so far, in ticks. */
const timeOf = (pid: number) => {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** Only root's rooms have control groups. */
const canFreeze = process.geteuid?.() === 0 && freezerOf(tmpdir(), cgroupRoots()) !== undefined;
const reason = canFreeze ? '' : ' (skipped: needs root and a freezer of control groups)';

test.skipIf(!canFreeze)(
  `a room of root is frozen whatever its programs do at that moment, and goes on afterwards${reason}`,
  async () => {
    await withRestless(async (dir, pids) => {
      for (let round = 0; round < 15; round++) {
        await whileFrozen(dir, path, async () => {
          const before = pids.map(timeOf);
          await new Promise((resolve) => setTimeout(resolve, 50));
          expect(pids.map(timeOf)).toEqual(before);
        });
      }
      const still = pids.map(timeOf);
      await expect.poll(() => pids.every((pid, i) => timeOf(pid) > (still[i] ?? 0)), { timeout: 10_000 }).toBe(true);
      expect(pids.every((pid) => existsSync(`/proc/${pid}`))).toBe(true);
    });
  },
  120_000,
);
