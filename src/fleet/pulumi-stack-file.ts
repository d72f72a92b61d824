// Stack files that podlab writes for Pulumi's own command line: how they look, and whose they are.

import { parse, stringify } from 'yaml';

/** The key by which podlab knows a file that it has written: WORKSHOP/SEAT, or WORKSHOP/shared. */
export const markKey = 'fleet:seat';

/** Words that Pulumi reads as something else (YAML 1.1: 52:54:00:12:34:56 is a number in base 60) are put in quotes. */
export function renderYaml(data: object): string {
  return stringify(data, { version: '1.1', aliasDuplicateObjects: false });
}

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>> | null;
  readonly [key: string]: unknown;
}

/** What a file of that name says about whose it is; '' for one that podlab did not write. */
export function markOf(text: string): string {
  try {
    return String((parse(text) as StackFile | null)?.config?.[markKey] ?? '');
  } catch {
    return '';
  }
}

/** The new text, with what Pulumi has added beside the configuration: how the stack's secrets are encrypted. */
export function withPulumisOwn(text: string, before: string | undefined): string {
  if (before === undefined) return text;
  const { config: _config, ...own } = (parse(before) ?? {}) as StackFile;
  return Object.keys(own).length === 0 ? text : `${text}${renderYaml(own)}`;
}
