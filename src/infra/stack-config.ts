// The settings of machines that a stack file has beside podlab's own keys.

import { parse } from 'yaml';
import { LabError } from '../error.ts';

/** Namespaces of the keys that this program reads. */
const namespaces = ['vm', 'libvirt'];

/**
 * Keys such as `vm:image` with their values as text, in the order of their names.
 *
 * @throws LabError USAGE for a secret, which only Pulumi can read
 */
export function stackConfig(text: string, file: string): ReadonlyMap<string, string> {
  const { config } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  const own = Object.entries(config ?? {}).filter(([key]) => namespaces.includes(key.split(':')[0] ?? ''));
  return new Map(
    own.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => [key, textOf(value, key, file)]),
  );
}

function textOf(value: unknown, key: string, file: string): string {
  if (typeof value !== 'object' || value === null) return String(value);
  throw new LabError(
    'USAGE',
    `${file}: ${key} can't be read: it is ${'secure' in value ? 'encrypted' : 'no plain value'}`,
    {
      hint: 'Make this room by "pulumi up", which can decrypt it, or write a plain value.',
    },
  );
}
