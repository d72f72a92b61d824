// What a room shows of the machine and of other rooms: nothing. And what becomes of a room when a part of it dies.

import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../src/driver/sandbox/room-record.ts';
import { type Desk, withDesk } from '../../support/podlab.ts';

/** Standard output of a script on a node; fails the test if the script fails. */
async function on(desk: Desk, stack: string, node: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await desk.podlab('exec', '-s', stack, node, '--', 'sh', '-c', script);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

function recordOf(desk: Desk, stack: string) {
  const record = readRecord(join(desk.root, 'run', stack));
  if (record === undefined) throw new Error(`there is no record of ${stack}`);
  return record;
}

/** The kernel's name of a namespace of a process, such as `net:[4026531840]`. */
function namespaceOf(pid: number | 'self', kind: string): string {
  return readlinkSync(`/proc/${pid}/ns/${kind}`);
}

describe('a room', () => {
  test('has every kind of namespace of its own, and each node all but the user namespace', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('kinds'));
      const { members } = recordOf(desk, 'kinds');
      expect(members.map(({ name }) => name)).toEqual(['gateway', 'node1', 'node2', 'outside']);
      for (const kind of ['net', 'mnt', 'pid', 'uts', 'ipc', 'cgroup']) {
        const all = ['self' as const, ...members.map(({ pid }) => pid)].map((pid) => namespaceOf(pid, kind));
        expect([kind, new Set(all).size]).toEqual([kind, 5]);
      }
      const users = members.map(({ pid }) => namespaceOf(pid, 'user'));
      expect(new Set([namespaceOf('self', 'user'), ...users]).size).toBe(2);
    });
  });

  test('runs as nobody of this machine, or as the ordinary user who built it', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('nobody'));
      const own = process.geteuid?.() ?? 0;
      for (const { pid } of recordOf(desk, 'nobody').members) {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const uids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split('\t').map(Number) ?? [];
        expect(new Set(uids)).toEqual(new Set([own === 0 ? 0x706c6162 : own]));
        expect(readFileSync(`/proc/${pid}/uid_map`, 'utf8').trim().split(/\s+/)).toEqual(['0', `${uids[0]}`, '1']);
      }
      expect(await on(desk, 'nobody', 'node1', 'id -u')).toBe('0\n');
    });
  });

  test('shows no process and no shared memory of the machine or of another node', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('apart'));
      const script = 'echo /proc/[0-9]*; touch /dev/shm/mine-$PODLAB_NODE; ls /dev/shm';
      // The first process, and the shell that looks.
      expect(await on(desk, 'apart', 'node1', script)).toMatch(/^\/proc\/1 \/proc\/\d+\nmine-node1\n$/);
      expect(await on(desk, 'apart', 'node2', script)).toMatch(/^\/proc\/1 \/proc\/\d+\nmine-node2\n$/);
      expect(existsSync('/dev/shm/mine-node1')).toBe(false);
    });
  });

  test('cannot write files of the machine, see its devices, or set the clock', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('locked'));
      for (const attempt of [
        'touch /etc/mine',
        // A room built by root has none of root's rights on files, even where it can undo a read-only mount.
        ...(process.geteuid?.() === 0 ? ['mount -o remount,bind,rw / && touch /etc/mine'] : []),
        'mount -t devtmpfs none /mnt',
        'date -s 2001-01-01',
        'echo 1 >/proc/sys/kernel/sysrq',
        'mknod /tmp/disk b 8 0',
      ]) {
        const words = ['exec', '-s', 'locked', 'node1', '--', 'sh', '-c', `(${attempt}) >/dev/null 2>&1`];
        const { exitCode } = await desk.podlab(...words);
        expect([attempt, exitCode === 0]).toEqual([attempt, false]);
      }
    });
  });

  test('answers for names that nobody has at once, not after a time limit', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('names'));
      const script = 'timeout 3 getent hosts no-such-name.example; echo $?; getent hosts node2.isolated';
      expect(await on(desk, 'names', 'node1', script)).toBe('2\n192.168.39.12   node2.isolated\n');
    });
  });

  test('lets nothing out through an isolated network, whichever way a node tries', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('closed'));
      await on(desk, 'closed', 'node1', 'ping -c1 -W2 203.0.113.10 >/dev/null');
      const ways = [
        'ping -c1 -W1 -I eth1 203.0.113.10',
        'ip route replace default via 192.168.39.1 && ping -c1 -W1 203.0.113.10',
        // With an address of the NAT network on the isolated one.
        'ip address add 192.168.122.77/32 dev eth1 && ping -c1 -W1 -I 192.168.122.77 203.0.113.10',
        // From one network into the other, by way of the gateway.
        'ip link set eth0 down && ping -c1 -W1 192.168.122.12',
      ];
      for (const way of ways) {
        const { exitCode } = await desk.podlab('exec', '-s', 'closed', 'node1', '--', 'sh', '-c', `${way} >/dev/null`);
        expect([way, exitCode]).toEqual([way, 1]);
      }
      expect(await on(desk, 'closed', 'gateway', 'ip -o link show br-isolated | wc -l')).toBe('1\n');
    });
  });
});

