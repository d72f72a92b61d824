// Holds what a node has to what it must have, and says each thing that is not so.

import { containsAddress, parseCidr } from '../../net/cidr.ts';
import { parseIp } from '../../net/ipv4.ts';
import type { ExpectedDatapath } from './expected-datapath.ts';

export interface SeenRoute {
  /** `default`, an address or a network. */
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly protocol?: string;
}

export interface SeenDatapath {
  /** Names of interfaces that are up. */
  readonly up: readonly string[];
  readonly routes: readonly SeenRoute[];
  /** Addresses to which the forwarding table of the device leads. */
  readonly tunnelEnds: readonly string[];
  /** Names of BIRD's protocols that are up with their state, as in `node2 Established`. */
  readonly sessions: readonly string[];
}

/**
 * @param pods addresses of pods on other nodes: node → address
 * @returns what is missing or other than expected; empty when all is well
 */
export function judgeDatapath(
  expected: ExpectedDatapath,
  seen: SeenDatapath,
  pods: ReadonlyMap<string, string>,
): readonly string[] {
  const { device, tunnelEnds, birdPeers } = expected;
  const faults: string[] = [];
  if (device !== '' && !seen.up.includes(device))
    faults.push(`looked for the interface ${device}, saw none that is up`);
  for (const peer of birdPeers) {
    const session = seen.sessions.find((one) => one.startsWith(`${protocolName(peer)} `)) ?? '';
    const state = session.split(' ').slice(1).join(' ') || 'none';
    if (state !== 'Established') faults.push(`looked for a BGP session with ${peer}, saw ${state}`);
  }
  for (const [node, pod] of pods) faults.push(...judgeRoute(expected, seen, node, pod));
  for (const end of tunnelEnds) {
    if (!seen.tunnelEnds.includes(end)) faults.push(`looked for an entry of ${device} that leads to ${end}, saw none`);
  }
  return faults;
}

/** BIRD takes no dashes in names. */
export function protocolName(node: string): string {
  return node.replaceAll('-', '_');
}

function judgeRoute(
  { leavesBy, protocol, neighbours }: ExpectedDatapath,
  { routes }: SeenDatapath,
  node: string,
  pod: string,
): readonly string[] {
  const route = routeTo(routes, pod);
  const what = `looked for a route to ${pod} on ${node} by ${leavesBy}`;
  if (route === undefined) return [`${what}, saw none`];
  if (route.dev !== leavesBy) return [`${what}, saw ${describe(route)}`];
  const gateway = neighbours.get(node);
  if (gateway !== undefined && route.gateway !== gateway) return [`${what} via ${gateway}, saw ${describe(route)}`];
  if (protocol !== '' && route.protocol !== protocol) return [`${what} made by ${protocol}, saw ${describe(route)}`];
  return [];
}

/** The longest prefix wins; the default route leads out of the cluster. */
function routeTo(routes: readonly SeenRoute[], pod: string): SeenRoute | undefined {
  const address = parseIp(pod) ?? -1;
  const prefixOf = ({ dst }: SeenRoute) => parseCidr(dst.includes('/') ? dst : `${dst}/32`).cidr;
  return routes
    .flatMap((route) => {
      const range = prefixOf(route);
      return range !== undefined && containsAddress(range, address) ? [{ route, prefix: range.prefix }] : [];
    })
    .sort((a, b) => b.prefix - a.prefix)[0]?.route;
}

function describe({ dst, gateway, dev, protocol }: SeenRoute): string {
  return [
    dst,
    gateway === undefined ? '' : `via ${gateway}`,
    dev === undefined ? '' : `dev ${dev}`,
    protocol === undefined ? '' : `proto ${protocol}`,
  ]
    .filter(Boolean)
    .join(' ');
}
