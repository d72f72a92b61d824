// Arguments of the probes of libvirt.

import * as v from 'valibot';

const label = v.regex(/^$|^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'expected a name of lower-case letters, digits and dashes');

/** '' stands for the first network of the stack. */
export const networkName = v.optional(
  v.pipe(v.string(), label, v.description('Name of a network in the stack file; its first if absent.')),
  '',
);
