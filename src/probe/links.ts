// The links of a network namespace, as `ip -j -d link` describes them.

import * as v from 'valibot';
import type { Argv, Executor } from '../host/host.ts';
import { ipJson, jsonEntries, type NetView } from './net-view.ts';

const linkEntry = v.looseObject({
  ifindex: v.number(),
  ifname: v.string(),
  flags: v.array(v.string()),
  mtu: v.number(),
  operstate: v.string(),
  address: v.optional(v.string(), ''),
  master: v.optional(v.string(), ''),
  /** Index of the peer, when it is in another namespace. */
  link_index: v.optional(v.number()),
  /** Name of the peer, when it is in the same namespace. */
  link: v.optional(v.string()),
  link_netnsid: v.optional(v.number()),
  linkinfo: v.optional(
    v.looseObject({
      info_kind: v.optional(v.string(), ''),
      info_data: v.optional(v.record(v.string(), v.unknown()), {}),
    }),
    {},
  ),
});

export type Link = v.InferOutput<typeof linkEntry>;

/** All links, in the order of their indices; none when the namespace doesn't exist. */
export async function links(view: NetView): Promise<Link[]> {
  if (!view.exists) return [];
  return sorted(await ipJson(view, ['-d', 'link'], linkEntry));
}

/** The same from another way to run `ip -j -d link`. */
export async function linksOf(executor: Executor, argv: Argv): Promise<Link[]> {
  return sorted(await jsonEntries(executor, argv, linkEntry));
}

function sorted(found: readonly Link[]): Link[] {
  return found.toSorted((a, b) => a.ifindex - b.ifindex);
}

/** `veth`, `bridge`, `vxlan` …; '' for hardware and the loopback device. */
export function kindOf(link: Link): string {
  return link.linkinfo.info_kind;
}

/** Administratively up, which is what `ip link set up` does; a cable may still be missing. */
export function isUp(link: Link): boolean {
  return link.flags.includes('UP');
}

const addressEntry = v.looseObject({
  ifname: v.string(),
  addr_info: v.array(v.looseObject({ family: v.string(), local: v.optional(v.string(), ''), prefixlen: v.number() })),
});

export interface IfaceAddress {
  readonly iface: string;
  readonly ip: string;
  readonly prefix: number;
}

/** All IPv4 addresses, in the kernel's order; none when the namespace doesn't exist. */
export async function ipv4Addresses(view: NetView): Promise<IfaceAddress[]> {
  if (!view.exists) return [];
  const found = await ipJson(view, ['-4', 'addr'], addressEntry);
  return found.flatMap(({ ifname, addr_info }) =>
    addr_info.map(({ local, prefixlen }) => ({ iface: ifname, ip: local, prefix: prefixlen })),
  );
}

/** `10.0.0.1/24`. */
export function renderAddress({ ip, prefix }: IfaceAddress): string {
  return `${ip}/${prefix}`;
}
