// What cri-view.ts reads from a node, made from a few words for each container.

export interface CriRecord {
  readonly id: string;
  readonly kind: 'sandbox' | 'container';
  /** `default/web`. */
  readonly pod: string;
  /** Of the container in its pod. */
  readonly name?: string;
  readonly pid: number;
  readonly startTicks?: number;
  /** Name of the network namespace, of a sandbox that is not in host mode. */
  readonly netns?: string;
  /** Numbers of the namespaces: net, ipc, uts, pid, mnt. */
  readonly inodes: readonly [number, number, number, number, number];
  readonly command?: readonly string[];
}

/** As containerd leaves it to runc: an OCI specification with the annotations of the CRI. */
export function criText(records: readonly CriRecord[]): string {
  return records.map(render).join('');
}

function render(record: CriRecord): string {
  const [namespace, pod] = record.pod.split('/');
  const [net, ipc, uts, pid, mnt] = record.inodes;
  const stat = `${record.pid} (a ) b) S 1 ${'0 '.repeat(17)}${record.startTicks ?? 100} 0 0`;
  const links = `net:[${net}]\nipc:[${ipc}]\nuts:[${uts}]\npid:[${pid}]\nmnt:[${mnt}]`;
  const spec = {
    ociVersion: '1.0.2',
    process: { args: record.command ?? ['/pause'], cwd: '/' },
    annotations: {
      'io.kubernetes.cri.container-type': record.kind,
      'io.kubernetes.cri.sandbox-name': pod,
      'io.kubernetes.cri.sandbox-namespace': namespace,
      ...(record.name !== undefined && {
        'io.kubernetes.cri.container-name': record.name,
        'io.kubernetes.cri.image-name': 'podlab.local/box:1',
      }),
    },
    linux: {
      namespaces: [
        { type: 'pid' },
        ...(record.kind === 'container' ? [{ type: 'network', path: '/proc/100/ns/net' }] : []),
        ...(record.netns === undefined ? [] : [{ type: 'network', path: `/var/run/netns/${record.netns}` }]),
      ],
    },
  };
  return [record.id, String(record.pid), stat, links, JSON.stringify(spec), ''].join('\0');
}
