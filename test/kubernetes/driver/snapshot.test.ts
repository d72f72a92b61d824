// Clusters saved and restored: whole rooms, side by side, damaged and interrupted.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClusterDesk, describeClusters, withClusters } from '../../support/cluster-desk.ts';
import { tracesOf } from '../../support/traces.ts';

const one = [
  'podlab:engine: kubernetes',
  'podlab:networks: { api: { mode: isolated, cidr: 172.30.5.0/24 } }',
  'podlab:nodes: [{ name: only, networks: [api] }]',
  'podlab:kubernetes: { proxyMode: nftables }',
  'podlab:cni: { name: bridge, routes: host-gw }',
];

interface Up {
  readonly from: string;
  readonly phases: readonly { readonly name: string }[];
}

async function json<T>(desk: ClusterDesk, ...words: readonly string[]): Promise<T & { readonly stderr: string }> {
  const { exitCode, stdout, stderr } = await desk.podlab(...words, '--json');
  expect(exitCode, stderr).toBe(0);
  return { ...JSON.parse(stdout), stderr };
}

async function kubectl(desk: ClusterDesk, stack: string, ...words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await desk.podlab('kubectl', '--stack', stack, '--', ...words);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

const configMaps = (desk: ClusterDesk, stack: string) =>
  kubectl(desk, stack, 'get', 'configmaps', '--output', 'name').then((text) => text.trim().split('\n').sort());

function goldenDirs(desk: ClusterDesk): readonly string[] {
  const root = join(desk.root, 'cache', 'snapshots');
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => name !== 'lock')
    .map((name) => join(root, name));
}

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error('not within two minutes');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describeClusters('snapshots of clusters', () => {
  test('a room saved by the first up is what later rooms and resets start from; names lead back to other moments', async () => {
    await withClusters(async (desk) => {
      const seat = desk.stackFile('seat-1', ...one);
      const cold = await json<Up>(desk, 'up', seat);
      expect(cold.from).toBe('');
      expect(cold.phases.map(({ name }) => name)).toEqual(expect.arrayContaining(['init', 'save']));
      expect(goldenDirs(desk)).toHaveLength(1);

      // Another seat beside it: the same cluster, in control groups of its own.
      const other = await json<Up>(desk, 'up', desk.stackFile('seat-2', ...one));
      expect(other.from).toBe('golden');
      expect(other.phases.map(({ name }) => name)).not.toContain('init');
      const flags = await desk.on('seat-2', 'only', 'cat /var/lib/kubelet/kubeadm-flags.env');
      expect(flags).toMatch(/--cgroup-root=\/podlab\/seat-2\S*\/only"/);
      await kubectl(desk, 'seat-2', 'create', 'configmap', 'theirs');

      // What was there is back, what was not is gone, the neighbour does not notice.
      await kubectl(desk, 'seat-1', 'create', 'configmap', 'mine');
      await kubectl(desk, 'seat-1', 'delete', '--namespace', 'kube-system', 'service/kube-dns', 'configmap/coredns');
      const reset = await json<Up>(desk, 'reset', 'seat-1');
      expect(reset.from).toBe('golden');
      expect(await json<{ from: string }>(desk, 'status', 'seat-1')).toMatchObject({ state: 'up', from: 'golden' });
      expect(await configMaps(desk, 'seat-1')).toEqual(['configmap/kube-root-ca.crt']);
      await kubectl(desk, 'seat-1', 'get', '--namespace', 'kube-system', 'service/kube-dns', 'configmap/coredns');
      expect(await configMaps(desk, 'seat-2')).toEqual(['configmap/kube-root-ca.crt', 'configmap/theirs']);
      await desk.podlab('down', 'seat-2');

      // A moment under a name: objects, files and images.
      await kubectl(desk, 'seat-1', 'create', 'configmap', 'kept');
      await desk.on('seat-1', 'only', 'echo kept >/etc/kept; rm /etc/debian_version');
      await desk.on('seat-1', 'only', 'ctr -n k8s.io images tag podlab.local/box:1 lab.local/extra:1');
      await json(desk, 'snapshot', 'lunch', '--stack', 'seat-1');
      await kubectl(desk, 'seat-1', 'delete', 'configmap', 'kept');
      expect((await json<Up>(desk, 'reset', 'seat-1', '--to', 'lunch')).from).toBe('lunch');
      expect(await configMaps(desk, 'seat-1')).toEqual(['configmap/kept', 'configmap/kube-root-ca.crt']);
      const seen =
        'cat /etc/kept; [ ! -e /etc/debian_version ]; ctr -n k8s.io images list --quiet name==lab.local/extra:1';
      expect(await desk.on('seat-1', 'only', seen)).toBe('kept\nlab.local/extra:1\n');

      // One that does not exist, or is damaged, costs nobody the room.
      const archive = join(desk.root, 'state', 'seat-1', 'snapshots', 'lunch', 'nodes.tar');
      spoil(archive);
      const damaged = await desk.podlab('reset', 'seat-1', '--to', 'lunch');
      expect(damaged).toMatchObject({ exitCode: 4 });
      expect(damaged.stderr).toContain('snapshot "lunch" can\'t be used: nodes.tar does not hold what was saved');
      expect(await desk.podlab('snapshot', '--remove', 'lunch', '--stack', 'seat-1')).toMatchObject({ exitCode: 0 });
      expect(await desk.podlab('reset', 'seat-1', '--to', 'lunch')).toMatchObject({ exitCode: 2 });
      expect(await json<{ state: string }>(desk, 'status', 'seat-1')).toMatchObject({ state: 'up', from: 'lunch' });

      // A damaged golden one is said and made again.
      const [golden = ''] = goldenDirs(desk);
      spoil(join(golden, 'nodes.tar'));
      const again = await json<Up>(desk, 'reset', 'seat-1');
      expect(again.from).toBe('');
      expect(again.stderr).toContain(
        'the saved cluster is not used, a new one is made: nodes.tar does not hold what was saved',
      );
      expect((await json<Up>(desk, 'reset', 'seat-1')).from).toBe('golden');
    });
  }, 600_000);

  test('podlab killed while it saves or restores leaves nothing frozen and nothing that is taken for a snapshot', async () => {
    await withClusters(async (desk) => {
      const file = desk.stackFile('cut', ...one);
      const first = desk.start('up', file);
      // The archive is written while everything stands still.
      await until(() => goldenDirs(desk).some((dir) => dir.endsWith('.new') && existsSync(join(dir, 'nodes.tar'))));
      first.kill('SIGKILL');
      await until(() => frozen('cut') === false);
      expect(goldenDirs(desk).every((dir) => dir.endsWith('.new'))).toBe(true);

      const second = await json<Up>(desk, 'up', file);
      expect(second.from).toBe('');
      expect(goldenDirs(desk).map((dir) => dir.endsWith('.new'))).toEqual([false]);

      const third = desk.start('reset', 'cut');
      await until(() => existsSync(join(desk.root, 'state', 'cut', 'nodes', 'only', 'lib', 'etcd', 'member', 'wal')));
      third.kill('SIGKILL');
      expect(await desk.podlab('down', 'cut')).toMatchObject({ exitCode: 0 });
      expect(tracesOf('cut', desk.root).filter((trace) => !trace.startsWith('file '))).toEqual([]);
      expect(existsSync(join(desk.root, 'state', 'cut', 'nodes'))).toBe(false);
    });
  });
});

function spoil(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(statSync(file).size / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** Whether the room's control group is; undefined when there is none. */
function frozen(stack: string): boolean | undefined {
  const groups = ['/sys/fs/cgroup/freezer/podlab', '/sys/fs/cgroup/podlab'].filter((dir) => existsSync(dir));
  for (const dir of groups) {
    const name = readdirSync(dir).find((group) => group.startsWith(`${stack}.`));
    if (name === undefined) continue;
    const state = join(dir, name, 'freezer.state');
    return (
      readFileSync(existsSync(state) ? state : join(dir, name, 'cgroup.freeze'), 'utf8').trim() !==
      (existsSync(state) ? 'THAWED' : '0')
    );
  }
  return undefined;
}
