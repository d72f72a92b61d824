// Signals to podlab while it builds a room, and while it has handed itself over to a program on a node.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf, withDesk } from '../../support/podlab.ts';
import { tracesOf } from '../../support/traces.ts';

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s at the first moment of up takes back what was begun',
  async (signal) => {
    await withDesk(async (desk) => {
      const child = desk.start('up', desk.stackFile('stopped', 'podlab:nodes: { count: 60, networks: [nat] }'));
      const ended = outcomeOf(child);
      await expect.poll(() => existsSync(join(desk.root, 'run', 'stopped.lock')), { interval: 1 }).toBe(true);
      child.kill(signal);
      const { exitCode, stdout, stderr } = await ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
      expect(stderr).toContain('interrupted; what had been begun was taken back');
      expect(tracesOf('stopped', join(desk.root, 'run'))).toEqual([]);
    });
  },
);

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s to exec reaches the program on the node', async (signal, code) => {
  await withDesk(async (desk) => {
    await desk.podlab('up', desk.stackFile('held'));
    const child = desk.start('exec', '-s', 'held', 'node1', '--', 'sh', '-c', 'echo running; exec sleep 50');
    const ended = outcomeOf(child);
    if (child.stdout === null) throw new Error('exec was started without a pipe');
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await ended).toMatchObject({ exitCode: code });
    const sleeps = ['exec', '-s', 'held', 'node1', '--', 'pgrep', '-f', 'sleep 50'];
    await expect.poll(async () => (await desk.podlab(...sleeps)).exitCode, { timeout: 5000 }).toBe(1);
  });
});
