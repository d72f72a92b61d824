// The arguments that many probes share, each with the sentence that stands in docs/probes.md.

import * as v from 'valibot';

// IFNAMSIZ is 16 with the NUL byte (linux/if.h). No leading dash: the name becomes an argument of a program.
const ifaceNamePattern = /^[^-\s/:][^\s/:]{0,14}$/;
const netnsNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;
const ipv4Pattern = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

const text = (pattern: RegExp, expected: string, description: string) =>
  v.pipe(v.string(), v.regex(pattern, `expected ${expected}`), v.description(description));

/** Which node is asked; '' stands for the first node of the stack. */
export const on = v.optional(
  v.pipe(v.string(), v.description('Node name, `gateway` or `outside`; the first node if absent.')),
  '',
);

/** Which named network namespace of the node is asked; '' stands for the node's own. */
export const netns = v.optional(
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^$|${netnsNamePattern.source}`), 'expected the name of a network namespace'),
    v.description('A namespace on that node made with `ip netns add`; the node itself if absent.'),
  ),
  '',
);

const nameInCluster = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?';
const podPattern = new RegExp(`^(?:${nameInCluster}/)?[a-z0-9][a-z0-9.-]{0,252}[*]?$`);

const podText = text(
  podPattern,
  'the name of a pod, NAMESPACE/NAME outside of `default`',
  'A pod: NAME, or NAMESPACE/NAME outside of `default`; a `*` at the end stands for any rest, and the first by name counts.',
);

/** The pod that a probe is about, as `pods.ts` reads it. */
export const podName = podText;

/** Whose network namespace is asked; '' stands for the node's own. */
export const pod = v.optional(
  v.pipe(
    v.string(),
    v.check(
      (value) => value === '' || podPattern.test(value),
      'expected the name of a pod, such as web or kube-system/coredns-*',
    ),
    v.description(
      'Ask in the network namespace of this pod, on the node where it runs: NAME, or NAMESPACE/NAME outside of `default`; `*` at the end stands for any rest.',
    ),
  ),
  '',
);

/** A name of an object of the cluster. */
export const objectName = (description: string) =>
  text(new RegExp(`^${nameInCluster}$`), 'a name of lower-case letters, digits, dashes and dots', description);

export const namespace = v.optional(objectName('Namespace in the cluster; `default` if absent.'), 'default');

export const netnsName = (description: string) =>
  text(netnsNamePattern, 'the name of a network namespace', description);

export const ifaceName = (description: string) =>
  text(ifaceNamePattern, 'an interface name of 1 to 15 bytes without spaces, slashes and colons', description);

export const ipv4 = (description: string) => text(ipv4Pattern, 'an IPv4 address such as 10.0.0.1', description);

// The names that docker accepts (daemon/names).
export const dockerName = (description: string) =>
  text(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'a name of a container or network', description);

/** A TCP or UDP port, 1–65535. */
export const port = (description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535), v.description(description));

/** Where a probe looks; the parsed form of `on`, `netns` and `pod`. */
export interface Where {
  readonly on: string;
  readonly netns: string;
  readonly pod?: string;
}
