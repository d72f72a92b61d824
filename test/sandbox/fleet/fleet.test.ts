// A workshop of several seats on this machine, as an instructor runs it.

import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Desk, withDesk } from '../../support/podlab.ts';
import { randomsFrom } from '../../support/random.ts';
import { tracesOf } from '../../support/traces.ts';

const seed = Number(process.env.PODLAB_KILL_SEED ?? Date.now() % 100_000);

function workshopFile(desk: Desk, ...lines: readonly string[]): string {
  const path = join(desk.root, 'workshop.yaml');
  writeFileSync(path, ['name: day1', 'stack: quickstart', 'labs: [by-hand]', ...lines, ''].join('\n'));
  return path;
}

function fleetOf(desk: Desk, file: string) {
  return async (...words: readonly string[]) => {
    const outcome = await desk.podlab('fleet', ...words, '--json', '--workshop', file);
    return { ...outcome, answer: outcome.stdout === '' ? undefined : JSON.parse(outcome.stdout) };
  };
}

async function roomsOf(desk: Desk): Promise<readonly string[]> {
  const { rooms } = JSON.parse((await desk.podlab('list', '--json')).stdout) as { rooms: { stack: string }[] };
  return rooms.map(({ stack }) => stack).sort();
}

test('seats come up, are asked, checked, reset and taken down', async () => {
  await withDesk(async (desk) => {
    writeFileSync(join(desk.root, 'people.csv'), 'name,seat\nAda,2\n');
    const fleet = fleetOf(desk, workshopFile(desk, 'seats: 3', 'roster: people.csv'));
    expect(await fleet('up')).toMatchObject({ exitCode: 0 });
    expect(await roomsOf(desk)).toEqual(['day1-01', 'day1-02', 'day1-03']);
    const named = await desk.podlab(
      'fleet',
      'exec',
      'node2',
      '2-3',
      '-w',
      join(desk.root, 'workshop.yaml'),
      '--',
      'hostname',
    );
    expect(named.stdout).toBe('day1-02: node2\nday1-03: node2\n');
    const within = (seconds: string, script: string) => {
      const options = ['-w', join(desk.root, 'workshop.yaml'), '--timeout', seconds];
      return desk.podlab('fleet', 'exec', ...options, 'node1', '1', '--', 'sh', '-c', script);
    };
    expect(await within('1', 'echo begun; sleep 60')).toMatchObject({
      exitCode: 1,
      stdout: 'day1-01: begun\nday1-01: ended after 1 s; --timeout gives it longer\n',
    });
    expect((await within('1h', 'true')).stderr).toContain('--timeout 1h is not a whole number of seconds');

    // One participant makes something, and is then checked like anybody else.
    await desk.podlab('exec', 'node1', '-s', 'day1-02', '--', 'ip', 'netns', 'add', 'mine');
    const [check] = JSON.parse(
      (await desk.podlab('check', 'by-hand/namespace', '-s', 'day1-02', '--json')).stdout,
    ).checks;
    expect(check.verdict.kind).not.toBe('passed');
    const { answer } = await fleet('status');
    expect(answer.seats).toMatchObject([
      { stack: 'day1-01', person: '', room: 'up', progress: { at: '' } },
      { stack: 'day1-02', person: 'Ada', room: 'up', progress: { at: expect.stringContaining('by-hand/namespace/') } },
      { stack: 'day1-03', person: '', room: 'up', progress: { at: '' } },
    ]);

    const netns = ['exec', 'node1', '-s', 'day1-02', '--', 'ip', 'netns', 'list'];
    expect((await desk.podlab(...netns)).stdout).toContain('mine');
    expect((await fleet('reset', '2')).exitCode).toBe(0);
    expect((await desk.podlab(...netns)).stdout).not.toContain('mine');
    expect((await fleet('down')).exitCode).toBe(0);
    expect(await roomsOf(desk)).toEqual([]);
    expect((await fleet('status')).exitCode).toBe(1);
  });
}, 60_000);

