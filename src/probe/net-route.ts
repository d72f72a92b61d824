// net.route: the way a packet would take, the routing table, and whether packets of others are forwarded.

import * as v from 'valibot';
import { ipv4, netns, on, pod } from './args.ts';
import { inView, ipJsonIfAny, netView, output } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { mainRoutes, type Route, routeEntry } from './route-table.ts';
import { addressOfTarget, isTarget, targetForms } from './targets.ts';

export const netRoute = defineProbe({
  name: 'net.route',
  summary: 'Which route would a packet to this address take, and what is in the routing table?',
  runs: [
    'ip [-n NETNS] -j -d route get TO',
    'ip [-n NETNS] -j -d route get fibmatch TO',
    'ip [-n NETNS] -j -d -4 route',
    'cat /proc/sys/net/ipv4/ip_forward',
  ],
  take: 'via',
  args: v.strictObject({
    on,
    netns,
    pod,
    to: v.optional(
      v.union([
        ipv4('Destination address.'),
        v.pipe(
          v.string(),
          v.check(isTarget, 'expected an address, pod/NAME, service/NAME, external/NAME or node/NAME'),
          v.description(`${targetForms}.`),
        ),
      ]),
    ),
  }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have, or `pod` one that does not run',
    found: 'there is a route to `to`; false for none, blackhole, unreachable and prohibit',
    dst: 'the table entry that was chosen, a CIDR `default`, or an address of its own; empty when there is none',
    via: 'next hop of the chosen route; empty when `to` is on the link or there is no route',
    dev: 'interface the packet leaves by; `lo` for an address of its own',
    src: 'source address that a packet from here would get',
    proto: 'who made the route: kernel, boot or static (by hand), dhcp, bird, bgp, or a number (17 is kube-router)',
    mtu: 'MTU locked on the chosen route; 0 when it has none',
    has_default: 'there is a default route',
    default_via: 'next hop of the first default route, or empty',
    default_dev: 'interface of the first default route, or empty',
    routes:
      'the main table; for each entry dst, via, dev, proto, scope, src, type, metric, and nexthops ("via" or "dev" of each) when it has several',
    count: 'number of entries in the main table',
    forwarding: 'net.ipv4.ip_forward is on',
  },
  async observe(context, { to, ...where }) {
    const view = await netView(context, where);
    if (!view.exists) return nothing;
    const address = to !== undefined && isTarget(to) ? await addressOfTarget(context, to) : to;
    const get = (...words: string[]) =>
      address === undefined ? undefined : ipJsonIfAny(view, ['-d', 'route', 'get', ...words, address], routeEntry);
    const [chosen, entry, table, forward] = await Promise.all([
      get(),
      get('fibmatch'),
      mainRoutes(view),
      output(view.executor, inView(view, ['cat', '/proc/sys/net/ipv4/ip_forward'])),
    ]);
    const route = chosen?.[0];
    const match = route === undefined ? undefined : entry?.[0];
    const defaultRoute = table.find(({ dst, type }) => dst === 'default' && type === 'unicast');
    return {
      netns_exists: true,
      found: route !== undefined,
      dst: match?.dst ?? '',
      via: route?.gateway ?? '',
      dev: route?.dev ?? '',
      src: route?.prefsrc ?? '',
      proto: match?.protocol ?? '',
      mtu: match?.metrics.find((metric) => metric.mtu !== undefined)?.mtu ?? 0,
      has_default: defaultRoute !== undefined,
      default_via: defaultRoute?.gateway ?? '',
      default_dev: defaultRoute?.dev ?? '',
      routes: table.map(renderRoute),
      count: table.length,
      forwarding: forward.trim() === '1',
    };
  },
});

function renderRoute(route: Route) {
  return {
    dst: route.dst,
    via: route.gateway,
    dev: route.dev,
    proto: route.protocol,
    scope: route.scope,
    src: route.prefsrc,
    type: route.type,
    metric: route.metric,
    nexthops: route.nexthops.map(({ gateway, dev }) => (gateway === '' ? dev : gateway)),
  };
}

const nothing = {
  netns_exists: false,
  found: false,
  dst: '',
  via: '',
  dev: '',
  src: '',
  proto: '',
  mtu: 0,
  has_default: false,
  default_via: '',
  default_dev: '',
  routes: [],
  count: 0,
  forwarding: false,
};
