// cri.containers: what runs on a node for its pods, and who shares which namespace with whom.

import * as v from 'valibot';
import type { Executor } from '../host/host.ts';
import { on, podName } from './args.ts';
import {
  type CriContainer,
  criCommand,
  criContainers,
  type NamespaceKind,
  namespaceKinds,
  sandboxOf,
} from './cri-view.ts';
import { nodeName, output } from './net-view.ts';
import { findPod, podFacts } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';

export const criContainersProbe = defineProbe({
  name: 'cri.containers',
  summary:
    'Which containers run on a node, which pause container holds a pod together, and who shares which namespaces?',
  runs: [
    criCommand,
    'readlink /proc/self/ns/net /proc/self/ns/ipc /proc/self/ns/uts /proc/self/ns/pid',
    'GET /api/v1/namespaces/NAMESPACE/pods?fieldSelector=metadata.name=NAME (with `pod`)',
  ],
  take: 'names',
  args: v.strictObject({ on, pod: v.optional(podName) }),
  returns: {
    exists: 'containers of the pod `pod` run; without `pod`, any',
    containers:
      'for each that runs: id, kind (sandbox: the pause container; container), name (empty for a sandbox), pod, namespace, image, command, pid, netns (name in /run/netns; empty in host mode), net, ipc, uts, pid_ns, mnt (numbers of its namespaces)',
    names: 'names of the application containers, sorted; with `pod`, its members',
    count: 'how many application containers there are',
    sandboxes: 'how many pause containers there are: one for each pod',
    pods: 'the pods on the node, as NAMESPACE/NAME, sorted',
    node: 'name of the node that was looked at',
    pause_pid: 'process id of the pause container of `pod`; 0 without it',
    pause_command: 'its command line, or empty',
    member_pids: 'process ids of the members of `pod`',
    shared: 'kinds of namespaces (net, ipc, uts, pid, mnt) that all members of `pod` share with its pause container',
    own: 'kinds of namespaces in which every member of `pod` differs from its pause container',
    host_network: "the members of `pod` are in the node's own network namespace",
    netns: 'name of the network namespace of `pod` in /run/netns; empty in host mode',
    netns_inode: 'number of the network namespace of `pod`; 0 without `pod`',
  },
  async observe(context, args) {
    const place = await placeOf(context, args);
    const all = withNetns(await criContainers(place.executor));
    const listed = all.filter(
      (one) => args.pod === undefined || (one.pod === place.name && one.namespace === place.namespace),
    );
    const members = listed.filter(({ kind }) => kind === 'container');
    const sandboxes = listed.filter(({ kind }) => kind === 'sandbox');
    const pause = args.pod === undefined ? undefined : sandboxOf(all, place);
    const nodeNet = Number(/net:\[(\d+)\]/.exec(await output(place.executor, ['readlink', '/proc/self/ns/net']))?.[1]);
    return {
      exists: listed.length > 0,
      containers: listed.map(describe),
      names: members.map(({ name }) => name).sort(),
      count: members.length,
      sandboxes: sandboxes.length,
      pods: [...new Set(sandboxes.map(({ namespace, pod }) => `${namespace}/${pod}`))].sort(),
      node: place.executor.name,
      pause_pid: pause?.pid ?? 0,
      pause_command: pause?.command.join(' ') ?? '',
      member_pids: pause === undefined ? [] : members.map(({ pid }) => pid),
      ...namespacesOf(pause, members),
      host_network: pause?.inodes.net === nodeNet,
      netns: pause?.netns ?? '',
      netns_inode: pause?.inodes.net ?? 0,
    };
  },
});

async function placeOf(
  context: ProbeContext,
  { on, pod }: { readonly on: string; readonly pod?: string | undefined },
): Promise<{ executor: Executor; name: string; namespace: string }> {
  const found = pod === undefined ? undefined : await findPod(context, pod);
  const { name, namespace, node } = podFacts(found ?? {});
  return { executor: context.node(nodeName(context, on === '' ? node : on)), name, namespace };
}

/** Containers join the network namespace of their sandbox by the path of its process. */
function withNetns(all: readonly CriContainer[]): CriContainer[] {
  const nameOf = new Map(all.filter(({ netns }) => netns !== '').map(({ inodes, netns }) => [inodes.net, netns]));
  return all.map((one) => ({ ...one, netns: nameOf.get(one.inodes.net) ?? '' }));
}

function namespacesOf(
  pause: CriContainer | undefined,
  members: readonly CriContainer[],
): { shared: string[]; own: string[] } {
  if (pause === undefined || members.length === 0) return { shared: [], own: [] };
  const same = (kind: NamespaceKind) => members.filter(({ inodes }) => inodes[kind] === pause.inodes[kind]).length;
  return {
    shared: namespaceKinds.filter((kind) => same(kind) === members.length),
    own: namespaceKinds.filter((kind) => same(kind) === 0),
  };
}

function describe({ inodes, startTicks: _, ...one }: CriContainer) {
  const { net, ipc, uts, pid, mnt } = inodes;
  return { ...one, command: one.command.join(' '), net, ipc, uts, pid_ns: pid, mnt };
}
