// Says what an answer looks like.

import type { AnswerType, AskSpec } from './exercise.ts';

const forms: Readonly<Record<Exclude<AnswerType, 'set' | 'choice' | 'number'>, readonly [string, string]>> = {
  int: ['a whole number', 'whole numbers'],
  text: ['a word or a few', 'words'],
  ip: ['an IPv4 address', 'IPv4 addresses'],
  cidr: ['a network, such as 10.1.0.0/16', 'networks, such as 10.1.0.0/16'],
  mac: ['a MAC address', 'MAC addresses'],
  iface: ["an interface's name", 'names of interfaces'],
};

/** `a whole number`; `names of interfaces, separated by blanks or commas, or none`. */
export function describeAnswer({ type, unit, of, choices }: AskSpec): string {
  if (type === 'choice') return `one of: ${choices.join(', ')}`;
  if (type === 'set') {
    const members = of === 'number' ? numbers(unit) : forms[of][1];
    // Members that may hold blanks themselves can't be told apart by them.
    const separator = of === 'number' || of === 'text' ? 'commas' : 'blanks or commas';
    return `${members}, separated by ${separator}, or none`;
  }
  return type === 'number' ? `a number${unit === '' ? '' : ` in ${unit}`}` : forms[type][0];
}

function numbers(unit: string): string {
  return `numbers${unit === '' ? '' : ` in ${unit}`}`;
}