describe('a room of which a node died', () => {
  test('is broken, says which, refuses that node, and is whole again after reset', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('hurt'));
      const victim = recordOf(desk, 'hurt').members.find(({ name }) => name === 'node2');
      if (victim === undefined) throw new Error('there is no node2');
      process.kill(victim.pid, 'SIGKILL');
      await expect.poll(() => existsSync(`/proc/${victim.pid}/ns/net`)).toBe(false);
      const status = await desk.podlab('status', 'hurt', '--json');
      expect(status.exitCode).toBe(1);
      expect(JSON.parse(status.stdout)).toMatchObject({ state: 'broken', reason: 'gone: node2' });
      expect(await desk.podlab('exec', '-s', 'hurt', 'node2', '--', 'true')).toMatchObject({
        exitCode: 4,
        stderr:
          'podlab: node "node2" of stack "hurt" is gone [STACK_NOT_UP]\nRun "podlab reset hurt" to build the room anew.\n',
      });
      expect(await on(desk, 'hurt', 'node1', 'hostname')).toBe('node1\n');
      expect(await desk.podlab('reset', 'hurt')).toMatchObject({ exitCode: 0 });
      expect(await on(desk, 'hurt', 'node1', 'ping -c1 -W2 node2 >/dev/null; hostname')).toBe('node1\n');
    });
  });

  test('is built anew by up too, and the log is there when it cannot be', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('twice');
      await desk.podlab('up', file);
      const { members } = recordOf(desk, 'twice');
      const gateway = members[0];
      if (gateway === undefined) throw new Error('there is no gateway');
      process.kill(gateway.pid, 'SIGKILL');
      await expect.poll(() => members.filter(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([]);
      expect(await desk.podlab('up', file)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nodes up') });
      expect((await desk.podlab('logs', 'twice')).stdout).toBe('==> room <==\n');
    });
  });
});

test('down --all takes every room and says which', async () => {
  await withDesk(async (desk) => {
    for (const stack of ['a', 'b', 'c']) await desk.podlab('up', desk.stackFile(stack));
    const { owner } = JSON.parse((await desk.podlab('status', 'b', '--json')).stdout);
    process.kill(owner, 'SIGKILL');
    rmSync(join(desk.root, 'Pulumi.c.yaml'));
    expect(await desk.podlab('down', '--all')).toMatchObject({
      exitCode: 0,
      stdout: 'a: removed\nb: removed\nc: removed\n',
    });
    expect(readdirSync(join(desk.root, 'run'))).toEqual([]);
    expect(await desk.podlab('down', '--all')).toMatchObject({ exitCode: 0, stdout: '' });
  });
});
