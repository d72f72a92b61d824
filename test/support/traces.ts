// What of a stack can be found on this machine, wherever podlab or an engine might have left it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Sorted lines such as `process 812 dockerd`, `cgroup /sys/fs/cgroup/…`; empty when nothing is left. */
export function tracesOf(stack: string, root: string): readonly string[] {
  return [...processes(stack, root), ...mounts(root), ...cgroups(stack), ...files(root)].sort();
}

/** Links of the namespace that this test is in: rooms add none. */
export function ownLinks(): readonly string[] {
  return readdirSync('/sys/class/net').sort();
}

/** By the mark in their environment, by their control group (containers have none of our environment), by our paths. */
function processes(stack: string, root: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)
    .filter((pid) => {
      const hasMark = read(`/proc/${pid}/environ`).split('\0').includes(`PODLAB_STACK=${stack}`);
      return hasMark || new RegExp(`/podlab/${stack}[./]`).test(read(`/proc/${pid}/cgroup`)) || mentions(pid, root);
    })
    .map((pid) => `process ${pid} ${read(`/proc/${pid}/comm`).trim()}`);
}

function mentions(pid: string, root: string): boolean {
  return read(`/proc/${pid}/cmdline`).includes(root);
}

function mounts(root: string): readonly string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(root))
    .map((line) => `mount ${line.split(' ')[4]}`);
}

function cgroups(stack: string): readonly string[] {
  const top = '/sys/fs/cgroup';
  const roots = [top, ...directories(top).map((name) => join(top, name))];
  const own = (name: string) => name === stack || name.startsWith(`${stack}.`);
  return roots.flatMap((dir) =>
    directories(join(dir, 'podlab'))
      .filter(own)
      .flatMap((name) => tree(join(dir, 'podlab', name)).map((found) => `cgroup ${found}`)),
  );
}

function tree(dir: string): readonly string[] {
  try {
    return [dir, ...directories(dir).flatMap((name) => tree(join(dir, name)))];
  } catch {
    return [];
  }
}

function directories(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  const entries = readdirSync(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function files(root: string): readonly string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => `file ${join(entry.parentPath, entry.name)}`);
}

/** Empty for what has gone in the meantime. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
