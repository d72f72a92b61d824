// The entries of a routing table, as `ip -j -d route` describes them.

import * as v from 'valibot';
import { ipJson, type NetView } from './net-view.ts';

export const routeEntry = v.looseObject({
  type: v.optional(v.string(), 'unicast'),
  dst: v.string(),
  gateway: v.optional(v.string(), ''),
  dev: v.optional(v.string(), ''),
  protocol: v.optional(v.string(), ''),
  scope: v.optional(v.string(), ''),
  prefsrc: v.optional(v.string(), ''),
  metric: v.optional(v.number(), 0),
  metrics: v.optional(v.array(v.looseObject({ mtu: v.optional(v.number()) })), []),
  nexthops: v.optional(
    v.array(v.looseObject({ gateway: v.optional(v.string(), ''), dev: v.optional(v.string(), '') })),
    [],
  ),
});

export type Route = v.InferOutput<typeof routeEntry>;

/** The IPv4 routes of the main table. */
export function mainRoutes(view: NetView): Promise<Route[]> {
  return ipJson(view, ['-d', '-4', 'route'], routeEntry);
}

/** As iproute2 names them (rt_protos); 17 is what kube-router writes. */
export const bgpProtocols: readonly string[] = ['bird', 'bgp', '17'];
