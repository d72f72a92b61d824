// bgp.sessions: who tells a node about routes.

import * as v from 'valibot';
import type { Executor } from '../host/host.ts';
import { objectName, on } from './args.ts';
import { type BgpSession, parseBirdProtocols, parseRouterId } from './bird-report.ts';
import { attemptIfInstalled, type NetView, netView, output } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { processes } from './processes.ts';
import { bgpProtocols, mainRoutes } from './route-table.ts';

/** Where Debian's BIRD and calico-node listen for birdc. */
const birdSockets = ['/run/bird/bird.ctl', '/var/run/calico/bird.ctl'] as const;

export const bgpSessions = defineProbe({
  name: 'bgp.sessions',
  summary: 'Which BGP speaker runs on a node, and with whom has it a session?',
  runs: [
    ...birdSockets.map((socket) => `birdc -s ${socket} show protocols all (and: show status)`),
    'cat /proc/net/tcp /proc/net/tcp6 (connections of port 179, where another speaker runs)',
    'ip -j -d -4 route',
  ],
  take: 'established',
  args: v.strictObject({
    on,
    neighbor: v.optional(objectName('Address of a neighbour, or name of a node: counts only sessions with it.')),
  }),
  returns: {
    running: 'a BGP speaker runs on the node',
    speaker: 'bird, calico (its own BIRD), kube-router; empty when none runs',
    router_id: "BIRD's router id, or empty",
    local_as: 'number of the own autonomous system; 0 when it can not be known from outside',
    sessions:
      'for each: name (or empty), neighbor (address), node (name of the node with that address, or empty), neighbor_as (0 when unknown), state (Established, Active, Connect, Idle …), imported, exported (routes), error. Of kube-router only established TCP connections are seen: neighbor and state',
    count: 'number of sessions',
    established: 'how many of them are established',
    neighbors: 'addresses of those, sorted',
    ibgp: 'all sessions whose numbers are known stay within one autonomous system',
    learned: 'routes of the main table that a speaker made (proto bird, bgp or 17): dst, via, dev, proto',
  },
  async observe(context, { on, neighbor }) {
    const view = await netView(context, { on, netns: '' });
    const found = await speakerOn(view.executor);
    const nodeOf = (ip: string) =>
      context.topology.nodes.find(({ nics }) => nics.some((nic) => nic.ip === ip))?.name ?? '';
    const sessions = found.sessions
      .map(({ neighborAs, localAs, since: _, ...session }) => ({
        ...session,
        node: nodeOf(session.neighbor),
        neighbor_as: neighborAs,
        local_as: localAs,
      }))
      .filter((session) => neighbor === undefined || [session.neighbor, session.node].includes(neighbor));
    const established = sessions.filter(({ state }) => state === 'Established');
    const numbered = sessions.filter(({ neighbor_as, local_as }) => neighbor_as !== 0 && local_as !== 0);
    return {
      running: found.speaker !== '',
      speaker: found.speaker,
      router_id: found.routerId,
      local_as: found.sessions[0]?.localAs ?? 0,
      sessions: sessions.map(({ local_as: _, ...session }) => session),
      count: sessions.length,
      established: established.length,
      neighbors: [...new Set(established.map((session) => session.neighbor))].sort(),
      ibgp: numbered.length > 0 && numbered.every(({ neighbor_as, local_as }) => neighbor_as === local_as),
      learned: await learnedRoutes(view),
    };
  },
});

interface Speaker {
  readonly speaker: string;
  readonly routerId: string;
  readonly sessions: readonly BgpSession[];
}

async function speakerOn(executor: Executor): Promise<Speaker> {
  for (const socket of birdSockets) {
    const ask = (...words: string[]) => attemptIfInstalled(executor, ['birdc', '-s', socket, ...words]);
    const answer = await ask('show', 'protocols', 'all');
    if (answer?.exitCode !== 0) continue;
    return {
      speaker: socket.includes('calico') ? 'calico' : 'bird',
      routerId: parseRouterId((await ask('show', 'status'))?.stdout ?? ''),
      sessions: parseBirdProtocols(answer.stdout),
    };
  }
  const names = new Set((await processes(executor)).map(({ comm }) => comm));
  const speaker = names.has('kube-router') ? 'kube-router' : names.has('bird') || names.has('bird6') ? 'bird' : '';
  if (speaker === '') return { speaker, routerId: '', sessions: [] };
  const table = await output(executor, ['sh', '-c', 'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true']);
  const sessions = bgpPeers(table).map((neighbor) => ({ ...silentSession, neighbor }));
  return { speaker, routerId: '', sessions };
}

const silentSession: BgpSession = {
  name: '',
  neighbor: '',
  neighborAs: 0,
  localAs: 0,
  state: 'Established',
  since: '',
  imported: 0,
  exported: 0,
  error: '',
};

/**
 * Addresses at the other end of established connections (state 01, include/net/tcp_states.h) of port 179, either way. A
 * speaker in Go may use sockets of both families for IPv4: then the address is the last word of one that begins with ::ffff.
 */
export function bgpPeers(table: string): string[] {
  const address = '(?:0{16}FFFF0000)?([0-9A-F]{8})';
  const row = new RegExp(`^ *\\d+: ${address}:([0-9A-F]{4}) ${address}:([0-9A-F]{4}) 01 `, 'gm');
  const bgp = [...table.matchAll(row)].filter(([, , local, , remote]) => local === '00B3' || remote === '00B3');
  // The words are those of a little-endian machine.
  const bytes = (hex: string) => (hex.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16));
  return [...new Set(bgp.map(([, , , hex = '']) => bytes(hex).join('.')))].sort();
}

async function learnedRoutes(view: NetView) {
  const table = await mainRoutes(view);
  return table
    .filter(({ protocol }) => bgpProtocols.includes(protocol))
    .map(({ dst, gateway, dev, protocol }) => ({ dst, via: gateway, dev, proto: protocol }));
}
