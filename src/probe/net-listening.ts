// net.listening: which sockets wait for clients, on which addresses, and whose they are.

import * as v from 'valibot';
import { netns, on, pod, port } from './args.ts';
import { attempt, inView, type NetView, netView, succeeded } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { type OpenSocket, parseSocketTable } from './socket-table.ts';

export const netListening = defineProbe({
  name: 'net.listening',
  summary: 'Is something listening on this port, on which addresses, and which program is it?',
  runs: [
    'grep -hE PATTERN /proc/net/PROTO /proc/net/PROTO6 (the rows of waiting sockets)',
    "find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/fd/*' -lname 'socket:*' -printf '%p %l\\n'",
    'grep -sH "" /proc/PID/comm …',
  ],
  take: 'listening',
  args: v.strictObject({
    on,
    netns,
    pod,
    port: v.optional(port('Port to look at; all ports if absent.')),
    proto: v.optional(v.pipe(v.picklist(['tcp', 'udp']), v.description('`tcp` if absent.')), 'tcp'),
  }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have, or `pod` one that does not run',
    listening: 'at least one socket matches',
    count: 'number of sockets that match',
    addresses: 'the addresses they are bound to, sorted; `0.0.0.0` and `::` stand for every address of the namespace',
    any: 'one of them is bound to every address',
    loopback_only: 'there are some, and all are bound to 127.0.0.0/8 or ::1, so that no neighbour reaches them',
    ports: 'their ports, sorted',
    processes: 'names (comm) of their processes, sorted; without those that podlab may not see',
    sockets: 'for each: address, port, pid (0 when unknown), process',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const found = (view.exists ? await waitingSockets(view, args.proto) : []).filter(
      (socket) => args.port === undefined || socket.port === args.port,
    );
    const owners = found.length === 0 ? new Map<string, Owner>() : await socketOwners(view, found);
    const sockets = found.map(({ address, port, inode }) => ({
      address,
      port,
      pid: owners.get(inode)?.pid ?? 0,
      process: owners.get(inode)?.comm ?? '',
    }));
    const addresses = sorted(sockets.map((socket) => socket.address));
    return {
      netns_exists: view.exists,
      listening: sockets.length > 0,
      count: sockets.length,
      addresses,
      any: addresses.includes('0.0.0.0') || addresses.includes('::'),
      loopback_only:
        addresses.length > 0 && addresses.every((address) => address === '::1' || address.startsWith('127.')),
      ports: [...new Set(sockets.map((socket) => socket.port))].sort((a, b) => a - b),
      processes: sorted(sockets.map((socket) => socket.process).filter((name) => name !== '')),
      sockets,
    };
  },
});

// States from include/net/tcp_states.h: 0A is LISTEN; 07, CLOSE, is every UDP socket without a fixed peer. The rows are
// picked on the node because a busy server leaves ten thousand others in TIME_WAIT.
export async function waitingSockets(view: NetView, proto: 'tcp' | 'udp'): Promise<OpenSocket[]> {
  const state = proto === 'tcp' ? '0A' : '07';
  const row = `^ *[0-9]+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} ${state} `;
  const argv = inView(view, ['grep', '-shE', row, `/proc/net/${proto}`, `/proc/net/${proto}6`]);
  const result = await attempt(view.executor, argv);
  // grep: 1 for no match, 2 when a file is missing, as the second is on a kernel without IPv6.
  return result.exitCode <= 2
    ? parseSocketTable(result.stdout)
    : parseSocketTable(succeeded(view.executor, result).stdout);
}

interface Owner {
  readonly pid: number;
  readonly comm: string;
}

async function socketOwners(view: NetView, sockets: readonly OpenSocket[]): Promise<ReadonlyMap<string, Owner>> {
  const wanted = new Set(sockets.map((socket) => socket.inode));
  // A process that ends meanwhile makes find exit with 1.
  const { stdout } = await attempt(view.executor, ['find', '/proc', ...socketLinks]);
  const pidOf = new Map<string, number>();
  for (const [, pid = '', inode = ''] of stdout.matchAll(/^\/proc\/(\d+)\/fd\/\d+ socket:\[(\d+)\]$/gm)) {
    if (wanted.has(inode) && !pidOf.has(inode)) pidOf.set(inode, Number(pid));
  }
  const files = [...new Set(pidOf.values())].map((pid) => `/proc/${pid}/comm`);
  const names = files.length === 0 ? '' : (await attempt(view.executor, ['grep', '-sH', '', ...files])).stdout;
  const commOf = new Map(
    [...names.matchAll(/^\/proc\/(\d+)\/comm:(.*)$/gm)].map(([, pid, comm = '']) => [Number(pid), comm] as const),
  );
  return new Map([...pidOf].map(([inode, pid]) => [inode, { pid, comm: commOf.get(pid) ?? '' }]));
}

const socketLinks = [
  '-mindepth',
  '3',
  '-maxdepth',
  '3',
  '-path',
  '/proc/[0-9]*/fd/*',
  '-lname',
  'socket:*',
  '-printf',
  '%p %l\\n',
];

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
