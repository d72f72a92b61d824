// What a libvirt's machine has to give: asked of a real shell, with a virsh that is none.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { libvirtHostRoom } from '../../../../src/driver/libvirt/host-room.ts';
import type { Executor } from '../../../../src/host/host.ts';
import { runProgram } from '../../../../src/host/run.ts';

/** This machine, on which virsh says what it is told to say. */
function machine(names: Readonly<Record<string, string>>, fault = ''): Executor {
  const canned = { stderr: fault, timedOut: false, truncated: false, durationMs: 1 };
  return {
    name: 'gateway',
    run: async (argv) => {
      const [program, , kind = ''] = argv;
      if (program !== 'virsh') return runProgram(argv, { env: { PATH: process.env.PATH ?? '' } });
      return { argv, ...canned, stdout: names[kind] ?? '', exitCode: fault === '' ? 0 : 1 };
    },
  };
}

test('memory, disk, interfaces, routes and names are asked in one go, also of a directory that has to be made yet', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  try {
    const names = { list: 'vm1\nvm2\n\n', 'net-list': ' default\n', 'pool-list': '' };
    const room = await libvirtHostRoom(machine(names), join(dir, 'not', 'yet'));
    expect(room.memoryBytes).toBeGreaterThan(1024 ** 2);
    expect(room.diskBytes).toBeGreaterThan(1024 ** 2);
    expect(room.interfaces).toContain('lo');
    expect(room.routes.filter(({ cidr, dev }) => !/^[\d.]+\/\d+$/.test(cidr) || dev === '')).toEqual([]);
    expect(room.names).toEqual(['vm1', 'vm2', 'default']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a libvirt that is not running is told in words', async () => {
  const fault = "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory";
  await expect(libvirtHostRoom(machine({}, fault), '/')).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    message: expect.stringContaining('libvirt is not running'),
  });
});
