// What of a node's kernel translates Services: rules of nftables or iptables, or virtual servers of IPVS.

import { parseIptablesSave } from './iptables-save.ts';
import { parseIpvs, type VirtualServer } from './ipvs-table.ts';
import { type NatRule, reachableNat } from './nat-rules.ts';
import { attempt, attemptIfInstalled, type NetView, output, parseJson } from './net-view.ts';
import { type NftItem, nftRuleset, parseNftRuleset } from './nft-ruleset.ts';

export interface ServiceRules {
  /** Translations that packets of this node or through it can meet. */
  readonly nat: readonly NatRule[];
  readonly ipvs: readonly VirtualServer[];
  /** Addresses at which nftables translates node ports; undefined when it translates none. */
  readonly nodePortIps: readonly string[] | undefined;
  /** How many rules, chains and elements of maps serve Services, by the mechanism that holds them. */
  readonly nftables: Count;
  readonly iptables: Count;
  /** How many rules are in a chain that serves Services; absent when it has none. */
  readonly rulesIn: ReadonlyMap<string, number>;
}

export interface Count {
  readonly rules: number;
  readonly chains: number;
  /** Elements of maps and sets; iptables has none. */
  readonly elements: number;
  /** Rules in the chain where packets are told apart by Service: the last Service's packets meet all of them. */
  readonly dispatch: number;
}

// A few hundred bytes for each endpoint.
const limits = { maxOutputBytes: 64 * 1024 * 1024 };

export async function serviceRules(view: NetView): Promise<ServiceRules> {
  const argv = ['nft', '-j', 'list', 'ruleset'] as const;
  const [nft, throughNft, legacy, ipvs] = await Promise.all([
    output(view.executor, argv, limits),
    iptablesSave(view, 'iptables-nft-save'),
    iptablesSave(view, 'iptables-legacy-save'),
    // The file is there when the kernel has IPVS.
    attempt(view.executor, ['cat', '/proc/net/ip_vs'], limits),
  ]);
  const ruleset = parseJson(view.executor, argv, nft, nftRuleset);
  return {
    nat: [
      ...reachableNat(parseNftRuleset(ruleset)),
      ...reachableNat(parseIptablesSave(throughNft, 'nft')),
      ...reachableNat(parseIptablesSave(legacy, 'legacy')),
    ],
    ipvs: parseIpvs(ipvs.stdout),
    nodePortIps: nodePortIps(ruleset.nftables),
    nftables: countNft(ruleset.nftables),
    iptables: countIptables(`${throughNft}\n${legacy}`),
    rulesIn: rulesByChain(ruleset.nftables, `${throughNft}\n${legacy}`),
  };
}

async function iptablesSave(view: NetView, program: string): Promise<string> {
  const result = await attemptIfInstalled(view.executor, [program], limits);
  return result?.exitCode === 0 ? result.stdout : '';
}

/** kube-proxy's table of nftables mode (k8s.io/kubernetes, pkg/proxy/nftables). */
const nftTable = 'kube-proxy';

export function countNft(items: readonly NftItem[]): Count {
  const own = items.filter((item) =>
    Object.values(item).some((part) => (part as { table?: string }).table === nftTable),
  );
  return {
    rules: own.filter(({ rule }) => rule !== undefined).length,
    chains: own.filter(({ chain }) => chain !== undefined).length,
    elements: own.reduce((sum, { map, set }) => sum + ((map ?? set)?.elem.length ?? 0), 0),
    dispatch: own.filter(({ rule }) => rule?.chain === 'services').length,
  };
}

function rulesByChain(items: readonly NftItem[], save: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const chains = [
    ...items.flatMap(({ rule }) => (rule?.table === nftTable ? [rule.chain] : [])),
    ...[...save.matchAll(/^-A (KUBE-\S+) /gm)].map(([, chain = '']) => chain),
  ];
  for (const chain of chains) counts.set(chain, (counts.get(chain) ?? 0) + 1);
  return counts;
}

function nodePortIps(items: readonly NftItem[]): string[] | undefined {
  const found = items.find(({ set }) => set?.table === nftTable && set.name === 'nodeport-ips')?.set;
  return found?.elem.filter((one) => typeof one === 'string');
}

/**
 * Rules in the chains that kube-proxy makes for Services, of all tables (pkg/proxy/iptables). The kubelet's own
 * KUBE-KUBELET-CANARY and KUBE-FIREWALL serve no Service.
 */
export function countIptables(save: string): Count {
  const chain =
    /^KUBE-(?:SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL|FORWARD|MARK-MASQ|POSTROUTING|SVC-|SVL-|SEP-|EXT-|FW-)/;
  const lines = save.split('\n');
  const named = (prefix: string) =>
    lines.filter((line) => line.startsWith(prefix) && chain.test(line.slice(prefix.length))).length;
  const dispatch = lines.filter((line) => line.startsWith('-A KUBE-SERVICES ')).length;
  return { rules: named('-A '), chains: named(':'), elements: 0, dispatch };
}
