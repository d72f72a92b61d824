// Rooms whose files were damaged, and names that are none.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDesk } from '../../support/podlab.ts';
import { tracesOf } from '../../support/traces.ts';

test('no verb takes a path or a space for the name of a stack, least of all down', async () => {
  await withDesk(async (desk) => {
    await desk.podlab('up', desk.stackFile('kept'));
    await desk.podlab('up', desk.stackFile('other'));
    writeFileSync(join(desk.root, 'precious'), '');
    const names = ['..', '.', '/', './..', 'a b', 'Kept', ''];
    for (const [verb, name] of names.flatMap((each) =>
      ['down', 'status', 'logs'].map((verb) => [verb, each] as const),
    )) {
      const { exitCode, stdout } = await desk.podlab(verb, name);
      expect({ verb, name, exitCode, stdout }).toEqual({ verb, name, exitCode: 2, stdout: '' });
    }
    expect(existsSync(join(desk.root, 'precious'))).toBe(true);
    expect((await desk.podlab('status', 'kept')).exitCode).toBe(0);
  });
});

test.each(['record.json', 'owner'])('a room with a damaged %s is shown, and goes without a trace', async (file) => {
  await withDesk(async (desk) => {
    await desk.podlab('up', desk.stackFile('hurt'));
    writeFileSync(join(desk.root, 'run', 'hurt', file), '{');
    const { rooms } = JSON.parse((await desk.podlab('list', '--json')).stdout);
    expect(rooms).toMatchObject([{ stack: 'hurt', state: 'broken' }]);
    expect(await desk.podlab('down', '--all')).toMatchObject({ exitCode: 0, stdout: 'hurt: removed\n' });
    expect(tracesOf('hurt', join(desk.root, 'run'))).toEqual([]);
  });
});

test('a room that nothing is remembered of is built anew by up', async () => {
  await withDesk(async (desk) => {
    const file = desk.stackFile('lost');
    await desk.podlab('up', file);
    rmSync(join(desk.root, 'run', 'lost', 'record.json'));
    expect(await desk.podlab('up', file)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 nodes up') });
    await desk.podlab('down', 'lost');
    expect(tracesOf('lost', join(desk.root, 'run'))).toEqual([]);
  });
});

test('a room whose builder was killed after its nodes were ready is broken, not starting', async () => {
  await withDesk(async (desk) => {
    await desk.podlab('up', desk.stackFile('half'));
    const record = join(desk.root, 'run', 'half', 'record.json');
    rmSync(record);
    const half = await desk.podlab('status', 'half', '--json');
    expect(half.exitCode).toBe(1);
    expect(JSON.parse(half.stdout)).toMatchObject({
      state: 'broken',
      reason: 'it was interrupted while it was being made',
    });
    // Whoever builds a room holds its lock.
    writeFileSync(join(desk.root, 'run', 'half.lock'), `${process.pid}\n`);
    expect(JSON.parse((await desk.podlab('status', 'half', '--json')).stdout).state).toBe('starting');
    rmSync(join(desk.root, 'run', 'half.lock'));
  });
});
