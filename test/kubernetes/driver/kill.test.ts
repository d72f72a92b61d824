import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOwner } from '../../../src/driver/sandbox/room-record.ts';
import { describeClusters, withClusters } from '../../support/cluster-desk.ts';
import { outcomeOf } from '../../support/podlab.ts';
import { randomsFrom } from '../../support/random.ts';
import { ownLinks, tracesOf } from '../../support/traces.ts';

const rounds = Number(process.env.PODLAB_CLUSTER_KILL_ROUNDS ?? 6);
const seed = Number(process.env.PODLAB_KILL_SEED ?? Date.now() % 100_000);
// From the first namespace over containerd, init and join to the check pods, and on a loaded machine not even those.
const longestMs = 14_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeClusters('a kill while a cluster is made', () => {
  test(`leaves nothing that down cannot remove or up cannot replace (${rounds} rounds, seed ${seed})`, async () => {
    const random = randomsFrom(seed);
    const links = ownLinks();
    await withClusters(async (desk) => {
      const file = desk.stackFile(
        'victim',
        'podlab:engine: kubernetes',
        'podlab:nodes: { count: 2, networks: [nat, isolated] }',
        'podlab:cni: { name: bridge }',
      );
      for (let round = 0; round < rounds; round++) {
        const who = random() < 0.5 ? 'podlab' : 'owner';
        const afterMs = random() * longestMs;
        const what = `round ${round}: ${who} killed ${Math.round(afterMs)} ms into up`;
        const child = desk.start('up', file);
        const ended = outcomeOf(child);
        await pause(afterMs);
        const owner = readOwner(join(desk.root, 'run', 'victim'));
        if (who === 'podlab' || owner === undefined) child.kill('SIGKILL');
        else killIfThere(owner.pid);
        await ended;
        const down = await desk.podlab('down', 'victim');
        expect([what, down]).toMatchObject([what, { exitCode: 0 }]);
        expect([what, tracesOf('victim', join(desk.root, 'run'))]).toEqual([what, []]);
        expect([what, leftInState(desk.root)]).toEqual([what, []]);
      }
      // One more that is cut off, and this time nobody cleans up before the next.
      const child = desk.start('up', file);
      const ended = outcomeOf(child);
      await pause(4000);
      child.kill('SIGKILL');
      await ended;
      expect(await desk.podlab('up', file)).toMatchObject({ exitCode: 0 });
      expect(await desk.on('victim', 'node1', 'kubectl get nodes --no-headers | wc -l')).toBe('2\n');
    });
    expect(ownLinks()).toEqual(links);
  });
});

/** What is left of nodes' disks. */
function leftInState(root: string): readonly string[] {
  return readdirSync(join(root, 'state'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('/nodes'),
  );
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
