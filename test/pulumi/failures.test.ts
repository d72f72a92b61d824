// What goes wrong while a room of virtual machines is made: told in podlab's words, and nothing left behind.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type LibvirtRoom, withLibvirt } from '../support/libvirt-room.ts';
import { describePulumi, type PodlabThere, podlabIn } from '../support/pulumi-room.ts';

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

describePulumi('making a room', () => {
  test("fails on somebody else's network of the same name, and leaves that network", async () => {
    await withLibvirt(async (room) => {
      const { stackFile, answer, inLibvirt } = podlabIn(room);
      const foreign = join(room.dir, 'foreign.xml');
      writeFileSync(foreign, "<network><name>podlab.vms.isolated</name><bridge name='theirs'/></network>");
      await room.virsh('net-define', foreign);
      const { error } = await answer<Failure>(['up', stackFile('vms', 1)], 4);
      expect.soft(error).toMatchObject({ code: 'HOST_UNSUITABLE' });
      expect.soft(error.message).toContain('podlab.vms.isolated');
      await answer(['down', 'vms']);
      expect.soft(await inLibvirt('vms')).toEqual(['podlab.vms.isolated']);
    });
  });

  test('is told that libvirt is not running', async () => {
    await withLibvirt(async (room) => {
      const { stackFile, answer } = podlabIn(room);
      await room.host.run(['sh', '-c', 'kill "$(cat /run/libvirtd.pid)"; rm -f /run/libvirt/libvirt-sock']);
      const { error } = await answer<Failure>(['up', stackFile('vms', 1)], 4);
      expect.soft(error).toMatchObject({ code: 'HOST_UNSUITABLE' });
      expect.soft(error.message).toContain('libvirt is not running');
      // Nothing was made, so nothing is remembered.
      expect.soft(await answer(['status', 'vms'], 1)).toMatchObject({ state: 'down' });
      expect.soft(traces(room)).toEqual([]);
    });
  });

  test('leaves nothing when it is only looked at', async () => {
    await withLibvirt(async (room) => {
      const { stackFile, answer, podlab, inLibvirt } = podlabIn(room);
      const file = stackFile('vms', 1);
      for (const words of [['preview'], ['up', '--dry-run']]) {
        const { changes } = await answer<{ changes: readonly object[] }>([...words, file]);
        expect.soft(changes).toContainEqual({ what: 'make', name: 'machine node1' });
        expect.soft([await inLibvirt('vms'), traces(room)]).toEqual([[], []]);
        expect.soft(existsSync(join(room.dir, 'podlab', 'state', 'vms'))).toBe(false);
      }
      expect.soft((await podlab('down', 'vms')).stdout).toBe('vms: was not up\n');
      expect.soft(traces(room)).toEqual([]);
    });
  });

  test('is told that libvirtd stops midway, and goes on when it is there again', async () => {
    await withLibvirt(async (room) => {
      const there = podlabIn(room);
      const file = there.stackFile('vms', 1, '', await smallDisk(room));
      const running = there.answer<Failure>(['up', file], 4);
      await until(async () => (await there.inLibvirt('vms')).includes('podlab.vms.nat'));
      await room.host.run(['sh', '-c', 'kill -9 "$(cat /run/libvirtd.pid)"']);
      const { error } = await running;
      expect.soft(error).toMatchObject({ code: 'HOST_UNSUITABLE' });
      expect.soft(error.message).toMatch(/libvirt (is not running|has gone away)/);
      expect.soft(await there.answer(['status', 'vms'], 1)).toMatchObject({ state: 'broken' });
      await room.host.run(['sh', '-c', startLibvirtd]);
      await goesOn(room, there, file);
    });
  });

  test('is told that the pool is full, and goes on when there is room', async () => {
    await withLibvirt(async (room) => {
      const there = podlabIn(room);
      const file = there.stackFile('vms', 1, '', await smallDisk(room));
      const disks = join(room.dir, 'disks', 'vms');
      mkdirSync(disks, { recursive: true });
      await room.host.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'full', disks]);
      const { error } = await there.answer<Failure>(['up', file], 4);
      expect.soft(error).toMatchObject({ code: 'HOST_UNSUITABLE', hint: expect.stringContaining('vm:directory') });
      expect.soft(error.message).toContain('pool is full');
      await room.host.run(['mount', '-o', 'remount,size=512m', disks]);
      await goesOn(room, there, file);
    });
  });

  test('makes again what libvirt has lost, and cuts no machine off', async () => {
    await withLibvirt(async (room) => {
      const there = podlabIn(room);
      const file = there.stackFile('vms', 1, '', await smallDisk(room));
      const cutOff = await interruptedAtBoot(room, there, file);
      await room.virsh('net-destroy', 'podlab.vms.isolated');
      await room.virsh('net-undefine', 'podlab.vms.isolated');
      // A new network, and a new machine on it: the old one's cable hangs on nothing.
      await interruptedAtBoot(room, there, file, cutOff);
      expect.soft(await room.virsh('net-list', '--name')).toContain('podlab.vms.isolated');
      await room.virsh('destroy', 'podlab.vms.node1');
      await room.virsh('undefine', 'podlab.vms.node1');
      await goesOn(room, there, file);
    });
  });

  test('is taken back also when libvirt has lost all of it', async () => {
    await withLibvirt(async (room) => {
      const there = podlabIn(room);
      const file = there.stackFile('vms', 1, '', await smallDisk(room));
      await interruptedWhen(room, there, file, async () => (await there.inLibvirt('vms')).includes('podlab.vms.nat'));
      await room.host.run(['sh', '-c', loseAll]);
      expect.soft(await there.inLibvirt('vms')).toEqual([]);
      expect.soft(await there.answer(['down', 'vms'])).toMatchObject({ rooms: [{ stack: 'vms', removed: true }] });
      expect.soft([await there.inLibvirt('vms'), traces(room)]).toEqual([[], []]);
    });
  });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'is cut off by %s, is told of by preview afterwards, and down leaves nothing',
    async (signal) => {
      await withLibvirt(async (room) => {
        const { stackFile, podlab, answer, inLibvirt } = podlabIn(room);
        const file = stackFile('vms', 2);
        const running = podlab('up', file);
        await until(async () => (await inLibvirt('vms')).includes('podlab.vms.nat'));
        const pid = readFileSync(join(room.dir, 'podlab', 'run', 'vms.vm.lock'), 'utf8').trim();
        await room.host.run(['kill', '-s', signal.slice(3), pid]);
        const cut = await running;
        expect.soft(cut.exitCode).toBe(signal === 'SIGINT' ? 130 : 137);
        if (signal === 'SIGINT') expect.soft(cut.stderr).toContain('what was made is kept');
        expect.soft(await answer(['status', 'vms'], 1)).toMatchObject({ state: 'broken' });
        await answer(['preview', file]);
        await answer(['down', 'vms']);
        expect.soft(await inLibvirt('vms')).toEqual([]);
      });
    },
  );
});

