// The info string of a code fence: what the block is for, and where and how long it may run.

import { parseDuration } from './duration.ts';
import { suggest } from './suggest.ts';

export type FenceRole =
  /** Code that is only shown. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'check' | 'solution' }
  | (BlockRole & { readonly kind: 'setup' | 'reset' | 'solve' })
  | (BlockRole & { readonly kind: 'try'; readonly expect: TryExpect; readonly when: 'before' | 'solved' })
  /** `name` is a diagnosis id or the name of the perturbation. */
  | (BlockRole & { readonly kind: 'wrong' | 'perturb'; readonly name: string });

interface BlockRole {
  /** '' is the first node. */
  readonly on: string;
  readonly timeoutMs: number;
}

export type TryExpect = 'ok' | 'fail' | 'any' | 'skip';

export interface FenceComplaint {
  readonly message: string;
  readonly hint: string;
}

export const shellRoles = ['try', 'setup', 'reset', 'solve', 'wrong', 'perturb'] as const;
export const yamlRoles = ['check', 'solve'] as const;

const defaultTimeoutMs = 30_000;
const maxTimeoutMs = 600_000;
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
// A node's name, or a variable that holds one.
const wherePattern = /^(?:[a-z0-9][a-z0-9-]{0,62}|\$\{[A-Z][A-Z0-9_]*\})$/;

/** Reads an info string; every complaint is an error, and the role is then `plain`. */
export function readFenceRole(info: string): {
  readonly role: FenceRole;
  readonly complaints: readonly FenceComplaint[];
} {
  const [language = '', first, ...attributes] = info.trim().split(/\s+/);
  if (first === undefined) return plain();
  const [word = '', name] = splitOnce(first);
  if (language === 'yaml') return yamlRole(word, [first, ...attributes]);
  if (language !== 'sh') {
    const known = (shellRoles as readonly string[]).includes(word) || (word === 'check' && language === 'yml');
    const hint = word === 'check' ? 'Write `yaml check`.' : `Write \`sh ${first}\`.`;
    return known ? wrong(`a \`${language}\` block has no roles`, hint) : plain();
  }
  if (!(shellRoles as readonly string[]).includes(word)) {
    return wrong(`\`${word}\` is not a role of a \`sh\` block`, suggest(word, shellRoles));
  }
  return shellRole(word as (typeof shellRoles)[number], name, attributes);
}

function yamlRole(word: string, words: readonly string[]): ReturnType<typeof readFenceRole> {
  if (!(yamlRoles as readonly string[]).includes(word)) {
    return wrong(`\`${word}\` is not a role of a \`yaml\` block`, suggest(word, yamlRoles));
  }
  if (words.length > 1) return wrong(`\`yaml ${word}\` has no attributes`, `Write \`yaml ${word}\`.`);
  return { role: { kind: word === 'check' ? 'check' : 'solution' }, complaints: [] };
}

function shellRole(
  kind: (typeof shellRoles)[number],
  name: string | undefined,
  attributes: readonly string[],
): ReturnType<typeof readFenceRole> {
  const complaints: FenceComplaint[] = [];
  const complain = (message: string, hint: string) => complaints.push({ message, hint });
  const named = kind === 'wrong' || kind === 'perturb';
  if (named && !namePattern.test(name ?? '')) {
    complain(`\`${kind}\` needs a name`, `Write \`${kind}=${kind === 'wrong' ? 'DIAGNOSIS' : 'NAME'}\`, lower case.`);
  }
  if (!named && name !== undefined) complain(`\`${kind}\` takes no value`, `Write \`sh ${kind}\`.`);

  const known = kind === 'try' ? ['on', 'timeout', 'expect', 'when'] : ['on', 'timeout'];
  const given = new Map<string, string>();
  for (const attribute of attributes) {
    const [key, value = ''] = splitOnce(attribute);
    if (!known.includes(key)) complain(`\`${key}\` is not an attribute of \`sh ${kind}\``, suggest(key, known));
    else if (given.has(key)) complain(`\`${key}\` stands twice`, 'Leave one of them.');
    else given.set(key, value);
  }
  const on = given.get('on') ?? '';
  if (given.has('on') && !wherePattern.test(on)) {
    complain(`\`on=${on}\` is no place`, 'Write a node name, gateway, outside or each.');
  }
  const timeoutMs = given.has('timeout') ? (parseDuration(given.get('timeout') ?? '') ?? -1) : defaultTimeoutMs;
  if (timeoutMs <= 0 || timeoutMs > maxTimeoutMs) {
    complain(`\`timeout=${given.get('timeout')}\` is no time of at most 10m`, 'Write for example `timeout=90s`.');
  }
  const expect = oneOf(given.get('expect') ?? 'ok', ['ok', 'fail', 'any', 'skip'] as const);
  if (expect === undefined) complain(`\`expect=${given.get('expect')}\` is not known`, 'Write ok, fail, any or skip.');
  const when = oneOf(given.get('when') ?? 'before', ['before', 'solved'] as const);
  if (when === undefined) complain(`\`when=${given.get('when')}\` is not known`, 'Write before or solved.');

  if (complaints.length > 0 || expect === undefined || when === undefined)
    return { role: { kind: 'plain' }, complaints };
  const block = { on, timeoutMs };
  if (kind === 'try') return { role: { kind, ...block, expect, when }, complaints };
  if (kind === 'wrong' || kind === 'perturb') return { role: { kind, ...block, name: name ?? '' }, complaints };
  return { role: { kind, ...block }, complaints };
}

const plain = () => ({ role: { kind: 'plain' } as const, complaints: [] });
const wrong = (message: string, hint: string) => ({
  role: { kind: 'plain' } as const,
  complaints: [{ message, hint }],
});

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function oneOf<T extends string>(word: string, known: readonly T[]): T | undefined {
  return known.find((candidate) => candidate === word);
}
