// The fleet verbs with place: libvirt, with a podlab that makes no rooms, a virsh that has none, and an ssh that stays here.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { openFleet } from '../../../src/cli/fleet.ts';
import { run as down } from '../../../src/cli/verbs/fleet-down.ts';
import { run as stacks } from '../../../src/cli/verbs/fleet-stacks.ts';
import { run as status } from '../../../src/cli/verbs/fleet-status.ts';
import { run as up } from '../../../src/cli/verbs/fleet-up.ts';
import { workshopDesk } from '../../../src/cli/workshop-desk.ts';
import type { Driver, RoomStatus } from '../../../src/driver/driver.ts';
import { listDir, readTextIfExists } from '../../../src/host/files.ts';
import { keepVmRecord } from '../../../src/infra/vm-record.ts';
import { silentReporter } from '../../../src/reporter.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { roomKeys } from '../../../src/vm/room-keys.ts';

const root = join(import.meta.dirname, '..', '..', '..');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  for (const name of ['bin', 'programs', 'rooms', 'stacks', 'state']) mkdirSync(join(dir, name));
  program('virsh', '#!/bin/sh\nexit 0\n');
  // Words behind "--" are the login and the command line.
  program('ssh', '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\necho "$2" >>"$0.log"\nexec sh -c "$3"\n');
  writeFileSync(join(dir, 'bin', 'podlab.mjs'), podlab);
  writeFileSync(join(dir, 'stacks', 'Pulumi.vms.yaml'), 'config:\n  podlab:nodes: [{ name: node1, memory: 512MiB }]\n');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function program(name: string, text: string): void {
  writeFileSync(join(dir, 'programs', name), text);
  chmodSync(join(dir, 'programs', name), 0o755);
}

/** Writes down that there is a room, with what it was made from; fails where the file `fail` names the seat. */
const podlab = `
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
const home = new URL('..', import.meta.url).pathname;
const [verb, word] = process.argv.slice(2);
const stack = basename(word).replace(/^Pulumi[.](.*)[.]yaml$/, '$1');
appendFileSync(home + 'log', verb + ' ' + stack + '\\n');
const bad = existsSync(home + 'fail') ? readFileSync(home + 'fail', 'utf8') : '';
if (verb === 'up' && bad === stack) {
  console.log(JSON.stringify({ error: { code: 'TIMEOUT', message: 'node1 has not come up', hint: 'Look.' } }));
  process.exit(4);
}
const room = home + 'rooms/' + stack;
const removed = existsSync(room);
if (verb === 'down') rmSync(room, { force: true });
else copyFileSync(word, room);
console.log(JSON.stringify(verb === 'down' ? { rooms: [{ stack, removed }] } : { created: true, from: '' }));
`;

function roomStatus(stack: string): RoomStatus {
  const state = existsSync(join(dir, 'rooms', stack)) ? 'up' : 'down';
  return { stack, state, reason: '', file: '', driver: 'libvirt' } as unknown as RoomStatus;
}

/** What a machine says of itself: no namespaces, one link. */
const oneLink = `\n${JSON.stringify([
  {
    ...{ ifindex: 2, ifname: 'eth0', flags: ['UP', 'LOWER_UP'], mtu: 1500, address: '52:54:00:00:00:01' },
    addr_info: [{ family: 'inet', local: '10.200.2.11', prefixlen: 24 }],
  },
])}\n`;

