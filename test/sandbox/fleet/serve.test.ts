// The workshop's server as a process: killed while seats report, on a full disk, beside a second one.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chainEvent, type ReportBody, type ReportEvent } from '../../../src/report/event.ts';
import { parseJournal } from '../../../src/report/journal.ts';
import { bin, type Desk, withDesk } from '../../support/podlab.ts';
import { randomsFrom } from '../../support/random.ts';

const seed = Number(process.env.PODLAB_KILL_SEED ?? Date.now() % 100_000);
const plain: ReportBody = {
  ...{ at: 1, kind: 'check', exercise: 'by-hand/namespace', task: 'make', verdict: 'fail' },
  ...{ diagnosis: 'absent', say: '', evidence: '' },
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function kept(desk: Desk, seat: string) {
  const path = join(desk.root, 'state', 'fleet', 'day1.reports', `${seat}.jsonl`);
  return parseJournal(existsSync(path) ? readFileSync(path, 'utf8') : '');
}

async function workshop(desk: Desk, seats: number) {
  const file = join(desk.root, 'workshop.yaml');
  writeFileSync(file, ['name: day1', 'stack: quickstart', 'labs: [by-hand]', `seats: ${seats}`, ''].join('\n'));
  const csv = join(desk.root, 'cards.csv');
  await desk.podlab('fleet', 'cards', '-w', file, '--url', 'https://lab.example/', '--csv', csv);
  const cards = [...readFileSync(csv, 'utf8').matchAll(/^(day1-\d+),.*seat#([\w-]+),/gm)];
  return { file, tokens: cards.map(([, seat = '', token = '']) => ({ seat, token })) };
}

async function serve(desk: Desk, file: string) {
  const child = desk.start('serve', '-w', file, '--json');
  const [chunk] = await once(child.stdout ?? child, 'data');
  const { reports } = JSON.parse(String(chunk)) as { reports: string };
  return { child, origin: new URL(reports).origin };
}

async function post(origin: string, token: string, events: readonly ReportEvent[]): Promise<number | undefined> {
  try {
    const answer = await fetch(`${origin}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ events }),
    });
    return answer.status === 200 ? ((await answer.json()) as { known: number }).known : undefined;
  } catch {
    return undefined;
  }
}

test(`a server that is killed while seats report loses nothing that it acknowledged and doubles nothing (seed ${seed})`, async () => {
  const random = randomsFrom(seed);
  await withDesk(async (desk) => {
    const { file, tokens } = await workshop(desk, 6);
    const seats = tokens.map(({ seat, token }) => ({ seat, token, events: [] as ReportEvent[], known: 0 }));
    let now = await serve(desk, file);
    for (let round = 0; round < 6; round++) {
      const { origin, child } = now;
      const isUp = { value: true };
      const reporting = seats.map(async (one) => {
        while (isUp.value) {
          const say = `${one.seat} ${one.events.length}`;
          one.events.push(chainEvent({ ...plain, say }, one.events.at(-1)));
          const known = await post(origin, one.token, one.events.slice(one.known, one.known + 50));
          if (known !== undefined) one.known = known;
        }
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      // Somewhere among the reports, however slow the machine is.
      const acknowledged = () => seats.reduce((sum, { known }) => sum + known, 0);
      const enough = acknowledged() + 5 + random() * 60;
      for (let wait = 0; wait < 1000 && acknowledged() < enough; wait++) await pause(1 + random() * 10);
      child.kill('SIGKILL');
      await ended;
      isUp.value = false;
      await Promise.all(reporting);
      now = await serve(desk, file);
      for (const { seat, events, known } of seats) {
        const there = kept(desk, seat);
        expect([round, seat, there.badLine, there.events.length >= known]).toEqual([round, seat, 0, true]);
        expect(there.events).toEqual(events.slice(0, there.events.length));
      }
    }
    // What was cut off is sent again, and then everything is there once.
    for (const { seat, token, events } of seats) {
      for (let known = 0; known < events.length; )
        known = (await post(now.origin, token, events.slice(known, known + 50))) ?? -1;
      expect(kept(desk, seat).events).toEqual(events);
    }
    expect(seats.reduce((sum, { known }) => sum + known, 0)).toBeGreaterThan(30);
  });
}, 120_000);

test('a second server of the same workshop is refused, and the first goes on', async () => {
  await withDesk(async (desk) => {
    const { file, tokens } = await workshop(desk, 1);
    const { origin } = await serve(desk, file);
    const second = await desk.podlab('serve', '-w', file);
    expect(second).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('STACK_BUSY') });
    expect(await post(origin, tokens[0]?.token ?? '', [chainEvent(plain, undefined)])).toBe(1);
  });
});

test.each([
  [['--listen', '0.0.0.0'], 'needs TLS'],
  [['--listen', '192.0.2.7', '--port', '8443'], 'needs TLS'],
  [['--cert', 'cert.pem'], '--cert and --key together'],
  [['--listen', '192.0.2.7', '--self-signed'], 'nothing can be served at 192.0.2.7'],
])('serve %j is refused', async (words, why) => {
  await withDesk(async (desk) => {
    const { file } = await workshop(desk, 1);
    const { exitCode, stderr } = await desk.podlab('serve', '-w', file, ...words);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(why);
  });
});

const isRoot = process.geteuid?.() === 0;
const reason = isRoot ? '' : ' (skipped: a small disk needs root)';

test.skipIf(!isRoot)(
  `a disk that is full while progress is written: said as such, and nothing written before is lost${reason}`,
  async () => {
    await withDesk(async (desk) => {
      const state = join(desk.root, 'state');
      mkdirSync(state, { recursive: true });
      await desk.podlab('up', 'quickstart');
      // In mounts of its own: a disk of 256 KiB that is full after the first check.
      const words = (...more: readonly string[]) => `"${process.execPath}" "${bin}" ${more.join(' ')}`;
      const script = [
        `mount -t tmpfs -o size=256k none "${state}"`,
        words('check', 'by-hand/namespace', '--json', '>/dev/null', '2>&1'),
        `cp "${state}/quickstart/progress.json" "${desk.root}/before.json"`,
        `head -c 300000 /dev/zero >"${state}/full" 2>/dev/null`,
        words('check', 'by-hand/namespace', '--json', `>"${desk.root}/out"`, `2>"${desk.root}/err"`),
        `echo $? >"${desk.root}/code"`,
        // The journal's last block has room for some events yet; one of these is cut short.
        'for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do',
        words('hand', '-s', 'quickstart', `2>"${desk.root}/hand"`, '|| break'),
        'done',
        `tail -n 1 "${state}/quickstart/journal.jsonl" >"${desk.root}/last"`,
        `cp "${state}/quickstart/progress.json" "${desk.root}/after.json"`,
        `rm "${state}/full"`,
        words('check', 'by-hand/namespace', '--json', `>"${desk.root}/again"`, '2>&1'),
        `cp "${state}/quickstart/journal.jsonl" "${desk.root}/journal"`,
      ].join('\n');
      spawnSync('unshare', ['-m', 'sh', '-c', script], { env: desk.env });
      const read = (name: string) => readFileSync(join(desk.root, name), 'utf8');
      expect(read('hand')).toContain('the disk is full');
      expect([read('code'), read('err')]).toEqual(['4\n', expect.stringContaining('the disk is full')]);
      expect(read('after.json')).toBe(read('before.json'));
      expect(JSON.parse(read('again')).checks[0].verdict.kind).toBe('fail');
      expect(read('last')).toMatch(/\}\n$/);
      // No half line was left for the next one to stand behind.
      const journal = parseJournal(read('journal'));
      expect([journal.badLine, journal.goodLength]).toEqual([0, read('journal').length]);
      expect(journal.events.length).toBeGreaterThan(2);
    });
  },
  60_000,
);

test('what happens at a seat of this machine comes to the server without a report', async () => {
  await withDesk(async (desk) => {
    const { file, tokens } = await workshop(desk, 2);
    await desk.podlab('fleet', 'up', '1', '-w', file);
    const { origin } = await serve(desk, file);
    // What happens at the seat is known to the server at once, from its journal.
    await desk.podlab('check', 'by-hand/namespace', '-s', 'day1-01');
    await desk.podlab('hand', '-s', 'day1-01');
    const csv = async () => (await desk.podlab('fleet', 'export', '-w', file)).stdout;
    for (let n = 0; n < 50 && !(await csv()).includes('day1-01,,by-hand/namespace/make,failing,1'); n++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(await csv()).toContain('day1-01,,by-hand/namespace/make,failing,1,0,absent');
    expect(await post(origin, tokens[1]?.token ?? '', [])).toBe(0);
  });
}, 60_000);