/** A disk that nothing boots from: for what goes wrong before a machine has booted, and what comes after. */
async function smallDisk(room: LibvirtRoom): Promise<string> {
  const disk = join(room.dir, 'small.qcow2');
  await room.host.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '64M']);
  return disk;
}

const startLibvirtd = `rm -f /run/libvirtd.pid; libvirtd --daemon --config /etc/libvirt/libvirtd.conf
for try in $(seq 300); do virsh -c qemu:///system version >/dev/null 2>&1 && exit; sleep 0.1; done`;

/** What podlab and its Pulumi remember of the stack; the seed of its keys is kept for the next time. */
function traces(room: LibvirtRoom): readonly string[] {
  const state = join(room.dir, 'podlab', 'state');
  return ['vms/driver', 'vms/vm', '.pulumi/stacks/podlab/vms.json'].filter((place) => existsSync(join(state, place)));
}

/** Runs up until the machine is there, which never boots, and interrupts it. @returns which machine it is, of all that there were */
async function interruptedAtBoot(room: LibvirtRoom, there: PodlabThere, file: string, earlier = ''): Promise<string> {
  const idOf = async () => (await room.virsh('domid', 'podlab.vms.node1').catch(() => '-')).trim();
  await interruptedWhen(room, there, file, async () => !['-', earlier].includes(await idOf()));
  return idOf();
}

async function interruptedWhen(
  room: LibvirtRoom,
  { podlab }: PodlabThere,
  file: string,
  isTime: () => Promise<boolean>,
): Promise<void> {
  const running = podlab('up', file);
  await until(isTime);
  const pid = readFileSync(join(room.dir, 'podlab', 'run', 'vms.vm.lock'), 'utf8').trim();
  await room.host.run(['kill', '-s', 'INT', pid]);
  expect.soft((await running).exitCode).toBe(130);
}

const loseAll = `for name in $(virsh net-list --name); do virsh net-destroy "$name"; done
for name in $(virsh net-list --all --name); do virsh net-undefine "$name"; done
for name in $(virsh pool-list --all --name); do virsh pool-destroy "$name"; virsh pool-undefine "$name"; done`;

/** The next up makes all that there is to make, and down leaves nothing. */
async function goesOn(room: LibvirtRoom, there: PodlabThere, file: string): Promise<void> {
  await interruptedAtBoot(room, there, file);
  expect
    .soft((await there.inLibvirt('vms')).filter((name) => name.startsWith('podlab.vms.')).sort())
    .toEqual(['isolated', 'nat', 'node1', 'node1.qcow2', 'node1.seed.iso', 'pool'].map((name) => `podlab.vms.${name}`));
  await there.answer(['down', 'vms']);
  expect.soft([await there.inLibvirt('vms'), traces(room)]).toEqual([[], []]);
}

async function until(look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 300_000;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error('not seen within five minutes');
    await sleep(100);
  }
}
