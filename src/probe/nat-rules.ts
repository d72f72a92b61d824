// Follows packets through chains of rules to every address translation that they can meet.

/** What a packet must look like; each field is text as nft prints it, `!= X` when negated, absent for "any". */
export interface Matches {
  readonly saddr?: string;
  readonly daddr?: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly proto?: string;
  readonly dport?: string;
  /** Conditions of other kinds, in words. */
  readonly other?: readonly string[];
}

export const natActions = ['masquerade', 'snat', 'dnat', 'redirect'] as const;
export type NatAction = (typeof natActions)[number];

/** How one of several targets is chosen; '' for a single one. */
export type Balance = '' | 'random' | 'round-robin' | 'hash';

export type Outcome =
  | { readonly kind: 'nat'; readonly action: NatAction; readonly targets: readonly string[]; readonly balance: Balance }
  | { readonly kind: 'jump'; readonly chain: string; readonly balance: Balance }
  /** accept, drop, a counter …: nothing that this is about. */
  | { readonly kind: 'other' };

export interface Rule {
  readonly matches: Matches;
  /** A verdict map is several rules, one for each element. */
  readonly outcome: Outcome;
}

export interface Chain {
  /** `prerouting`, `output`, `postrouting` …; '' for a chain that is only jumped to. */
  readonly hook: string;
  readonly rules: readonly Rule[];
}

/** By a key that is unique over all tables; `jump` outcomes use the same keys. */
export type Chains = ReadonlyMap<string, Chain>;

export interface NatRule extends Matches {
  readonly hook: string;
  /** Keys of the chains that lead to it, the one on the hook first, the rule's own last. */
  readonly chains: readonly string[];
  readonly action: NatAction;
  readonly targets: readonly string[];
  readonly balance: Balance;
}

/** Every translation that is reachable from a hook. A chain that nobody jumps to has none: its rules do nothing. */
export function reachableNat(chains: Chains): NatRule[] {
  return [...chains]
    .filter(([, chain]) => chain.hook !== '')
    .flatMap(([key, { hook }]) => follow(chains, key, { hook, chains: [], matches: {}, balance: '' }));
}

interface Path {
  readonly hook: string;
  readonly chains: readonly string[];
  readonly matches: Matches;
  readonly balance: Balance;
}

// The chains on the way are not entered again: the kernel refuses loops, a hostile or strange listing must not hang us.
function follow(chains: Chains, key: string, path: Path): NatRule[] {
  if (path.chains.includes(key)) return [];
  const onTheWay = [...path.chains, key];
  return (chains.get(key)?.rules ?? []).flatMap(({ matches, outcome }) => {
    if (outcome.kind === 'other') return [];
    const narrowed = narrow(path.matches, matches);
    const balance = outcome.balance || path.balance;
    if (outcome.kind === 'jump') {
      return follow(chains, outcome.chain, { hook: path.hook, chains: onTheWay, matches: narrowed, balance });
    }
    const { action, targets } = outcome;
    return [{ hook: path.hook, chains: onTheWay, ...narrowed, action, targets, balance }];
  });
}

/** The inner condition stands for both; that is exact whenever it is the narrower one, as in every proxy's chains. */
function narrow(outer: Matches, inner: Matches): Matches {
  const other = [...(outer.other ?? []), ...(inner.other ?? [])];
  return { ...outer, ...inner, ...(other.length > 0 && { other }) };
}
