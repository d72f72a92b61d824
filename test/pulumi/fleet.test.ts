// A workshop on a libvirt host: two seats made side by side, one that cannot be and is made later, reset and removed.

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { withLibvirt } from '../support/libvirt-room.ts';
import { describePulumi, podlabIn } from '../support/pulumi-room.ts';

interface Seats {
  readonly seats: readonly {
    readonly stack: string;
    readonly state: string;
    readonly ms: number;
    readonly fault?: { readonly code: string; readonly message: string };
  }[];
}

interface Rooms {
  readonly seats: readonly { readonly stack: string; readonly room: string; readonly why: string }[];
}

describePulumi('a workshop of virtual machines', () => {
  test('comes up seat by seat, and what fails on one stays there', async ({ annotate }) => {
    await withLibvirt(async (room) => {
      const { stackFile, podlab, answer, inLibvirt } = podlabIn(room);
      const template = stackFile('vms', 1);
      const file = join(dirname(template), 'workshop.yaml');
      const lines = ['name: day1', `stack: ${template}`, 'labs: [by-hand]', 'seats: 2', 'place: libvirt', ''];
      writeFileSync(file, lines.join('\n'));
      const fleet = <T>(words: readonly string[], exitCode = 0) =>
        answer<T>(['fleet', ...words, '--workshop', file], exitCode);
      const note = async (what: string, { seats }: Seats) =>
        annotate(`${what}: ${seats.map(({ stack, state, ms }) => `${stack} ${state} ${ms} ms`).join(', ')}`);

      // Somebody's own network has the name of a seat's: found before anything is made.
      const foreign = join(room.dir, 'foreign.xml');
      writeFileSync(foreign, "<network><name>podlab.day1-02.isolated</name><bridge name='theirs'/></network>");
      await room.virsh('net-define', foreign);
      const { error } = await fleet<{ error: { code: string; message: string } }>(['up'], 4);
      expect.soft(error).toMatchObject({ code: 'HOST_UNSUITABLE' });
      expect.soft(error.message).toContain('"podlab.day1-02.isolated" in libvirt is there already');
      expect.soft(await inLibvirt('day1-01')).toEqual(['podlab.day1-02.isolated']);

      // All the same: one seat comes up, the other says why not.
      const forced = await fleet<Seats>(['up', '--force'], 1);
      await note('up', forced);
      expect.soft(forced.seats.map(({ state }) => state)).toEqual(['done', 'failed']);
      expect.soft(forced.seats[1]?.fault?.message).toContain('podlab.day1-02.isolated');
      const half = await fleet<Rooms>(['status'], 1);
      expect.soft(half.seats.map(({ room: state }) => state === 'up')).toEqual([true, false]);
      expect.soft(half.seats[1]?.why).not.toBe('');

      await room.virsh('net-undefine', 'podlab.day1-02.isolated');
      await note('the other one', await fleet<Seats>(['up']));
      const all = await fleet<Rooms>(['status']);
      expect.soft(all.seats.map(({ room: state }) => state)).toEqual(['up', 'up']);
      const addresses = await podlab('fleet', 'exec', 'node1', '-w', file, '--', 'ip', '-brief', '-4', 'address');
      expect.soft(addresses.stdout).toMatch(/day1-01: eth0 .*10\.200\.0\.11\/24\s+day1-01: eth1 .*10\.200\.1\.11\/24/);
      expect.soft(addresses.stdout).toMatch(/day1-02: eth0 .*10\.200\.2\.11\/24\s+day1-02: eth1 .*10\.200\.3\.11\/24/);
      const again = await fleet<Seats>(['up']);
      await note('again', again);
      expect.soft(again.seats.map(({ state }) => state)).toEqual(['done', 'done']);

      // One machine is switched off: its seat alone is broken, and is started again.
      await room.virsh('destroy', 'podlab.day1-02.node1');
      const off = await fleet<Rooms>(['status'], 1);
      expect.soft(off.seats.map(({ room: state }) => state)).toEqual(['up', 'broken']);
      await note('started again', await fleet<Seats>(['up', '2']));

      await podlab('exec', 'node1', '--stack', 'day1-02', '--', 'touch', '/root/mine');
      await note('reset', await fleet<Seats>(['reset', '2']));
      const mine = await podlab('exec', 'node1', '--stack', 'day1-02', '--', 'ls', '/root/mine');
      expect.soft(mine.exitCode).toBe(2);

      await note('down', await fleet<Seats>(['down']));
      for (const stack of ['day1-01', 'day1-02']) expect.soft(await inLibvirt(stack)).toEqual([]);
      expect.soft((await fleet<Rooms>(['status'], 1)).seats.map(({ room: state }) => state)).toEqual(['down', 'down']);
    });
  });
});
