// Reads the nat table out of iptables-save's lines, the form that iptables itself reads back; it has no JSON.

import type { Chain, Chains, Matches, Outcome, Rule } from './nat-rules.ts';

/** @param label keeps the chains of several listings apart, for example `legacy` */
export function parseIptablesSave(text: string, label: string): Chains {
  const chains = new Map<string, { hook: string; rules: Rule[] }>();
  const keyOf = (chain: string) => `iptables ${label} ${chain}`;
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (table !== 'nat') continue;
    const declared = /^:(\S+) (\S+)/.exec(line);
    // A chain with a policy is built in and hangs on the hook of its name; others have a dash.
    if (declared !== null) {
      chains.set(keyOf(declared[1] ?? ''), {
        hook: declared[2] === '-' ? '' : (declared[1] ?? '').toLowerCase(),
        rules: [],
      });
    }
    const added = /^-A (\S+) (.*)$/.exec(line);
    if (added !== null) chains.get(keyOf(added[1] ?? ''))?.rules.push(parseRule(words(added[2] ?? ''), keyOf));
  }
  return chains satisfies ReadonlyMap<string, Chain>;
}

function parseRule(options: readonly string[], keyOf: (chain: string) => string): Rule {
  let matches: Matches = {};
  let target = '';
  let destination = '';
  let isBalanced = false;
  let not = '';
  for (let n = 0; n < options.length; n += 1) {
    const option = options[n] ?? '';
    const value = options[n + 1] ?? '';
    const field = fields[option];
    if (option === '!') {
      not = '!= ';
      continue;
    }
    if (field !== undefined) matches = { ...matches, [field]: not + value.replace(/\/32$/, '') };
    else if (option === '-j' || option === '-g') target = value;
    else if (destinations.includes(option)) destination = option === '--to-ports' ? `:${value}` : value;
    else if (option === '--mode') isBalanced = true;
    // Of the rest, options of the matches that say which packets; their module (-m) says nothing by itself.
    else if (option.startsWith('--') && !silent.includes(option)) {
      matches = { ...matches, other: [...(matches.other ?? []), `${not}${option.slice(2)} ${value}`] };
    }
    if (option.startsWith('-') && !flags.includes(option)) n += 1;
    not = '';
  }
  return { matches, outcome: outcomeOf(target, destination, isBalanced ? 'random' : '', keyOf) };
}

function outcomeOf(
  target: string,
  destination: string,
  balance: '' | 'random',
  keyOf: (chain: string) => string,
): Outcome {
  const targets = destination === '' ? [] : [destination];
  switch (target) {
    case 'MASQUERADE':
      return { kind: 'nat', action: 'masquerade', targets: [], balance };
    case 'SNAT':
      return { kind: 'nat', action: 'snat', targets, balance };
    case 'DNAT':
      return { kind: 'nat', action: 'dnat', targets, balance };
    case 'REDIRECT':
      return { kind: 'nat', action: 'redirect', targets, balance };
    case '':
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'MARK':
    case 'LOG':
      return { kind: 'other' };
    default:
      return { kind: 'jump', chain: keyOf(target), balance };
  }
}

const fields: Readonly<Record<string, keyof Matches>> = {
  '-s': 'saddr',
  '-d': 'daddr',
  '-i': 'iif',
  '-o': 'oif',
  '-p': 'proto',
  '--dport': 'dport',
  '--dports': 'dport',
};
const destinations = ['--to-destination', '--to-source', '--to-ports'];
const silent = ['--comment', '--probability', '--every', '--packet', '--random', '--random-fully', '--persistent'];
/** Options without a value. */
const flags = ['--random', '--random-fully', '--persistent'];

/** Splits at blanks; double quotes hold words together, with a backslash before a quote that is meant. */
function words(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = '']) =>
    quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1'),
  );
}
