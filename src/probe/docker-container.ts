// docker.container: one container, its network namespace and the veth that leads to it.

import * as v from 'valibot';
import type { Executor } from '../host/host.ts';
import { dockerName, on } from './args.ts';
import { type Container, containers, netnsOwner, usesHostNetwork } from './docker-view.ts';
import { kindOf, links, linksOf } from './links.ts';
import { attempt, nodeName, output } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { nodeNetnsInode, parseInode } from './processes.ts';
import { parseSocketTable } from './socket-table.ts';

export const dockerContainer = defineProbe({
  name: 'docker.container',
  summary: 'Does a container run, whose network namespace does it use, which address and which veth has it?',
  runs: [
    'docker ps --all --quiet --no-trunc',
    'docker inspect --type container ID …',
    'readlink /proc/PID/ns/net',
    'nsenter --target PID --net -- ip -j -d link',
    'ip -j -d link',
    "grep -shE 'LISTEN' /proc/PID/net/tcp /proc/PID/net/tcp6",
  ],
  take: 'ip',
  args: v.strictObject({ on, name: dockerName('Name of the container.') }),
  returns: {
    exists: 'there is a container of this name, running or not',
    running: 'it runs',
    image: 'name of its image, or empty',
    network_mode: 'bridge, host, none, a network, or `container:NAME`',
    netns_of: 'name of the container whose namespace it uses, or empty',
    shared_with: 'names of the other running containers in the same namespace, sorted; not for host mode',
    pid: 'its process id on the node; 0 when it does not run',
    netns_inode: 'number of its network namespace; 0 when it does not run',
    same_netns_as_node: 'it uses the network of the host',
    sandbox_key: 'path of the namespace that docker made for it; empty when it uses another',
    ip: 'its own IPv4 address; empty when it uses another namespace',
    mac: 'its own MAC address, or empty',
    gateway: 'its default gateway, or empty',
    veth: "the node's end of the cable to its namespace, whoever owns that; empty in host mode",
    bridge: 'the bridge of which that end is a port, or empty',
    ports: 'TCP ports on which anybody listens in its network namespace, ascending',
  },
  async observe(context, { on, name }) {
    const executor = context.node(nodeName(context, on));
    const all = await containers(executor);
    const container = all.find((one) => one.name === name);
    const pid = container?.pid ?? 0;
    const space = pid === 0 ? noSpace : await spaceOf(executor, pid);
    const ports = pid === 0 ? [] : await listeningPorts(executor, pid);
    const endpoint = container?.endpoints[0];
    return {
      exists: container !== undefined,
      running: container?.running ?? false,
      image: container?.image ?? '',
      network_mode: container?.networkMode ?? '',
      netns_of: container?.netnsOf ?? '',
      shared_with: container === undefined ? [] : companions(all, container),
      pid,
      ...space,
      sandbox_key: container?.sandboxKey ?? '',
      ip: endpoint?.ip ?? '',
      mac: endpoint?.mac ?? '',
      gateway: endpoint?.gateway ?? '',
      ports,
    };
  },
});

function companions(all: readonly Container[], container: Container): string[] {
  if (!container.running || usesHostNetwork(all, container)) return [];
  const owner = netnsOwner(all, container);
  const inSameSpace = (one: Container) => one.running && netnsOwner(all, one) === owner;
  return all.filter((one) => one.name !== container.name && inSameSpace(one)).map((one) => one.name);
}

const noSpace = { netns_inode: 0, same_netns_as_node: false, veth: '', bridge: '' };

async function spaceOf(executor: Executor, pid: number): Promise<typeof noSpace> {
  const [nodeInode, link] = await Promise.all([
    nodeNetnsInode(executor),
    output(executor, ['readlink', `/proc/${pid}/ns/net`]),
  ]);
  const inode = parseInode(link);
  if (inode === nodeInode) return { ...noSpace, netns_inode: inode, same_netns_as_node: true };
  const [inside, onNode] = await Promise.all([
    linksOf(executor, ['nsenter', '--target', String(pid), '--net', '--', 'ip', '-j', '-d', 'link']),
    links({ executor, netns: '', exists: true }),
  ]);
  // Both ends must point at each other: indices alone repeat from namespace to namespace.
  const end = onNode.find((outer) =>
    inside.some(
      (inner) => kindOf(inner) === 'veth' && inner.link_index === outer.ifindex && outer.link_index === inner.ifindex,
    ),
  );
  return { netns_inode: inode, same_netns_as_node: false, veth: end?.ifname ?? '', bridge: end?.master ?? '' };
}

// A process's own view of its namespace; 0A is LISTEN (include/net/tcp_states.h).
async function listeningPorts(executor: Executor, pid: number): Promise<number[]> {
  const row = '^ *[0-9]+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} 0A ';
  const tables = ['tcp', 'tcp6'].map((name) => `/proc/${pid}/net/${name}`);
  const { stdout } = await attempt(executor, ['grep', '-shE', row, ...tables]);
  return [...new Set(parseSocketTable(stdout).map((socket) => socket.port))].sort((a, b) => a - b);
}
