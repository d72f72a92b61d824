// Reads `nft -j list ruleset` (libnftables-json(5)) into chains of rules.

import * as v from 'valibot';
import type { Balance, Chain, Chains, Matches, NatAction, Outcome, Rule } from './nat-rules.ts';
import { balanceOf, matchOf, object, render, withKey } from './nft-expression.ts';

const inTable = { family: v.string(), table: v.string() };
const elements = v.optional(v.array(v.unknown()), []);

const item = v.looseObject({
  chain: v.optional(v.looseObject({ ...inTable, name: v.string(), hook: v.optional(v.string(), '') })),
  rule: v.optional(v.looseObject({ ...inTable, chain: v.string(), expr: v.array(v.record(v.string(), v.unknown())) })),
  map: v.optional(v.looseObject({ ...inTable, name: v.string(), elem: elements })),
  set: v.optional(v.looseObject({ ...inTable, name: v.string(), elem: elements })),
});

/** The whole of nft's output. */
export const nftRuleset = v.object({ nftables: v.array(item) });

export type NftItem = v.InferOutput<typeof item>;

/** Rules with an `xt` expression are left out: iptables made them, nft can't tell what they do, iptables-save can. */
export function parseNftRuleset({ nftables }: v.InferOutput<typeof nftRuleset>): Chains {
  const named = new Map<string, readonly unknown[]>();
  for (const { map, set } of nftables) {
    const found = map ?? set;
    if (found !== undefined) named.set(`${found.family} ${found.table} ${found.name}`, found.elem);
  }
  const rules = nftables.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  return new Map(
    nftables.flatMap(({ chain }) => {
      if (chain === undefined) return [];
      const table = `${chain.family} ${chain.table}`;
      const reader = new RuleReader(table, named);
      const own = rules.filter((rule) => `${rule.family} ${rule.table}` === table && rule.chain === chain.name);
      const built: Chain = { hook: chain.hook, rules: own.flatMap((rule) => reader.read(rule.expr)) };
      return [[`${table} ${chain.name}`, built] as const];
    }),
  );
}

type Expression = NonNullable<NftItem['rule']>['expr'][number];

class RuleReader {
  readonly #table: string;
  readonly #named: ReadonlyMap<string, readonly unknown[]>;

  constructor(table: string, named: ReadonlyMap<string, readonly unknown[]>) {
    this.#table = table;
    this.#named = named;
  }

  read(expressions: readonly Expression[]): Rule[] {
    if (expressions.some((expression) => 'xt' in expression)) return [];
    let matches: Matches = {};
    const rules: Rule[] = [];
    for (const expression of expressions) {
      const [kind = '', body] = Object.entries(expression)[0] ?? [];
      if (kind === 'match') matches = { ...matches, ...matchOf(object(body), matches) };
      else if (kind === 'vmap') rules.push(...this.#verdicts(object(body), matches));
      else if (kind in actions) rules.push(...this.#translations(actions[kind] as NatAction, object(body), matches));
      else if (kind === 'jump' || kind === 'goto') rules.push({ matches, outcome: this.#jump(body, '') });
    }
    return rules;
  }

  #jump(body: unknown, balance: Balance): Outcome {
    return { kind: 'jump', chain: `${this.#table} ${String(object(body).target)}`, balance };
  }

  #verdicts(body: Record<string, unknown>, matches: Matches): Rule[] {
    return this.#elements(body.data).flatMap(([key, verdict]) => {
      const { jump, goto } = object(verdict);
      const outcome = this.#jump(jump ?? goto, balanceOf(body.key));
      return jump === undefined && goto === undefined ? [] : [{ matches: withKey(matches, body.key, key), outcome }];
    });
  }

  #translations(action: NatAction, body: Record<string, unknown>, matches: Matches): Rule[] {
    const map = object(object(body.addr).map);
    if (map.data === undefined) {
      const target = [body.addr, body.port]
        .filter((part) => part !== undefined)
        .map(render)
        .join(':');
      const only = body.addr === undefined && target !== '' ? `:${target}` : target;
      return [{ matches, outcome: { kind: 'nat', action, targets: only === '' ? [] : [only], balance: '' } }];
    }
    const found = this.#elements(map.data);
    const balance = balanceOf(map.key);
    const target = (value: unknown) => render(value) + (body.port === undefined ? '' : `:${render(body.port)}`);
    if (balance !== '') {
      return [{ matches, outcome: { kind: 'nat', action, targets: found.map(([, value]) => target(value)), balance } }];
    }
    return found.map(([key, value]) => ({
      matches: withKey(matches, map.key, key),
      outcome: { kind: 'nat', action, targets: [target(value)], balance },
    }));
  }

  /** Key and value of a map that is written in the rule or elsewhere under a name. */
  #elements(data: unknown): [unknown, unknown][] {
    const list = typeof data === 'string' ? this.#named.get(`${this.#table} ${data.slice(1)}`) : object(data).set;
    return (Array.isArray(list) ? list : []).flatMap((pair) => (Array.isArray(pair) ? [[pair[0], pair[1]]] : []));
  }
}

const actions: Readonly<Record<string, NatAction>> = {
  masquerade: 'masquerade',
  snat: 'snat',
  dnat: 'dnat',
  redirect: 'redirect',
};
