import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CniPlan } from '../../../src/cluster/cni/cni-plan.ts';
import { archiveArguments, withCgroup } from '../../../src/driver/sandbox/snapshot-contents.ts';
import { copyEtcdLogs, etcdLogDir } from '../../../src/driver/sandbox/snapshot-etcd-log.ts';
import { freezerOf } from '../../../src/driver/sandbox/snapshot-freeze.ts';
import { keptGolden, surplus } from '../../../src/driver/sandbox/snapshot-golden.ts';
import { type SnapshotParts, snapshotFormat, snapshotKey } from '../../../src/driver/sandbox/snapshot-key.ts';
import { faultOf, goldenForMs, parseManifest } from '../../../src/driver/sandbox/snapshot-manifest.ts';
import { imageRoles, type Toolchain } from '../../../src/toolchain/toolchain.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const cni: CniPlan = {
  filesOn: (node) => new Map([['/etc/cni/net.d/10.conflist', node]]),
  peerFiles: [],
  commandsOn: () => [],
  manifests: '',
  later: '',
  images: [],
};

const toolchain: Toolchain = {
  version: 'v1.36.3',
  id: 'tools',
  bin: '/opt/tools',
  imageRepository: 'podlab.local',
  images: Object.fromEntries(imageRoles.map((role) => [role, `podlab.local/${role}:1`])) as Toolchain['images'],
  origins: {},
};

const base = [
  'config:',
  '  podlab:engine: kubernetes',
  '  podlab:networks: { nat: { mode: nat, cidr: 192.168.122.0/24 } }',
  '  podlab:nodes: [{ name: n1, networks: [nat] }, { name: n2, networks: [nat] }]',
  '  podlab:cni: { name: bridge }',
];

function partsOf(stack: string, ...lines: readonly string[]): SnapshotParts {
  const text = [...base, ...lines.map((line) => `  ${line}`), ''].join('\n');
  const topology = loadTopology(text, { file: 'x', stack });
  return { topology, toolchain, store: { id: 'images' }, cni, workloads: [] };
}

describe('the key of a snapshot', () => {
  const key = snapshotKey(partsOf('one'));

  test('is the same for a stack under another name: seats share a snapshot', () => {
    expect(snapshotKey(partsOf('seat-2'))).toBe(key);
  });

  test('does not depend on what only the cables of the room know', () => {
    expect(snapshotKey(partsOf('one', 'podlab:uplink: true'))).toBe(key);
    const { topology, ...rest } = partsOf('one');
    const nodes = topology.nodes.map((node) => ({ ...node, cpus: 2, memoryMiB: 900 }));
    expect(snapshotKey({ ...rest, topology: { ...topology, nodes } })).toBe(key);
  });

  test.each([
    ['the pod network', partsOf('one', 'podlab:kubernetes: { podSubnet: 10.9.0.0/16 }')],
    ['the proxy mode', partsOf('one', 'podlab:kubernetes: { proxyMode: nftables }')],
    ['the programs', { ...partsOf('one'), toolchain: { ...toolchain, id: 'others' } }],
    ['the images', { ...partsOf('one'), store: { id: 'others' } }],
    ['the text of a workload', { ...partsOf('one'), workloads: [{ file: 'a.yaml', text: 'kind: Pod' }] }],
    ['the manifests of the CNI', { ...partsOf('one'), cni: { ...cni, manifests: 'kind: DaemonSet' } }],
    ['a file of the CNI', { ...partsOf('one'), cni: { ...cni, filesOn: () => new Map([['/a', '']]) } }],
  ])('changes with %s', (_what, parts) => {
    expect(snapshotKey(parts)).not.toBe(key);
  });
});

describe('a snapshot is refused', () => {
  const now = 1_800_000_000_000;
  const good = {
    format: snapshotFormat,
    key: 'k',
    savedAt: now - 1000,
    files: [{ name: 'nodes.tar', bytes: 10, sha256: '' }],
    cgroups: {},
  };
  const wanted = { key: 'k', now, forMs: goldenForMs };
  const fault = (manifest: object, size: number | undefined = 10) =>
    faultOf(JSON.stringify(manifest), wanted, () => size);

  test('not when all is as it should be', () => {
    expect(fault(good)).toBe('');
  });

  test.each([
    [
      'of another format',
      { ...good, format: snapshotFormat + 1 },
      'its manifest is not readable, or of another version of podlab',
    ],
    ['without files', { ...good, files: [] }, 'its manifest is not readable, or of another version of podlab'],
    [
      'of another cluster',
      { ...good, key: 'j' },
      'it is of another cluster: the stack file, the images or podlab have changed since',
    ],
    ['from the future', { ...good, savedAt: now + 1 }, 'it is from the future: its certificates are not valid yet'],
    ['too old', { ...good, savedAt: now - goldenForMs - 1 }, 'it is more than 30 days old'],
  ])('when it is %s', (_what, manifest, expected) => {
    expect(fault(manifest)).toBe(expected);
  });

  test('when a file is cut or missing', () => {
    expect(fault(good, 9)).toBe('nodes.tar has 9 bytes instead of 10');
    expect(faultOf(JSON.stringify(good), wanted, () => undefined)).toBe('nodes.tar is missing');
  });

  test('when its manifest is cut', () => {
    expect(parseManifest(JSON.stringify(good).slice(0, -5))).toBeUndefined();
  });
});

