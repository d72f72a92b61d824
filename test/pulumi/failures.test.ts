// What goes wrong while a room of virtual machines is made: told in podlab's words, and nothing left behind.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withLibvirt } from '../support/libvirt-room.ts';
import { describePulumi, podlabIn } from '../support/pulumi-room.ts';

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

async function until(look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error('not seen within two minutes');
    await sleep(100);
  }
}
