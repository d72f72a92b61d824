// The processes of a node with their names, arguments and network namespaces, read from /proc.

import type { Executor } from '../host/host.ts';
import { attempt, output } from './net-view.ts';

export interface Process {
  readonly pid: number;
  /** Name, at most 15 bytes (TASK_COMM_LEN is 16 with the NUL byte). */
  readonly comm: string;
  /** The command line, arguments joined by blanks; empty for a kernel thread. */
  readonly args: string;
  /** Inode of its network namespace: two processes with the same number share one. */
  readonly netnsInode: number;
}

/** In the order of their ids, without those that only ran to answer this question. */
export async function processes(executor: Executor): Promise<Process[]> {
  // find ends with 1 when a process ended under it, and so does grep.
  const namespaces = await attempt(executor, ['find', '/proc', '-mindepth', '3', '-maxdepth', '3', ...namespaceLinks]);
  const words = await attempt(executor, ['sh', '-c', 'exec grep -asHz "" /proc/[0-9]*/comm /proc/[0-9]*/cmdline']);
  const inodes = parseNamespaces(namespaces.stdout);
  const described = parseWords(words.stdout);
  // Who is in only one of the lists was made for the asking: find in the first, grep in the second.
  return [...inodes]
    .flatMap(([pid, netnsInode]) => {
      const found = described.get(pid);
      return found === undefined ? [] : [{ pid, comm: found.comm, args: found.args.join(' '), netnsInode }];
    })
    .sort((a, b) => a.pid - b.pid);
}

/** Inode of the node's own network namespace. */
export async function nodeNetnsInode(executor: Executor): Promise<number> {
  return parseInode(await output(executor, ['readlink', '/proc/self/ns/net']));
}

/** Inode of each named namespace. */
export async function namedNetnsInodes(executor: Executor): Promise<ReadonlyMap<string, number>> {
  // stat, because find's own %i is the number of the file below the mount. There is no such directory before the first
  // `ip netns add`.
  const list = ['-mindepth', '1', '-maxdepth', '1', '-exec', 'stat', '-c', '%i %n', '{}', '+'];
  const { stdout } = await attempt(executor, ['find', '/run/netns', ...list]);
  return new Map(
    [...stdout.matchAll(/^(\d+) \/run\/netns\/(.+)$/gm)].map(([, inode, name = '']) => [name, Number(inode)]),
  );
}

const namespaceLinks = ['-path', '/proc/[0-9]*/ns/net', '-printf', '%p %l\\n'] as const;

function parseNamespaces(text: string): ReadonlyMap<number, number> {
  const found = text.matchAll(/^\/proc\/(\d+)\/ns\/net (net:\[\d+\])$/gm);
  return new Map([...found].map(([, pid, link = '']) => [Number(pid), parseInode(link)]));
}

/** The number in `net:[4026531840]`. */
export function parseInode(link: string): number {
  return Number(/net:\[(\d+)\]/.exec(link)?.[1]);
}

// With -z a record ends with a NUL byte, as each argument of a command line does.
function parseWords(text: string): ReadonlyMap<number, { comm: string; args: string[] }> {
  const found = new Map<number, { comm: string; args: string[] }>();
  for (const record of text.split('\0')) {
    const match = /^\/proc\/(\d+)\/(comm|cmdline):(.*)$/s.exec(record);
    if (match === null) continue;
    const [, pid, file, word = ''] = match;
    const entry = found.get(Number(pid)) ?? { comm: '', args: [] };
    if (file === 'comm') entry.comm = word.trimEnd();
    else entry.args.push(word);
    found.set(Number(pid), entry);
  }
  return found;
}
