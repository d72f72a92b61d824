// net.sysctl: a network setting of the kernel.

import * as v from 'valibot';
import { netns, on, pod } from './args.ts';
import { attempt, inView, netView } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const netSysctl = defineProbe({
  name: 'net.sysctl',
  summary: 'Which value has a network setting of the kernel?',
  runs: ['cat /proc/sys/KEY (dots become slashes)'],
  take: 'value',
  args: v.strictObject({
    on,
    netns,
    pod,
    key: v.pipe(
      v.string(),
      v.regex(/^net(\.[A-Za-z0-9_-][A-Za-z0-9_/-]*)+$/, 'expected a key such as net.ipv4.ip_forward'),
      v.description(
        'Only keys that begin with `net.`; a slash stands for a dot in an interface name, as in sysctl(8).',
      ),
    ),
  }),
  returns: {
    netns_exists: 'false when `netns` names a namespace that the node does not have, or `pod` one that does not run',
    exists: 'the kernel has this setting there',
    value: 'a number when it is one, else text; empty text when there is none',
  },
  async observe(context, args) {
    const view = await netView(context, args);
    if (!view.exists) return { netns_exists: false, exists: false, value: '' };
    const path = args.key
      .split('.')
      .map((word) => word.replaceAll('/', '.'))
      .join('/');
    const result = await attempt(view.executor, inView(view, ['cat', `/proc/sys/${path}`]));
    const text = result.stdout.trim();
    const value = /^-?\d+$/.test(text) ? Number(text) : text;
    return { netns_exists: true, exists: result.exitCode === 0, value };
  },
});
