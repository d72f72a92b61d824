import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOwner } from '../../../src/driver/sandbox/room-record.ts';
import { type Desk, outcomeOf, withDesk } from '../../support/podlab.ts';
import { randomsFrom } from '../../support/random.ts';
import { ownLinks, tracesOf } from '../../support/traces.ts';

const rounds = Number(process.env.PODLAB_KILL_ROUNDS ?? 50);
const seed = Number(process.env.PODLAB_KILL_SEED ?? Date.now() % 100_000);
// The longest that `up` and `down` of this room take on a slow machine; kills after the end are rounds too.
const longestMs = 400;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`a kill at any moment of up or down leaves nothing that down cannot remove (${rounds} rounds, seed ${seed})`, async () => {
  const random = randomsFrom(seed);
  const links = ownLinks();
  await withDesk(async (desk) => {
    const file = desk.stackFile('victim', 'podlab:nodes: { count: 6, networks: [nat, isolated] }');
    for (let round = 0; round < rounds; round++) {
      const verb = random() < 0.7 ? 'up' : 'down';
      const who = random() < 0.5 ? 'podlab' : 'owner';
      const afterMs = random() * longestMs;
      await strike(desk, file, verb, who, afterMs);
      const what = `round ${round}: ${who} killed ${Math.round(afterMs)} ms into ${verb}`;
      // Every third time `up` has to cope by itself.
      if (round % 3 === 0) {
        expect([what, await desk.podlab('up', file)]).toMatchObject([what, { exitCode: 0 }]);
        expect([what, (await desk.podlab('exec', 'node6', '--', 'ping', '-c1', '-W2', 'node1')).exitCode]).toEqual([
          what,
          0,
        ]);
      }
      const down = await desk.podlab('down', 'victim');
      expect([what, down]).toMatchObject([what, { exitCode: 0 }]);
      expect([what, tracesOf('victim', join(desk.root, 'run'))]).toEqual([what, []]);
    }
  });
  expect(ownLinks()).toEqual(links);
}, 300_000);

async function strike(
  desk: Desk,
  file: string,
  verb: 'up' | 'down',
  who: 'podlab' | 'owner',
  afterMs: number,
): Promise<void> {
  if (verb === 'down') await desk.podlab('up', file);
  const child = verb === 'up' ? desk.start('up', file) : desk.start('down', 'victim');
  const ended = outcomeOf(child);
  await pause(afterMs);
  const owner = readOwner(join(desk.root, 'run', 'victim'));
  try {
    if (who === 'podlab') child.kill('SIGKILL');
    else if (owner !== undefined) process.kill(owner.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  await ended;
}
