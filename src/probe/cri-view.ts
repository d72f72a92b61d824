// The containers that containerd runs for the kubelet, with their processes and namespaces, in one look at a node.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import type { Executor } from '../host/host.ts';
import { attempt, succeeded } from './net-view.ts';

export const namespaceKinds = ['net', 'ipc', 'uts', 'pid', 'mnt'] as const;
export type NamespaceKind = (typeof namespaceKinds)[number];

export interface CriContainer {
  readonly id: string;
  /** `sandbox` is the pause container that holds a pod's namespaces. */
  readonly kind: 'sandbox' | 'container';
  /** Name of the container in its pod; '' for a sandbox. */
  readonly name: string;
  readonly pod: string;
  readonly namespace: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Process id on the node. */
  readonly pid: number;
  /** When that process began, in clock ticks since the machine started (USER_HZ, 100 in a second on every Linux CPU here). */
  readonly startTicks: number;
  /** Name of the pod's network namespace in /run/netns; '' in host mode. */
  readonly netns: string;
  /** Inode of each of its namespaces: two processes with the same number share one. */
  readonly inodes: Readonly<Record<NamespaceKind, number>>;
}

export const criCommand =
  "sh -c 'for each directory of /run/containerd/io.containerd.runtime.v2.task/k8s.io: init.pid, config.json, readlink /proc/PID/ns/*'";

/**
 * Those that run now, sorted by namespace, pod and name, sandboxes first. What containerd hands to runc for each is a
 * file of the OCI runtime specification; the CRI's annotations in it say which pod it is.
 *
 * @throws LabError PROBE_FAILED when no containerd runs on the node
 */
export async function criContainers(executor: Executor): Promise<CriContainer[]> {
  const result = await attempt(executor, ['sh', '-c', listScript], { maxOutputBytes: 32 * 1024 * 1024 });
  if (result.exitCode === noContainerd) {
    throw new LabError('PROBE_FAILED', `${executor.name}: there is no containerd`, {
      hint: 'Use a stack with podlab:engine: kubernetes.',
    });
  }
  return parseContainers(succeeded(executor, result).stdout);
}

const noContainerd = 3;

// One record of NUL-separated fields for each container that runs. A container may end while we look: then it is left out.
const listScript = `
[ -d /run/containerd ] || exit ${noContainerd}
cd /run/containerd/io.containerd.runtime.v2.task/k8s.io 2>/dev/null || exit 0
for id in *; do
  pid=
  read -r pid <"$id/init.pid" 2>/dev/null
  [ -n "$pid" ] && stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
  links=$(readlink ${namespaceKinds.map((kind) => `"/proc/$pid/ns/${kind}"`).join(' ')}) || continue
  printf '%s\\0%s\\0%s\\0%s\\0' "$id" "$pid" "$stat" "$links"
  cat "$id/config.json"
  printf '\\0'
done
exit 0
`;

const ociSpec = v.looseObject({
  process: v.looseObject({ args: v.array(v.string()) }),
  annotations: v.record(v.string(), v.string()),
  linux: v.looseObject({
    namespaces: v.array(v.looseObject({ type: v.string(), path: v.optional(v.string(), '') })),
  }),
});

/** @param text id, pid, /proc/PID/stat, links of the namespaces and OCI specification of each, with a NUL byte after each */
export function parseContainers(text: string): CriContainer[] {
  const fields = text.split('\0');
  const found: CriContainer[] = [];
  for (let n = 0; n + 4 < fields.length; n += 5) {
    const [id = '', pid = '', stat = '', links = '', spec = ''] = fields.slice(n, n + 5);
    const container = describe({ id: id.trim(), pid, stat, links, spec });
    if (container !== undefined) found.push(container);
  }
  const key = (one: CriContainer) => `${one.namespace}/${one.pod}/${one.kind === 'sandbox' ? 0 : 1}${one.name}`;
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function describe(
  record: Readonly<Record<'id' | 'pid' | 'stat' | 'links' | 'spec', string>>,
): CriContainer | undefined {
  const parsed = v.safeParse(ociSpec, jsonOf(record.spec));
  if (!parsed.success) return undefined;
  const { process, annotations, linux } = parsed.output;
  const of = (key: string) => annotations[`io.kubernetes.cri.${key}`] ?? '';
  const kind = of('container-type');
  if (kind !== 'sandbox' && kind !== 'container') return undefined;
  const netnsPath = linux.namespaces.find(({ type }) => type === 'network')?.path ?? '';
  return {
    id: record.id,
    kind,
    name: of('container-name'),
    pod: of('sandbox-name'),
    namespace: of('sandbox-namespace'),
    image: of('image-name'),
    command: process.args,
    pid: Number(record.pid),
    // Field 22 of proc(5); the name in parentheses may hold anything.
    startTicks: Number(record.stat.slice(record.stat.lastIndexOf(')') + 2).split(' ')[22 - 3]),
    netns: /^(?:\/var)?\/run\/netns\/([^/]+)$/.exec(netnsPath)?.[1] ?? '',
    inodes: inodesOf(record.links),
  };
}

function inodesOf(links: string): Record<NamespaceKind, number> {
  const of = (kind: NamespaceKind) => Number(new RegExp(`^${kind}:\\[(\\d+)\\]$`, 'm').exec(links)?.[1] ?? 0);
  return { net: of('net'), ipc: of('ipc'), uts: of('uts'), pid: of('pid'), mnt: of('mnt') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The pause container of a pod; of several of one name (an old one is still ending) the youngest. */
export function sandboxOf(
  all: readonly CriContainer[],
  pod: { name: string; namespace: string },
): CriContainer | undefined {
  return all
    .filter((one) => one.kind === 'sandbox' && one.pod === pod.name && one.namespace === pod.namespace)
    .sort((a, b) => b.startTicks - a.startTicks)[0];
}
