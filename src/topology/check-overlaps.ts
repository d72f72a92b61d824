// No two ranges of a room, nor a range and a route of this machine, may share addresses.

import { type Cidr, cidrOf, formatCidr, overlaps, parseCidr } from '../net/cidr.ts';
import type { Path, Problems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import type { NetworkDraft } from './resolve-networks.ts';
import type { Kubernetes, Outside } from './topology.ts';

/** A route of the machine, as `ip -j route` gives it: `default`, a CIDR or a bare address. */
export interface HostRoute {
  readonly cidr: string;
  readonly dev: string;
}

interface Range {
  readonly what: string;
  readonly cidr: Cidr;
  /** Undefined when the file can't change it. */
  readonly path: Path | undefined;
}

interface Ranges {
  readonly networks: readonly NetworkDraft[];
  readonly kubernetes: Kubernetes;
  readonly outside: Outside;
  readonly hostRoutes: readonly HostRoute[];
}

export function checkOverlaps(raw: RawStack, given: Ranges, problems: Problems): void {
  const ranges = rangesOf(raw, given);
  for (const [n, one] of ranges.entries()) {
    for (const other of ranges.slice(0, n)) {
      if (overlaps(one.cidr, other.cidr)) reportOverlap(raw, other, one, problems);
    }
  }
  // Of these the machine may well have routes: to networks that are there, or that minikube has made and keeps free of others.
  if (['minikube', 'existing'].includes(raw.settings['podlab:driver'] ?? '')) return;
  const reachesHost =
    (raw.settings['podlab:driver'] ?? 'sandbox') !== 'sandbox' || isTrue(raw.settings['podlab:uplink']);
  for (const range of ranges) {
    const { what, cidr, path } = range;
    // Nothing to warn of where a default that nobody wrote is to be left as it is: a pod as a seat has routes to other pods.
    if (path === undefined || !(reachesHost || isWritten(raw, range))) continue;
    for (const route of given.hostRoutes) {
      const reached = routeRange(route);
      if (reached === undefined || !overlaps(cidr, reached)) continue;
      const message = `${what} ${formatCidr(cidr)} overlaps ${formatCidr(reached)}, which this machine reaches through ${route.dev}`;
      if (reachesHost) problems.error(path, message, 'Write a network that is free on this machine.');
      else problems.warning(path, message, 'Leave it as it is, unless you set podlab:uplink: true.');
    }
  }
}

/** In this order the later one of two is the one to change. */
function rangesOf(raw: RawStack, { networks, kubernetes, outside }: Ranges): readonly Range[] {
  const fixed = [{ what: 'the outside', cidr: cidrOf(outside.cidr), path: undefined }];
  if (raw.settings['podlab:engine'] === 'docker') {
    fixed.push({ what: "Docker's docker0", cidr: cidrOf('172.17.0.0/16'), path: undefined });
  }
  const rooms = networks.flatMap(({ name, range, path }) => {
    return range === undefined ? [] : [{ what: `network "${name}"`, cidr: range, path: [...path, 'cidr'] }];
  });
  const cluster = (['podSubnet', 'serviceSubnet'] as const).flatMap((what) => {
    const { cidr } = parseCidr(kubernetes[what]);
    return cidr === undefined ? [] : [{ what, cidr, path: ['config', 'podlab:kubernetes', what] }];
  });
  return [...fixed, ...rooms, ...cluster];
}

function reportOverlap(raw: RawStack, first: Range, second: Range, problems: Problems): void {
  // The place is that of the one that the file does write, and of the later one when it writes both.
  const [here, there] = isWritten(raw, second) || !isWritten(raw, first) ? [second, first] : [first, second];
  const isDefault = there.path !== undefined && !isWritten(raw, there);
  const message = `${here.what} ${formatCidr(here.cidr)} overlaps ${there.what} ${formatCidr(there.cidr)}${isDefault ? ', its default' : ''}`;
  const change = isDefault ? `, or set ${there.path?.slice(1).join(': ')}` : '';
  problems.error(
    here.path ?? [],
    message,
    `Write a network that shares no address with ${formatCidr(there.cidr)}${change}.`,
  );
}

function isWritten(raw: RawStack, { path }: Range): boolean {
  if (path === undefined) return false;
  return (
    path
      .slice(1)
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], raw.settings) !==
    undefined
  );
}

function routeRange({ cidr }: HostRoute): Cidr | undefined {
  const range = parseCidr(cidr.includes('/') ? cidr : `${cidr}/32`).cidr;
  return range === undefined || range.prefix === 0 ? undefined : range;
}

function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
