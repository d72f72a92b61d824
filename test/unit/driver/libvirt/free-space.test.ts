// Whether there is room for what is going to be made, before it is.

import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freeBytes, requireSpace } from '../../../../src/driver/libvirt/free-space.ts';
import type { Executor } from '../../../../src/host/host.ts';
import { runProgram } from '../../../../src/host/run.ts';
import { loadTopology } from '../../../../src/topology/load-topology.ts';

const MiB = 1024 * 1024;
const topology = loadTopology('config:\n  podlab:driver: libvirt\n  podlab:nodes: { count: 2 }\n', {
  ...{ stack: 'vms', file: 'f' },
});

let dir = '';
let disk = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  disk = join(dir, 'disk.qcow2');
  writeFileSync(disk, Buffer.alloc(3 * MiB));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A machine on whose disk so much is left; nobody knows how much for ''. */
const host = (free: string): Executor => ({
  name: 'gateway',
  run: async (argv) => {
    const table = `Filesystem 1-blocks Used Available Capacity Mounted on\n/dev/vda 9 9 ${free} 100% /disks\n`;
    return {
      argv,
      stdout: free === '' ? '' : table,
      exitCode: 0,
      stderr: '',
      timedOut: false,
      truncated: false,
      durationMs: 1,
    };
  },
});
const settings = (isOnHost: boolean) => ({
  poolDirectory: '/disks/vms',
  image: { disk, boot: undefined, isOnHost, foreign: undefined },
});
const volume = (name: string) => ({ urn: name, type: 'libvirt:index/volume:Volume', inputs: { name } });

test('an image that is sent counts, and what each machine begins with', async () => {
  const need = (2 * 64 + 3) * MiB;
  await expect(requireSpace(topology, settings(false), host(`${need}`), [])).resolves.toBeUndefined();
  await expect(requireSpace(topology, settings(false), host(`${need - 1}`), [])).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    message: `the room's pool is full: 130 MiB are left at /disks/vms, and stack "vms" takes 131 MiB to begin with`,
    hint: expect.stringContaining('vm:directory'),
  });
  await expect(requireSpace(topology, settings(true), host(`${need - 1}`), [])).resolves.toBeUndefined();
});

test("a machine of somebody else's image takes what is brought to it too", async () => {
  const { poolDirectory, image } = settings(true);
  const foreign = { poolDirectory, image: { ...image, foreign: { name: disk, home: '/opt/podlab' } } };
  const cluster = loadTopology('config:\n  podlab:driver: libvirt\n  podlab:engine: kubernetes\n', {
    ...{ stack: 'vms', file: 'f' },
  });
  for (const [room, need] of [
    [topology, 2 * (64 + 256)],
    [cluster, cluster.nodes.length * (64 + 1536)],
  ] as const) {
    await expect(requireSpace(room, foreign, host(`${need * MiB}`), [])).resolves.toBeUndefined();
    await expect(requireSpace(room, foreign, host(`${need * MiB - 1}`), [])).rejects.toThrow(`takes ${need} MiB`);
  }
});

test('what is made already takes no more', async () => {
  const known = [volume('podlab.vms.base.qcow2'), volume('podlab.vms.node1.qcow2'), volume('podlab.vms.node2.qcow2')];
  await expect(requireSpace(topology, settings(false), host('0'), known)).resolves.toBeUndefined();
  await expect(requireSpace(topology, settings(false), host('0'), known.slice(0, 2))).rejects.toThrow('takes 64 MiB');
});

test('where nobody can say how much is left, nothing is refused', async () => {
  await expect(requireSpace(topology, settings(false), host(''), [])).resolves.toBeUndefined();
});

test('the file system is that of the nearest directory that is there', async () => {
  const said: number[] = [];
  const here: Executor = {
    name: 'here',
    run: async (argv) => {
      const result = await runProgram(argv, { env: { PATH: process.env.PATH ?? '' } });
      said.push(freeBytes(result.stdout));
      return result;
    },
  };
  const poolDirectory = join(dir, 'not', 'there yet');
  await requireSpace(topology, { ...settings(true), poolDirectory }, here, []).catch(() => {});
  const { bavail, bsize } = statfsSync(dir);
  // Others write too.
  expect((said[0] ?? 0) / (bavail * bsize)).toBeCloseTo(1, 1);
});
