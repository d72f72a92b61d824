// Rooms of virtual machines by both doors: made, left alone, changed, entered, worked on by their labs, reset and removed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Change, RoomStatus } from '../../src/driver/driver.ts';
import { withLibvirt } from '../support/libvirt-room.ts';
import { describePulumi, podlabIn } from '../support/pulumi-room.ts';

interface Up {
  readonly created: boolean;
  /** What it was put back from; '' when it was made. */
  readonly from: string;
  readonly durationMs: number;
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

interface Proofs {
  readonly labs: readonly {
    readonly ms: number;
    readonly exercises: readonly { readonly exercise: string; readonly ok: boolean }[];
  }[];
}

const ofNode2 = [
  ...['node2-peers', 'node2-ready', 'node2.isolated-lease', 'node2.nat-lease'].map((name) => `command ${name}`),
  ...['documents node2-cloudinit', 'machine node2', 'volume node2-disk', 'volume node2-seed'],
];

const changesOf = (changes: readonly Change[]) => changes.map(({ what, name }) => `${what} ${name}`).sort();

describePulumi('a room of virtual machines', () => {
  test('is made, left alone, changed, entered, reset and removed', async ({ annotate }) => {
    await withLibvirt(async (room) => {
      const { stackFile, podlab, pulumi, answer, inLibvirt } = podlabIn(room);
      const file = stackFile('vms', 1);
      const note = async (what: string, { durationMs, phases }: Up) =>
        annotate(`${what}: ${durationMs} ms: ${phases.map(({ name, ms }) => `${name} ${ms}`).join(', ')}`);

      // Nothing is made by looking.
      const { changes } = await answer<{ changes: readonly Change[] }>(['preview', file]);
      expect.soft(changes.map(({ what }) => what)).toEqual(changes.map(() => 'make'));
      expect.soft(changes.map(({ name }) => name)).toContain('machine node1');
      expect.soft(await inLibvirt('vms')).toEqual([]);

      const up = await answer<Up>(['up', file]);
      await note('up', up);
      expect(up.created).toBe(true);
      const status = await answer<RoomStatus>(['status', 'vms']);
      expect.soft(status).toMatchObject({ driver: 'libvirt', state: 'up', nodes: [{ name: 'node1', running: true }] });

      // The second one changes nothing, and neither would Pulumi.
      expect.soft(await answer<Up>(['up', file])).toMatchObject({ created: false });
      expect.soft(await answer(['preview', file])).toMatchObject({ changes: [] });
      const byHand = ['--stack', 'vms', '--expect-no-changes'];
      for (const words of [['preview'], ['up', '--yes', '--skip-preview']]) {
        const { exitCode, stdout, stderr } = await pulumi(file, ...words, ...byHand);
        expect.soft([exitCode, exitCode === 0 ? '' : stdout + stderr]).toEqual([0, '']);
      }

      // The way in, with words, streams and exit codes as they are.
      const ran = await podlab('exec', 'node1', '--stack', 'vms', '--', 'sh', '-c', 'hostname; exit 3');
      expect.soft([ran.stdout, ran.exitCode]).toEqual(['node1\n', 3]);
      const addresses = await podlab('exec', 'node1', '--stack', 'vms', '--', 'ip', '-brief', '-4', 'address');
      expect.soft(addresses.stdout).toMatch(/eth0 .*192\.168\.122\.11\/24[\s\S]*eth1 .*192\.168\.39\.11\/24/);
      const seen = await podlab(
        'exec',
        'gateway',
        '--stack',
        'vms',
        '--',
        'virsh',
        '--quiet',
        'domstate',
        'podlab.vms.node1',
      );
      expect.soft(seen.stdout.trim()).toBe('running');

      // Reset: what a participant has written is gone. After Pulumi by hand there is no moment to go back to; then there is one.
      for (const from of ['', 'golden']) {
        await podlab('exec', 'node1', '--stack', 'vms', '--', 'touch', '/root/mine');
        const reset = await answer<Up>(['reset', 'vms']);
        await note('reset', reset);
        expect.soft(reset.from).toBe(from);
        const mine = await podlab('exec', 'node1', '--stack', 'vms', '--', 'ls', '/root/mine');
        expect.soft(mine.exitCode).toBe(2);
      }

      // A node more: what is its own, and the others hear of it. Nobody else is touched.
      const lives = async () => [
        await room.virsh('domid', 'podlab.vms.node1'),
        (await podlab('exec', 'node1', '--stack', 'vms', '--', 'cat', '/proc/sys/kernel/random/boot_id')).stdout,
        await room.virsh('net-uuid', 'podlab.vms.nat'),
      ];
      const before = await lives();
      stackFile('vms', 2);
      const more = await answer<{ changes: readonly Change[] }>(['preview', file]);
      expect
        .soft(changesOf(more.changes))
        .toEqual(['change command node1-peers', ...ofNode2.map((name) => `make ${name}`)]);
      await note('a node more', await answer<Up>(['up', file]));
      expect.soft(await lives()).toEqual(before);
      expect.soft(await answer(['preview', file])).toMatchObject({ changes: [] });
      for (const [from, to] of [
        ['node1', 'node2'],
        ['node2', 'node1.isolated'],
      ]) {
        const ping = await podlab('exec', from ?? '', '--stack', 'vms', '--', 'ping', '-c', '1', to ?? '');
        expect.soft([ping.exitCode, ping.stdout]).toEqual([0, expect.stringContaining('1 received')]);
      }
      const { exitCode, stdout } = await pulumi(file, 'refresh', '--yes', '--stack', 'vms', '--expect-no-changes');
      expect.soft([exitCode, exitCode === 0 ? '' : stdout]).toEqual([0, '']);

      // What stands still is started again, though Pulumi does not see it.
      await room.virsh('net-destroy', 'podlab.vms.isolated');
      await room.virsh('destroy', 'podlab.vms.node2');
      expect.soft(await answer(['status', 'vms'], 1)).toMatchObject({
        state: 'broken',
        reason: 'node node2 is shut off, network isolated is not active',
      });
      await note('two machines started again', await answer<Up>(['up', file]));
      expect.soft(await answer(['status', 'vms'])).toMatchObject({ state: 'up' });

      // A node fewer: the same in the other direction.
      stackFile('vms', 1);
      const fewer = await answer<{ changes: readonly Change[] }>(['preview', file]);
      expect
        .soft(changesOf(fewer.changes))
        .toEqual(['change command node1-peers', ...ofNode2.map((name) => `remove ${name}`)]);
      const later = await lives();
      await note('a node fewer', await answer<Up>(['up', file]));
      expect.soft(await lives()).toEqual(later);
      expect.soft((await inLibvirt('vms')).filter((name) => name.includes('node2'))).toEqual([]);
      expect.soft(await room.virsh('net-dumpxml', 'podlab.vms.nat')).not.toContain('node2');
      const hosts = await podlab('exec', 'node1', '--stack', 'vms', '--', 'cat', '/etc/hosts');
      expect.soft(hosts.stdout).not.toContain('node2');
      expect.soft(await answer<Up>(['up', file])).toMatchObject({ created: false });

      const begun = performance.now();
      expect.soft(await answer(['down', 'vms'])).toEqual({ version: 1, rooms: [{ stack: 'vms', removed: true }] });
      await annotate(`down: ${Math.round(performance.now() - begun)} ms`);
      expect.soft(await inLibvirt('vms')).toEqual([]);
      expect.soft(await answer(['status', 'vms'], 1)).toMatchObject({ state: 'down' });
      // The pool's directory is the person's.
      expect.soft(existsSync(join(room.dir, 'disks', 'vms'))).toBe(true);
    });
  });

  // Its second node would take as long again: that a worker joins is seen by hand, with the stack kubeadm-bridge.
  test('with a cluster is made, left alone and removed, and its labs are proved', async ({ annotate }) => {
    await withLibvirt(async (room) => {
      const { readyMade, answer, inLibvirt } = podlabIn(room);
      // A proof makes a room of its own, called so. This one it finds.
      const file = readyMade('minikube-kvm', 'prove-minikube-kvm');
      const up = await answer<Up>(['up', file]);
      await annotate(`up: ${up.durationMs} ms: ${up.phases.map(({ name, ms }) => `${name} ${ms}`).join(', ')}`);
      expect.soft(await answer<Up>(['up', file])).toMatchObject({ created: false });
      expect.soft(await answer(['preview', file])).toMatchObject({ changes: [] });

      const { labs } = await answer<Proofs>(['labs', 'prove', 'libvirt', '--stack', readyMade('minikube-kvm')]);
      expect.soft(labs[0]?.exercises.map(({ exercise, ok }) => [exercise, ok])).toEqual([
        ['libvirt/networks', true],
        ['libvirt/leases', true],
        ['libvirt/nics', true],
        ['libvirt/api', true],
        ['libvirt/way-out', true],
        ['libvirt/records', true],
      ]);
      await annotate(`labs: ${labs[0]?.ms} ms`);
      expect.soft(await inLibvirt('prove-minikube-kvm')).toEqual([]);
    });
  });
});
