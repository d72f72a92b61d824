// proc: running programs and the network namespace of each.

import * as v from 'valibot';
import { on } from './args.ts';
import { nodeName } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { namedNetnsInodes, nodeNetnsInode, processes } from './processes.ts';

export const proc = defineProbe({
  name: 'proc',
  summary: 'Is a program running, with which arguments, in which network namespace?',
  runs: [
    "find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/ns/net' -printf '%p %l\\n'",
    'grep -asHz "" /proc/[0-9]*/comm /proc/[0-9]*/cmdline',
    'readlink /proc/self/ns/net',
  ],
  take: 'running',
  args: v.strictObject({
    on,
    name: v.pipe(
      v.string(),
      v.minLength(1),
      v.maxLength(64),
      v.description('Name of the program as in `ps -o comm`; `*` stands for any characters.'),
    ),
  }),
  returns: {
    running: 'at least one process matches',
    count: 'how many do',
    pids: 'their ids, ascending',
    pid: 'the first of them; 0 when there is none',
    args: 'command line of the first, or empty',
    netns: "name of the first one's network namespace; empty for the node's own and for one without a name",
    netns_inode: 'number of that namespace; 0 when there is no process',
    same_netns_as_node: "the first one uses the node's own network namespace",
    processes: 'for each: pid, comm, args, netns, netns_inode, same_netns_as_node',
  },
  async observe(context, { on, name }) {
    const executor = context.node(nodeName(context, on));
    const [named, nodeInode, all] = await Promise.all([
      namedNetnsInodes(executor),
      nodeNetnsInode(executor),
      processes(executor),
    ]);
    const matches = matcherOf(name);
    const found = all
      .filter((process) => matches(process.comm))
      .map(({ pid, comm, args, netnsInode }) => ({
        pid,
        comm,
        args,
        netns: [...named].find(([, inode]) => inode === netnsInode && inode !== nodeInode)?.[0] ?? '',
        netns_inode: netnsInode,
        same_netns_as_node: netnsInode === nodeInode,
      }));
    const first = found[0];
    return {
      running: found.length > 0,
      count: found.length,
      pids: found.map((process) => process.pid),
      pid: first?.pid ?? 0,
      args: first?.args ?? '',
      netns: first?.netns ?? '',
      netns_inode: first?.netns_inode ?? 0,
      same_netns_as_node: first?.same_netns_as_node ?? false,
      processes: found,
    };
  },
});

function matcherOf(name: string): (comm: string) => boolean {
  // The kernel keeps 15 bytes of a name.
  if (!name.includes('*')) return (comm) => comm === name.slice(0, 15);
  const pattern = new RegExp(`^${name.split('*').map(escapeForRegExp).join('.*')}$`);
  return (comm) => pattern.test(comm);
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