/** @param roots where stacks and labs are looked up */
function appIn(roots: readonly string[] = [dir, root]) {
  let said = '';
  const driver = {
    status: async (stack: string) => roomStatus(stack),
    statuses: async (stacks: readonly string[]) => stacks.map(roomStatus),
    list: async () => [],
    up: async () => ({ created: false, from: '', phases: [] }),
    places: () => ['gateway'],
    executor: async (_stack: string, name: string) => ({
      name,
      run: async () => ({ exitCode: 0, stdout: oneLink, stderr: '' }),
    }),
  } as unknown as Driver;
  const none = { ...driver, status: async (stack: string) => ({ ...roomStatus(stack), state: 'down' }) } as Driver;
  const stderr = new PassThrough();
  const app = {
    stdout: new PassThrough(),
    stderr,
    env: { PATH: process.env.PATH, HOME: dir },
    uid: 0,
    paths: { state: join(dir, 'state'), runtime: join(dir, 'run'), cache: join(dir, 'cache') },
    programPath: `${join(dir, 'programs')}:${process.env.PATH}`,
    home: dir,
    roots,
    signal: new AbortController().signal,
    reporter: async () => silentReporter,
    driver: async (name: string) => (name === 'libvirt' ? driver : none),
    answer: (_json: boolean, data: object) => {
      said = JSON.stringify(data);
    },
  } as unknown as App;
  return { app, said: () => JSON.parse(said), warned: () => String(stderr.read() ?? '') };
}

const twoHosts = 'libvirt: { hosts: [{ uri: "qemu:///system" }, { uri: "qemu+ssh://lab@two/system" }] }';

function workshop(seats: number, ...lines: readonly string[]): string {
  const file = join(dir, 'workshop.yaml');
  const head = ['name: day1', 'stack: vms', 'labs: [by-hand]', `seats: ${seats}`, 'place: libvirt'];
  writeFileSync(file, [...head, ...lines, ''].join('\n'));
  return file;
}

const input = (file: string, args: readonly string[] = [], options: object = {}) => {
  return { args, options: { workshop: file, json: true, ...options }, rest: [] };
};
const log = () => (readTextIfExists(join(dir, 'log')) ?? '').split('\n').filter((line) => line !== '');
const record = () => JSON.parse(readFileSync(join(dir, 'state', 'fleet', 'day1.json'), 'utf8')).seats;

test('every seat is made on its host from a file of its own; what fails stays with its seat and is tried again', async () => {
  const file = workshop(4, twoHosts);
  const { app, said } = appIn();
  writeFileSync(join(dir, 'fail'), 'day1-02');
  expect(await up(app, input(file))).toBe(1);
  expect(said().seats.map(({ state }: { state: string }) => state)).toEqual(['done', 'failed', 'done', 'done']);
  expect(said().seats[1].fault).toEqual({ code: 'TIMEOUT', message: 'node1 has not come up', hint: 'Look.' });
  expect(await status(app, input(file))).toBe(1);
  expect(said().seats[1]).toMatchObject({ room: 'down', why: 'node1 has not come up' });
  // The other host was asked what it has, by SSH.
  expect(readFileSync(join(dir, 'programs', 'ssh.log'), 'utf8')).toContain('lab@two');

  const hosts = [1, 2, 3, 4].map((number) => record()[`day1-0${number}`].host);
  expect(hosts).toEqual(['qemu:///system', 'qemu+ssh://lab@two/system', 'qemu:///system', 'qemu+ssh://lab@two/system']);
  const made = readFileSync(join(dir, 'rooms', 'day1-04'), 'utf8');
  const { driver, networks } = loadTopology(made, { stack: 'day1-04', file: '' });
  expect([driver, ...networks.map(({ cidr }) => cidr)]).toEqual(['libvirt', '10.200.6.0/24', '10.200.7.0/24']);

  rmSync(join(dir, 'fail'));
  rmSync(join(dir, 'log'));
  // One host more: nobody who is there moves.
  workshop(4, twoHosts.replace('[{', '[{ uri: "qemu+ssh://first/system" }, {'));
  expect(await up(app, input(file, ['2', '4']))).toBe(0);
  expect(log()).toEqual(['up day1-02']);
  expect(record()['day1-02'].host).toBe('qemu+ssh://lab@two/system');
  expect(await status(app, input(file))).toBe(0);
});

