// The page of one seat as its container runs it: entered with the card's token, told by files, and ended by a revoked token.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Desk, withDesk } from '../../support/podlab.ts';

const token = 'abcdefghijklmnopqrstuvwxyz0';
const at = (desk: Desk, name: string) => join(desk.root, 'seat', name);

function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

async function openSeat(desk: Desk, policy: object) {
  mkdirSync(join(desk.root, 'seat'));
  const usual = { version: 1, name: 'day1', title: 'Day', labs: ['by-hand'], hints: 'open', opensAt: 0, closesAt: 0 };
  write(at(desk, 'workshop.json'), JSON.stringify({ ...usual, ...policy }));
  write(at(desk, 'token'), createHash('sha256').update(token).digest('hex'));
  await desk.podlab('up', 'quickstart');
  const child = desk.start('seat', join(desk.root, 'seat'), '--json', '--stack', 'quickstart');
  const [chunk] = await once(child.stdout ?? child, 'data');
  const { origin } = new URL((JSON.parse(String(chunk)) as { url: string }).url);
  let cookie = '';
  const ask = async (path: string, body?: object) => {
    const headers = { origin, cookie, 'content-type': 'application/json' };
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(origin + path, { headers, ...post });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return { status: answer.status, text: await answer.text() };
  };
  return { ask };
}

test('a seat is entered with its card, hears its instructor, and ends with its token', async () => {
  await withDesk(async (desk) => {
    const { ask } = await openSeat(desk, { hints: 'locked' });
    expect((await ask('/seat/enter', { token: `${token.slice(1)}x` })).status).toBe(403);
    expect((await ask('/seat/enter', { token })).status).toBe(200);
    const check = await ask('/seat/api/check', { exercise: 'by-hand/namespace', task: 'make', given: '' });
    expect(JSON.parse(check.text)).toMatchObject({ verdict: { kind: 'fail', id: 'absent' } });

    // Hints stay shut until the instructor opens them, as on the instructor's own machine.
    const hintOf = { exercise: 'by-hand/namespace', task: 'make' };
    const hint = async () => JSON.parse((await ask('/seat/api/hint', hintOf)).text).hint?.kind;
    expect(await hint()).toBe('locked');
    const unlock = { number: 1, at: 1, kind: 'unlock', text: '', done: false, event: 0 };
    const word = { hints: 'locked', notices: [{ ...unlock, ...hintOf }] };
    write(join(desk.root, 'state', 'quickstart', 'word.json'), JSON.stringify(word));
    await expect.poll(hint, { timeout: 10_000 }).toBe('hint');

    const look = JSON.parse((await desk.podlab('seat', '--look', '--stack', 'quickstart')).stdout);
    expect(look.room.view.nodes.map(({ name }: { name: string }) => name)).toEqual(['node1', 'node2']);

    write(at(desk, 'token'), '');
    expect((await ask('/seat/api/lab')).status).toBe(401);
    expect((await ask('/seat/enter', { token })).status).toBe(403);
  });
}, 60_000);
