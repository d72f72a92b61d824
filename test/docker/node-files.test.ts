import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeDocker, freshStack, withPlace } from '../support/docker-room.ts';

describeDocker('the files of a node with dockerd', () => {
  test('it has the hosts of the room and no name server of the machine', async () => {
    await withPlace(async (place) => {
      const room = await place.up(freshStack('names'));
      expect(await room.run('cat', '/etc/hosts')).toContain('192.168.122.11 node1 node1.nat\n');
      expect(await room.run('cat', '/etc/resolv.conf')).toBe('options timeout:1 attempts:1\n');
    });
  });

  test('what it writes to /etc, /var/lib and /var/log is not on the machine, and what it writes elsewhere is refused', async () => {
    await withPlace(async (place) => {
      const room = await place.up(freshStack('writes'));
      const hosts = readFileSync('/etc/hosts', 'utf8');
      const name = `${room.stack}.txt`;
      for (const dir of ['/etc', '/var/lib', '/var/log']) {
        await room.run('sh', '-c', 'echo mine >"$1"', 'sh', join(dir, name));
        expect(await room.run('cat', join(dir, name))).toBe('mine\n');
        expect(statSync(join(dir, name), { throwIfNoEntry: false })).toBeUndefined();
      }
      expect(readFileSync('/etc/hosts', 'utf8')).toBe(hosts);
      expect((await room.node.run(['touch', join('/usr', name)])).stderr).toContain('Read-only file system');
    });
  });

  test('what it writes can be read by nobody but the owner of the room', async () => {
    await withPlace(async (place) => {
      const { stack } = await place.up(freshStack('private'));
      expect(statSync(join(place.root, 'state', stack, 'nodes')).mode & 0o777).toBe(0o700);
    });
  });

  test('it sees the control groups of the machine, and containers get theirs under the mark of the stack', async () => {
    await withPlace(async (place) => {
      const room = await place.up(freshStack('groups'));
      await room.docker('run', '--detach', '--name', 'web', 'podlab/box:1', 'sleep', 'infinity');
      const pid = await room.docker('inspect', '--format', '{{.State.Pid}}', 'web');
      const id = await room.docker('inspect', '--format', '{{.Id}}', 'web');
      expect(await room.run('cat', `/proc/${pid}/cgroup`)).toMatch(
        new RegExp(`:/podlab/${room.stack}\\.[0-9a-f]{8}/node1/${id}\n`),
      );
    });
  });
});
