// net.netns: the network namespaces of a node, and who shares one.

import * as v from 'valibot';
import { netnsName, on } from './args.ts';
import { nodeName } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { namedNetnsInodes, nodeNetnsInode, processes } from './processes.ts';

export const netNetns = defineProbe({
  name: 'net.netns',
  summary: 'Which named network namespaces are there, and which processes share one?',
  runs: [
    "find /run/netns -mindepth 1 -maxdepth 1 -exec stat -c '%i %n' {} +",
    "find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/ns/net' -printf '%p %l\\n'",
    'grep -asHz "" /proc/[0-9]*/comm /proc/[0-9]*/cmdline',
    'readlink /proc/self/ns/net',
  ],
  take: 'names',
  args: v.strictObject({ on, name: v.optional(netnsName('Namespace to look at, as in `ip netns list`.')) }),
  returns: {
    exists: 'the node has a namespace of this name; without `name`, any',
    names: 'all named namespaces, sorted',
    count: 'how many those are',
    inode: 'number of the namespace `name`; 0 when there is none',
    node_inode: "number of the node's own namespace",
    is_node: "`name` is just another name of the node's own namespace",
    processes: 'names (comm) of the processes in `name`, sorted by process id',
    pids: 'their process ids',
    groups:
      "every namespace that has a process, the node's own first: inode, netns (its name, or empty), pids, processes (names)",
  },
  async observe(context, { on, name }) {
    const executor = context.node(nodeName(context, on));
    const [named, nodeInode, all] = await Promise.all([
      namedNetnsInodes(executor),
      nodeNetnsInode(executor),
      processes(executor),
    ]);
    const inode = name === undefined ? 0 : (named.get(name) ?? 0);
    const inside = all.filter((process) => process.netnsInode === inode);
    const names = [...named.keys()].sort();
    const inodes = [...new Set([nodeInode, ...all.map((process) => process.netnsInode)])];
    return {
      exists: name === undefined ? named.size > 0 : named.has(name),
      names,
      count: names.length,
      inode,
      node_inode: nodeInode,
      is_node: inode === nodeInode,
      processes: inside.map((process) => process.comm),
      pids: inside.map((process) => process.pid),
      groups: inodes.map((group) => {
        const members = all.filter((process) => process.netnsInode === group);
        return {
          inode: group,
          netns: names.find((known) => named.get(known) === group) ?? '',
          pids: members.map((process) => process.pid),
          processes: members.map((process) => process.comm),
        };
      }),
    };
  },
});