test('down removes what this workshop has made, and the files of its seats', async () => {
  const { app, said } = appIn();
  await up(app, input(workshop(3, twoHosts)));
  writeFileSync(join(dir, 'rooms', 'day1-02-other'), '');
  rmSync(join(dir, 'log'));
  // Shortened since.
  expect(await down(app, input(workshop(2, twoHosts)))).toBe(0);
  expect(log().sort()).toEqual(['down day1-01', 'down day1-02', 'down day1-03']);
  expect(listDir(join(dir, 'rooms'))).toEqual(['day1-02-other']);
  expect(said().seats.map(({ state }: { state: string }) => state)).toEqual(['done', 'done', 'done']);
  expect(existsSync(join(dir, 'state', 'fleet', 'day1.stacks'))).toBe(false);
  expect(record()['day1-01']).toEqual({ wanted: false, tokenHash: '' });
});

test('a room of that name that somebody else made is left alone', async () => {
  writeFileSync(join(dir, 'rooms', 'day1-01'), '');
  mkdirSync(join(dir, 'state', 'day1-01'));
  writeFileSync(join(dir, 'state', 'day1-01', 'driver'), 'libvirt\n');
  const { app, said } = appIn();
  // It is up, so nothing would be made; but it is not this seat's.
  expect(await up(app, input(workshop(1)))).toBe(1);
  expect(said().seats[0].fault).toMatchObject({ code: 'STACK_CHANGED' });
  expect(await down(app, input(workshop(1)))).toBe(0);
  expect(log()).toEqual([]);
});

test('what pulumi up has made of the very file of a seat becomes the seat; another room of that name does not', async () => {
  const { app, said } = appIn();
  const file = workshop(2);
  await stacks(app, input(file, [], { write: true }));
  for (const stack of ['day1-01', 'day1-02']) {
    const written = join(dir, 'stacks', `Pulumi.${stack}.yaml`);
    const text = readFileSync(written, 'utf8').replace('10.200.2.0', stack === 'day1-02' ? '10.9.0.0' : '10.200.2.0');
    const topology = loadTopology(text.replace('10.200.2.11', '10.9.0.11'), { stack, file: written });
    const place = { poolDirectory: '/disks', logDirectory: '/logs', type: 'qemu', uri: 'qemu:///system' } as const;
    const record = { version: 1, topology, file: written, from: '', since: 1, complete: true, ...place } as const;
    keepVmRecord(join(dir, 'state'), { ...record, hasReadyState: false }, roomKeys('0123456789abcdef0123456789abcdef'));
    writeFileSync(join(dir, 'rooms', stack), '');
  }
  expect(await up(app, input(file))).toBe(1);
  expect(said().seats.map(({ state }: { state: string }) => state)).toEqual(['done', 'failed']);
  expect(said().seats[1].fault).toMatchObject({ code: 'STACK_CHANGED' });
  expect([record()['day1-01'].wanted, record()['day1-02'].wanted]).toEqual([true, false]);
});

test('nothing is made where a host is too small, unless somebody insists', async () => {
  const file = workshop(3, 'libvirt: { hosts: [{ uri: "qemu:///system", memory: 1GiB }] }');
  const { app, said, warned } = appIn();
  await expect(up(app, input(file))).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    message: expect.stringContaining('no host has room for seat day1-03'),
  });
  expect(log()).toEqual([]);
  expect(await up(app, input(file, [], { force: true }))).toBe(1);
  expect(warned()).toContain('day1-03');
  expect(said().seats.map(({ state }: { state: string }) => state)).toEqual(['done', 'done', 'failed']);
  expect(record()['day1-03'].wanted).toBe(false);
});

