// A room of the sandbox as a Pulumi resource: what Pulumi calls, on a real room.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RoomInputs, roomProvider } from '../../../src/infra/driver-room.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const door = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'pulumi-room.ts');
let root = '';
const earlier = process.env.PODLAB_ROOT;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'podlab-pulumi-'));
  process.env.PODLAB_ROOT = root;
});
afterEach(() => {
  if (earlier === undefined) delete process.env.PODLAB_ROOT;
  else process.env.PODLAB_ROOT = earlier;
  rmSync(root, { recursive: true, force: true });
});

function wanted(text: string): RoomInputs {
  const file = join(root, 'Pulumi.door.yaml');
  return { door, file, stack: 'door', topology: JSON.stringify(loadTopology(text, { stack: 'door', file })) };
}

test('it is made, found again, missed when it is gone, changed and removed', async () => {
  const { create, read, diff, update, delete: remove } = roomProvider;
  const two = wanted('');
  const three = wanted('config: { podlab:nodes: { count: 3 } }');
  const { id, outs } = await create(two);
  if (outs === undefined) throw new Error('nothing was made');
  try {
    expect({ id, health: outs.health, kubeconfig: outs.kubeconfig }).toEqual({
      id: 'door',
      health: 'up',
      kubeconfig: '',
    });
    expect(outs.nodes.map(({ name }) => name)).toEqual(['node1', 'node2']);
    expect(await diff?.('door', outs, two)).toMatchObject({ changes: false });
    expect(await diff?.('door', outs, three)).toMatchObject({ changes: true, replaces: [] });
    // The same room again is the one that is there.
    expect((await create(two)).outs).toEqual(outs);
    expect(await read?.('door', outs)).toEqual({ id: 'door', props: outs });

    const changed = await update?.('door', outs, three);
    expect(changed?.outs?.nodes.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3']);

    // Somebody kills it: what is there is no longer what is wanted.
    const { owner } = JSON.parse(readFileSync(join(root, 'run', 'door', 'record.json'), 'utf8'));
    process.kill(owner.pid, 'SIGKILL');
    const seen = await expect.poll(async () => (await read?.('door', outs))?.props?.health, { timeout: 5000 });
    await seen.toBe('broken');
    expect(await diff?.('door', { ...outs, health: 'broken' }, two)).toMatchObject({ changes: true });
    expect((await update?.('door', outs, two))?.outs?.nodes.length).toBe(2);
  } finally {
    await remove?.('door', outs);
  }
  expect(await read?.('door', outs)).toEqual({});
});
