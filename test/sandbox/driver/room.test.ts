import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Desk, outcomeOf, withDesk } from '../../support/podlab.ts';
import { ownLinks, tracesOf } from '../../support/traces.ts';

/** Standard output of a command on a node; fails the test if the command fails. */
async function on(desk: Desk, stack: string, node: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await desk.podlab('exec', '-s', stack, node, '--', 'sh', '-c', script);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

const exitCodeOn = async (desk: Desk, stack: string, node: string, script: string) =>
  (await desk.podlab('exec', '-s', stack, node, '--', 'sh', '-c', `${script} >/dev/null 2>&1`)).exitCode;

describe('a room', () => {
  test('comes up, is left alone by a second up, is listed, and goes without a trace', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('one');
      const links = ownLinks();
      expect(await desk.podlab('up', file)).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^one: 2 nodes up/),
      });
      expect((await desk.podlab('up', file)).stdout).toBe('one: is up already\n');
      expect(JSON.parse((await desk.podlab('list', '--json')).stdout).rooms).toMatchObject([
        { stack: 'one', state: 'up' },
      ]);
      expect(ownLinks()).toEqual(links);
      expect(tracesOf('one', desk.root).length).toBeGreaterThan(4);
      expect(await desk.podlab('down', 'one')).toMatchObject({ exitCode: 0, stdout: 'one: removed\n' });
      expect(tracesOf('one', join(desk.root, 'run'))).toEqual([]);
      expect((await desk.podlab('down', 'one')).stdout).toBe('one: was not up\n');
    });
  });

  test('has nodes that reach each other, the gateway and, by NAT only, outside', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('nets'));
      for (const name of ['node2', 'node2.isolated', 'gateway', 'gateway.isolated', 'outside']) {
        expect([name, await exitCodeOn(desk, 'nets', 'node1', `ping -c1 -W2 ${name}`)]).toEqual([name, 0]);
      }
      // The same host by way of the isolated network: no answer, whatever routes a node gives itself.
      const detour = 'ip route replace 203.0.113.0/24 via 192.168.39.1 && ping -c1 -W1 203.0.113.10';
      expect(await exitCodeOn(desk, 'nets', 'node1', detour)).toBe(1);
      expect(
        await exitCodeOn(desk, 'nets', 'outside', 'ip route add default via 203.0.113.1; ping -c1 -W1 192.168.122.12'),
      ).toBe(1);
    });
  });

  test('lets NAT packets out under the address of the gateway', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('seen'));
      const listen = `setsid socat TCP-LISTEN:7000,reuseaddr,fork SYSTEM:'echo $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null & sleep 0.3`;
      await on(desk, 'seen', 'outside', listen);
      expect(await on(desk, 'seen', 'node1', 'socat -T3 - TCP:outside:7000 </dev/null')).toBe('203.0.113.1\n');
    });
  });

  test('gives every node its own name, /tmp, /run, /root and processes, and shows nothing of the host', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('own'));
      expect(await on(desk, 'own', 'node1', 'hostname; touch /tmp/mine /run/mine /root/mine')).toBe('node1\n');
      expect(await on(desk, 'own', 'node2', 'ls /tmp /run /root /home /mnt')).toBe(
        '/home:\n\n/mnt:\n\n/root:\n\n/run:\n\n/tmp:\n',
      );
      expect(await on(desk, 'own', 'node1', 'cat /proc/1/comm')).toBe('sleep\n');
      expect(await exitCodeOn(desk, 'own', 'node1', `ls ${desk.root}`)).not.toBe(0);
      expect(await exitCodeOn(desk, 'own', 'node1', 'touch /etc/mine || touch /usr/mine')).not.toBe(0);
      expect(await exitCodeOn(desk, 'own', 'node1', 'echo 1 >/proc/sys/kernel/panic')).not.toBe(0);
      expect((await on(desk, 'own', 'node1', 'cat /proc/self/uid_map')).trim().split(/\s+/)[1]).not.toBe('0');
    });
  });

  test('buries dead orphans', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('orphans'));
      await on(desk, 'orphans', 'node1', 'for i in 1 2 3; do setsid sleep 0.1 & done; exit 0');
      expect(await on(desk, 'orphans', 'node1', 'sleep 0.5; grep -l "^State:.Z" /proc/[0-9]*/status || true')).toBe('');
    });
  });

  test('stands beside others with the same addresses, and they never see each other', async () => {
    await withDesk(async (desk) => {
      await Promise.all(['left', 'right'].map((stack) => desk.podlab('up', desk.stackFile(stack))));
      await on(desk, 'left', 'node2', 'ip link set eth0 down');
      expect(await exitCodeOn(desk, 'right', 'node1', 'ping -c1 -W1 192.168.122.12')).toBe(0);
      expect(await exitCodeOn(desk, 'left', 'node1', 'ping -c1 -W1 192.168.122.12')).toBe(1);
      expect((await desk.podlab('exec', 'node1', '--', 'true')).stderr).toContain(
        'several rooms are up: left, right [USAGE]',
      );
      await desk.podlab('down', '--all');
      expect(JSON.parse((await desk.podlab('list', '--json')).stdout).rooms).toEqual([]);
    });
  });

  test('is not touched when its file has changed', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('changed');
      await desk.podlab('up', file);
      await on(desk, 'changed', 'node1', 'touch /tmp/mine');
      desk.stackFile('changed', 'podlab:nodes: [{ name: other }]');
      expect(await desk.podlab('up', file)).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining('[STACK_CHANGED]'),
      });
      expect(await on(desk, 'changed', 'node1', 'ls /tmp')).toBe('mine\n');
      expect((await desk.podlab('reset', 'changed')).exitCode).toBe(0);
      expect(await on(desk, 'changed', 'other', 'hostname')).toBe('other\n');
    });
  });

  test('is reset from a file with errors only after those are mended', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('mended');
      await desk.podlab('up', file);
      desk.stackFile('mended', 'podlab:nodess: []');
      const { exitCode, stderr } = await desk.podlab('reset', 'mended');
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${file}:2:3: error: unknown key`);
      expect(await on(desk, 'mended', 'node1', 'hostname')).toBe('node1\n');
      rmSync(file);
      expect((await desk.podlab('down', 'mended')).stdout).toBe('mended: removed\n');
    });
  });

  test('is built by one of two that begin at the same time', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('race', 'podlab:nodes: { count: 40, networks: [nat] }');
      const both = await Promise.all([desk.podlab('up', file), desk.podlab('up', file)]);
      const codes = both.map(({ exitCode }) => exitCode).sort();
      // The slower one is told, or finds the room there already.
      expect([
        [0, 4],
        [0, 0],
      ]).toContainEqual(codes);
      if (codes[1] === 4)
        expect(both.map(({ stderr }) => stderr).join('')).toMatch(/another podlab \(process \d+\) \[STACK_BUSY\]/);
      expect(both.filter(({ stdout }) => stdout.includes('40 nodes up'))).toHaveLength(1);
      expect((await desk.podlab('status', 'race')).exitCode).toBe(0);
    });
  });

  test('that is interrupted while it is made leaves nothing', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('stopped', 'podlab:nodes: { count: 100, networks: [nat] }');
      const child = desk.start('up', file);
      const ended = outcomeOf(child);
      await untilThereIs(() => existsSync(join(desk.root, 'run', 'stopped', 'owner')));
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ exitCode: 130 });
      expect(tracesOf('stopped', join(desk.root, 'run'))).toEqual([]);
    });
  });

  test('asks for delay on its links in vain, or gets it', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile(
        'slow',
        'podlab:networks: { lan: { mode: isolated, cidr: 10.9.0.0/24, delay: 20ms } }',
        'podlab:nodes: { count: 2, networks: [lan] }',
      );
      const { exitCode, stderr } = await desk.podlab('up', file);
      if (exitCode === 0) {
        const report = await on(desk, 'slow', 'node1', 'ping -c3 -i0.2 -q node2 | tail -1');
        expect(Number(/= ([\d.]+)/.exec(report)?.[1])).toBeGreaterThanOrEqual(40);
      } else {
        expect(stderr).toContain('the kernel has no netem');
        expect(stderr).toContain('[HOST_UNSUITABLE]');
        expect(tracesOf('slow', join(desk.root, 'run'))).toEqual([]);
      }
    });
  });
});

describe('exec', () => {
  test('hands over streams, words and the exit code', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('run'));
      const words = ['exec', 'node1', '--', 'sh', '-c', 'echo "$1"; echo err >&2; exit 7', 'sh', "it's $HOME"];
      expect(await desk.podlab(...words)).toEqual({ exitCode: 7, stdout: "it's $HOME\n", stderr: 'err\n' });
      expect((await desk.podlab('exec', 'node9', '--', 'true')).stderr).toContain(
        'It has: gateway, node1, node2, outside.',
      );
    });
  });

  test('finds no room that was killed, and says how to get it back', async () => {
    await withDesk(async (desk) => {
      await desk.podlab('up', desk.stackFile('killed'));
      const { owner } = JSON.parse((await desk.podlab('status', '--json')).stdout);
      process.kill(owner, 'SIGKILL');
      await untilThereIs(() => tracesOf('killed', join(desk.root, 'run')).every((trace) => trace.startsWith('file')));
      expect(await desk.podlab('exec', 'node1', '-s', 'killed', '--', 'true')).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining('Run "podlab up killed".'),
      });
      const { exitCode, stdout } = await desk.podlab('status', 'killed');
      expect({ exitCode, stdout }).toMatchObject({
        exitCode: 1,
        stdout: expect.stringContaining('its owner process was killed'),
      });
      expect((await desk.podlab('up', join(desk.root, 'Pulumi.killed.yaml'))).exitCode).toBe(0);
    });
  });
});

async function untilThereIs(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a stack of another driver opens on the sandbox when asked, and stays there', async () => {
  await withDesk(async (desk) => {
    const file = desk.stackFile('machines', 'podlab:driver: libvirt', 'podlab:nodes: { count: 1 }');
    expect((await desk.podlab('up', file, '--driver', 'sandbx')).stderr).toContain('There are: sandbox, libvirt');
    expect((await desk.podlab('up', file, '--driver', 'sandbox')).exitCode).toBe(0);
    expect((await desk.podlab('up', file)).stdout).toBe('machines: is up already\n');
    expect((await desk.podlab('reset', 'machines')).exitCode).toBe(0);
    expect((await desk.podlab('exec', 'node1', '--', 'hostname')).stdout).toBe('node1\n');
  });
});