test('networks for fewer seats than there are, and disks larger than the machine, are found before', async () => {
  const { app } = appIn();
  const small = workshop(3, 'libvirt: { cidr: 10.200.0.0/22 }');
  await expect(up(app, input(small))).rejects.toThrow('10.200.0.0/22 has networks for 2 seats (/24 and /24 each)');
  writeFileSync(
    join(dir, 'stacks', 'Pulumi.vms.yaml'),
    'config:\n  podlab:nodes: [{ name: node1, memory: 900000GiB }]\n',
  );
  await expect(up(app, input(workshop(1)))).rejects.toThrow(/memory: 900000\.1 GiB needed.*disk: 900000\.5 GiB needed/);
  expect(log()).toEqual([]);
});

test('a host that cannot be asked is told of, and its seats alone fail', async () => {
  program('ssh', '#!/bin/sh\necho "ssh: connect to host two port 22: No route to host" >&2\nexit 255\n');
  const { app, warned } = appIn();
  expect(await up(app, input(workshop(2, twoHosts)))).toBe(0);
  expect(warned()).toContain('No route to host');
});

test('stack files are shown, and written where Pulumi finds them, but never over what is not theirs', async () => {
  const { app, said } = appIn();
  const file = workshop(2, twoHosts);
  expect(await stacks(app, input(file))).toBe(0);
  expect(said().stacks).toEqual([
    { stack: 'day1-01', host: 'qemu:///system', networks: ['10.200.0.0/24', '10.200.1.0/24'], file: '' },
    { stack: 'day1-02', host: 'qemu+ssh://lab@two/system', networks: ['10.200.2.0/24', '10.200.3.0/24'], file: '' },
  ]);
  const written = join(dir, 'stacks', 'Pulumi.day1-02.yaml');
  await stacks(app, input(file, ['2'], { write: true }));
  const text = readFileSync(written, 'utf8');
  writeFileSync(written, `encryptionsalt: v1:x\n${text}`);
  await stacks(app, input(file, [], { write: true }));
  expect(readFileSync(written, 'utf8')).toBe(`${text}encryptionsalt: v1:x\n`);
  // Byte for byte what fleet up makes the seat from.
  await up(app, input(file));
  expect(readFileSync(join(dir, 'rooms', 'day1-02'), 'utf8')).toBe(text);

  rmSync(join(dir, 'stacks', 'Pulumi.day1-01.yaml'));
  writeFileSync(written, 'config: {}\n');
  await expect(stacks(app, input(file, [], { write: true }))).rejects.toMatchObject({ code: 'USAGE' });
  expect(existsSync(join(dir, 'stacks', 'Pulumi.day1-01.yaml'))).toBe(false);
});

test('a server shows rooms of machines, follows their journals, and has them built by a podlab of their own', async () => {
  symlinkSync(join(root, 'labs'), join(dir, 'labs'));
  const { app } = appIn();
  const file = workshop(2);
  await up(app, input(file));
  rmSync(join(dir, 'log'));
  const { desk, watch } = await workshopDesk(app, await openFleet(app, file), false);
  expect(desk.seats.map(({ seat }) => desk.isHere(seat))).toEqual([true, true]);
  const seen = await desk.look('day1-02');
  expect(seen?.topology.networks.map(({ cidr }) => cidr)).toEqual(['10.200.2.0/24', '10.200.3.0/24']);
  expect(seen?.view.nodes.map(({ name, answers, links }) => [name, answers, links[0]?.addresses])).toEqual([
    ['node1', true, ['10.200.2.11/24']],
  ]);
  await desk.reset('day1-02', '');
  expect(log()).toEqual(['reset day1-02']);

  // Whoever goes on at a seat whose machines are gone has them made, by a podlab of its own as fleet up does.
  rmSync(join(dir, 'rooms', 'day1-01'));
  const seat = await desk.seatDesk('day1-01', '');
  expect([await desk.look('day1-01'), seat.places]).toEqual([undefined, ['node1']]);
  await seat.session();
  expect(log()).toEqual(['reset day1-02', 'up day1-01']);

  await seat.raiseHand(true);
  const unwatch = await watch();
  expect(desk.reports.boards.get('day1-01')?.handAt).toBeGreaterThan(0);
  unwatch();
});