test("a seat whose room's owner was killed is named with what to do, and only that seat is built again, with its progress", async () => {
  await withDesk(async (desk) => {
    const file = workshopFile(desk, 'seats: 3');
    const fleet = fleetOf(desk, file);
    expect((await fleet('up')).exitCode).toBe(0);
    await desk.podlab('check', 'by-hand/namespace', '-s', 'day1-02', '--json');
    const before = (await fleet('status')).answer.seats;
    const sinces = async () => {
      const { rooms } = JSON.parse((await desk.podlab('list', '--json')).stdout) as {
        rooms: { stack: string; owner: number; since: number }[];
      };
      return new Map(rooms.map((room) => [room.stack, room]));
    };
    const first = await sinces();
    process.kill(first.get('day1-02')?.owner ?? 0, 'SIGKILL');
    await expect
      .poll(async () => (await fleet('status')).answer.seats[1], { timeout: 10_000 })
      .toMatchObject({
        room: 'broken',
        why: 'its owner process was killed',
        todo: `podlab fleet up --workshop ${file} 2`,
      });
    const said = await desk.podlab('fleet', 'status', '-w', file);
    expect([said.exitCode, said.stdout]).toEqual([
      1,
      expect.stringContaining(`\nday1-02: podlab fleet up --workshop ${file} 2\n`),
    ]);

    const { exitCode, answer } = await fleet('up');
    expect([exitCode, answer.seats.map(({ result }: { result: { created: boolean } }) => result.created)]).toEqual([
      ...[0, [false, true, false]],
    ]);
    const second = await sinces();
    const isSame = (stack: string) => first.get(stack)?.since === second.get(stack)?.since;
    expect([isSame('day1-01'), isSame('day1-02'), isSame('day1-03')]).toEqual([true, false, true]);
    expect((await fleet('status')).answer.seats).toEqual(before);

    // As after a restart of the machine: the room is not even known any more.
    await desk.podlab('down', 'day1-03');
    expect((await fleet('status')).answer.seats[2]).toMatchObject({
      ...{ room: 'down', why: 'its room is gone', todo: `podlab fleet up --workshop ${file} 3` },
    });
  });
}, 60_000);

test('what fails on one seat stays there, and is done by the next call', async () => {
  await withDesk(async (desk) => {
    const fleet = fleetOf(desk, workshopFile(desk, 'seats: 3'));
    // Somebody's own room has the name of a seat.
    const own = desk.stackFile('day1-02', 'podlab:nodes: { count: 1 }');
    await desk.podlab('up', own);
    const first = await fleet('up');
    expect(first.exitCode).toBe(1);
    expect(first.answer.seats).toMatchObject([
      { state: 'done' },
      { state: 'failed', fault: { code: 'STACK_CHANGED', message: expect.stringContaining('day1-02') } },
      { state: 'done' },
    ]);
    expect((await fleet('status')).answer.seats[1]).toMatchObject({ why: '' });
    expect((await fleet('down')).exitCode).toBe(0);
    expect(await roomsOf(desk)).toEqual(['day1-02']);
    await desk.podlab('down', 'day1-02');
    rmSync(own);
    expect((await fleet('up')).exitCode).toBe(0);
    expect(await roomsOf(desk)).toEqual(['day1-01', 'day1-02', 'day1-03']);
  });
}, 60_000);

test('a shorter workshop still takes down what it had', async () => {
  await withDesk(async (desk) => {
    await fleetOf(desk, workshopFile(desk, 'seats: 3'))('up');
    expect((await fleetOf(desk, workshopFile(desk, 'seats: 1'))('down')).exitCode).toBe(0);
    expect(await roomsOf(desk)).toEqual([]);
  });
}, 60_000);

test('cards are readable by their owner alone, and keep only hashes behind', async () => {
  await withDesk(async (desk) => {
    const fleet = fleetOf(desk, workshopFile(desk, 'seats: 2'));
    const csv = join(desk.root, 'cards.csv');
    expect((await fleet('cards', '--url', 'https://lab.example', '--csv', csv)).exitCode).toBe(0);
    expect(statSync(csv).mode & 0o777).toBe(0o600);
    const tokens = [...readFileSync(csv, 'utf8').matchAll(/seat#([\w-]+),([\w-]+)/g)].map(([, , token = '']) => token);
    const record = join(desk.root, 'state', 'fleet', 'day1.json');
    expect(tokens.map((token) => token.length)).toEqual([27, 27]);
    for (const token of tokens) expect(readFileSync(record, 'utf8')).not.toContain(token);
    expect(statSync(record).mode & 0o777).toBe(0o600);
  });
});

test(`a kill at any moment of fleet up or down leaves nothing that the next call cannot deal with (seed ${seed})`, async () => {
  const random = randomsFrom(seed);
  await withDesk(async (desk) => {
    const file = workshopFile(desk, 'seats: 8');
    const fleet = fleetOf(desk, file);
    for (let round = 0; round < 12; round++) {
      const verb = random() < 0.7 ? 'up' : 'down';
      if (verb === 'down') await fleet('up');
      const child = desk.start('fleet', verb, '--workshop', file);
      const ended = new Promise((resolve) => child.once('close', resolve));
      const afterMs = 100 + random() * 500;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await ended;
      const what = `round ${round}: ${verb} killed after ${Math.round(afterMs)} ms`;
      if (round % 3 === 0) expect([what, (await fleet('up')).exitCode]).toEqual([what, 0]);
      expect([what, await fleet('down')]).toMatchObject([what, { exitCode: 0 }]);
      const left = Array.from({ length: 8 }, (_, index) => tracesOf(`day1-0${index + 1}`, join(desk.root, 'run')));
      expect([what, left.flat()]).toEqual([what, []]);
    }
  });
}, 120_000);
