// net.nat: which packets get another source or destination address.

import * as v from 'valibot';
import { ipv4, netns, on, port } from './args.ts';
import { parseIptablesSave } from './iptables-save.ts';
import { type NatRule, natActions, reachableNat } from './nat-rules.ts';
import { attemptIfInstalled, inView, type NetView, netView, output, parseJson } from './net-view.ts';
import { nftRuleset, parseNftRuleset } from './nft-ruleset.ts';
import { defineProbe } from './probe.ts';

export const netNat = defineProbe({
  name: 'net.nat',
  summary: 'Which packets are translated: masquerade, SNAT, DNAT, redirect, by nftables or iptables?',
  runs: [
    'nft -j list ruleset',
    'iptables-nft-save (where it exists; iptables has no JSON, these lines are its machine format)',
    'iptables-legacy-save (where it exists)',
  ],
  take: 'targets',
  args: v.strictObject({
    on,
    netns,
    action: v.optional(v.pipe(v.picklist(natActions), v.description('Only rules that do this.'))),
    saddr: v.optional(v.pipe(v.string(), v.description('Only rules for exactly this source: an address or a CIDR.'))),
    daddr: v.optional(ipv4('Only rules for exactly this destination address.')),
    dport: v.optional(port('Only rules for this destination port.')),
  }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have',
    exists: 'at least one rule matches',
    count: 'number of rules that match',
    rules:
      'for each: hook, action, saddr, daddr, iif, oif, proto, dport (what the packet must look like, `!= X` when negated, empty for any), other (further conditions), targets, balance. A chain that no hook leads to has no rules here; one that is jumped to has them once for each way',
    sources: 'the sources (saddr) of these rules, sorted, each once; empty text for any source',
    targets: 'where they send packets, sorted, each once: `10.0.0.2`, `10.0.0.2:8080`, `:8080`',
    hooks: 'prerouting (from others), output (from this node itself), postrouting; sorted, each once',
    balance: 'how the first rule with several targets chooses: random, round-robin, hash; empty when none has',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    const all = view.exists ? await natRules(view) : [];
    const rules = all.filter(
      (rule) =>
        (args.action === undefined || rule.action === args.action) &&
        (args.saddr === undefined || rule.saddr === args.saddr) &&
        (args.daddr === undefined || rule.daddr === args.daddr) &&
        (args.dport === undefined || (rule.dport ?? '').split(/, ?/).includes(String(args.dport))),
    );
    return {
      netns_exists: view.exists,
      exists: rules.length > 0,
      count: rules.length,
      rules: rules.map(described),
      sources: distinct(rules.map((rule) => rule.saddr ?? '')),
      targets: distinct(rules.flatMap((rule) => rule.targets)),
      hooks: distinct(rules.map((rule) => rule.hook)),
      balance: rules.find((rule) => rule.balance !== '')?.balance ?? '',
    };
  },
});

// kube-proxy writes a few hundred bytes for each endpoint.
const limits = { maxOutputBytes: 16 * 1024 * 1024 };

async function natRules(view: NetView): Promise<NatRule[]> {
  const argv = inView(view, ['nft', '-j', 'list', 'ruleset']);
  const [nft, throughNft, legacy] = await Promise.all([
    output(view.executor, argv, limits),
    iptablesSave(view, 'iptables-nft-save'),
    iptablesSave(view, 'iptables-legacy-save'),
  ]);
  const ruleset = parseJson(view.executor, argv, nft, nftRuleset);
  return [
    ...reachableNat(parseNftRuleset(ruleset)),
    ...reachableNat(parseIptablesSave(throughNft, 'nft')),
    ...reachableNat(parseIptablesSave(legacy, 'legacy')),
  ];
}

/** '' where the program isn't installed, and where the kernel lacks what it needs: no rules were made by it then. */
async function iptablesSave(view: NetView, program: string): Promise<string> {
  const result = await attemptIfInstalled(view.executor, inView(view, [program]), limits);
  return result?.exitCode === 0 ? result.stdout : '';
}

function described(rule: NatRule) {
  const { hook, action, targets, balance } = rule;
  const { saddr = '', daddr = '', iif = '', oif = '', proto = '', dport = '', other = [] } = rule;
  return { hook, action, saddr, daddr, iif, oif, proto, dport, other, targets, balance };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
