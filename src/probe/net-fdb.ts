// net.fdb: where a bridge port or a VXLAN device sends frames for a MAC address.

import * as v from 'valibot';
import { ifaceName, netns, on } from './args.ts';
import { links } from './links.ts';
import { bridgeJson, netView } from './net-view.ts';
import { defineProbe } from './probe.ts';

// VXLAN sends frames for unknown and broadcast addresses to the entries of this address (ip-link(8), bridge(8)).
const everybodyElse = '00:00:00:00:00:00';

export const netFdb = defineProbe({
  name: 'net.fdb',
  summary: 'Which MAC addresses does a device know, and behind which tunnel end is each?',
  runs: ['ip [-n NETNS] -j -d link', 'bridge [-n NETNS] -j fdb show dev DEV'],
  take: 'dsts',
  args: v.strictObject({ on, netns, dev: ifaceName('A VXLAN device, or a port of a bridge.') }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have',
    exists: 'there is an interface of this name',
    entries:
      'for each: mac, dst (address of the tunnel end, or empty), permanent (made by hand or by the kernel, not learned)',
    count: 'how many entries there are',
    dsts: 'all tunnel ends, sorted, each once',
    flood: 'tunnel ends that get broadcasts and frames for unknown addresses, sorted',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const exists = (await links(view)).some((link) => link.ifname === args.dev);
    const table = exists ? await bridgeJson(view, ['fdb', 'show', 'dev', args.dev], fdbEntry) : [];
    const entries = table.map(({ mac, dst, state }) => ({ mac, dst, permanent: state === 'permanent' }));
    const ends = (of: typeof entries) => [...new Set(of.map(({ dst }) => dst).filter((dst) => dst !== ''))].sort();
    return {
      netns_exists: view.exists,
      exists,
      entries,
      count: entries.length,
      dsts: ends(entries),
      flood: ends(entries.filter((entry) => entry.mac === everybodyElse)),
    };
  },
});

const fdbEntry = v.looseObject({ mac: v.string(), dst: v.optional(v.string(), ''), state: v.optional(v.string(), '') });