describe('what a snapshot holds', () => {
  test('is the files of every node without containers and what belongs to them', () => {
    const words = archiveArguments(['n1', 'n2']);
    expect(words.slice(-8)).toEqual([
      'n1/etc',
      'n1/lib',
      'n1/opt',
      'n1/usr-lib',
      'n2/etc',
      'n2/lib',
      'n2/opt',
      'n2/usr-lib',
    ]);
    for (const left of ['lib/containerd', 'lib/cni', 'lib/kubelet/pods', 'lib/etcd/member/wal']) {
      expect(words).toContain(`--exclude=n2/${left}`);
    }
    expect(words).not.toContain('--exclude=n1/lib/kubelet');
  });

  test('names control groups of the new room, and only whole names are taken for one', () => {
    const flags = 'ARGS="--node-ip=10.0.0.1 --cgroup-root=/podlab/a/node1"\nx: /podlab/a/node10\n';
    expect(withCgroup(flags, '/podlab/a/node1', '/podlab/b/node1')).toBe(
      'ARGS="--node-ip=10.0.0.1 --cgroup-root=/podlab/b/node1"\nx: /podlab/a/node10\n',
    );
  });
});

describe('logs of etcd', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'podlab-etcd-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test.each([
    ['is cut to its data and a block of zeros', 5_000_000, 4097, 3 * 4096],
    ['without data keeps one block', 5_000_000, 0, 4096],
    ['that is full stays as it is', 8192, 8192, 8192],
  ])('a log %s', (_what, size, data, kept) => {
    const log = Buffer.alloc(size);
    log.fill(7, 0, data);
    mkdirSync(join(dir, 'from', etcdLogDir), { recursive: true });
    writeFileSync(join(dir, 'from', etcdLogDir, '1.wal'), log);
    writeFileSync(join(dir, 'from', etcdLogDir, '0.tmp'), 'unused');
    expect(copyEtcdLogs(join(dir, 'from'), join(dir, 'to'))).toBe(true);
    const copy = readFileSync(join(dir, 'to', etcdLogDir, '1.wal'));
    expect(copy.length).toBe(kept);
    expect(copy.equals(log.subarray(0, kept))).toBe(true);
  });

  test('a node without etcd has none', () => {
    expect(copyEtcdLogs(dir, join(dir, 'to'))).toBe(false);
  });
});

describe('the freezer', () => {
  const dir = '/run/podlab/lab';

  test('of cgroup v1 is a hierarchy of its own', () => {
    const file = '/sys/fs/cgroup/freezer/podlab/lab/freezer.state';
    expect(freezerOf(dir, ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/freezer', '/sys/fs/cgroup/unified'])).toEqual({
      ...{ control: file, freeze: 'FROZEN', thaw: 'THAWED', report: file, frozen: 'FROZEN' },
    });
  });

  test('of cgroup v2 is a file of the group', () => {
    expect(freezerOf(dir, ['/sys/fs/cgroup'])).toEqual({
      ...{ control: '/sys/fs/cgroup/podlab/lab/cgroup.freeze', freeze: '1', thaw: '0' },
      ...{ report: '/sys/fs/cgroup/podlab/lab/cgroup.events', frozen: 'frozen 1' },
    });
  });

  test('is missing where version 1 has no such hierarchy', () => {
    expect(freezerOf(dir, ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/memory'])).toBeUndefined();
  });
});

test('the golden snapshots that were not used for longest go', () => {
  const all = Array.from({ length: keptGolden + 2 }, (_, index) => ({ dir: `${index}`, usedAt: (index * 7) % 10 }));
  const usedAt = (dir: string) => all.find((one) => one.dir === dir)?.usedAt;
  expect(surplus(all).map(usedAt).sort()).toEqual([0, 1]);
  expect(surplus(all.slice(0, keptGolden))).toEqual([]);
});
