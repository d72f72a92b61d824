// podlab seat: the page of one seat of a workshop, in the container that is the seat.

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '../../error.ts';
import type { FleetRecord } from '../../fleet/fleet-record.ts';
import { parseSeatPolicy, type SeatPolicy } from '../../fleet/seat-policy.ts';
import { isToken } from '../../fleet/tokens.ts';
import type { Seat } from '../../fleet/workshop.ts';
import { fileStamp, readTextIfExists } from '../../host/files.ts';
import { observeRoom } from '../../probe/room-view.ts';
import { takeWord } from '../../report/inbox.ts';
import { parseWord } from '../../report/settings.ts';
import type { Front } from '../../web/access.ts';
import type { SeatPages } from '../../web/instructor/seats.ts';
import { serveSeat } from '../../web/instructor/serve-seat.ts';
import type { Lab } from '../../workshop/exercise.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { changeInbox, keepPolicy } from '../inbox-file.ts';
import { readLab } from '../lab-files.ts';
import { contextOf } from '../lab-room.ts';
import { portNumber } from '../number-options.ts';
import { untilInterrupted } from '../page-server.ts';
import { seatDesks } from '../seat-desks.ts';
import { loadStack, roomName } from '../stack-files.ts';
import { workshopPictures } from '../workshop-desk.ts';

const lookMs = 1000;

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const stack = await roomName(app, options.stack as string | undefined);
  if (options.look === true) return look(app, stack);
  const dir = resolve(args[0] ?? '.');
  const policy = readPolicy(dir);
  const labs = await Promise.all(policy.labs.map((name) => readLab(app, name)));
  const pages = await pagesOf(app, stack, dir, labs);
  await keepPolicy(app, stack, policy);
  const unwatch = watchWord(app, stack, dir);
  const place = {
    ...{ address: (options.listen as string | undefined) ?? '127.0.0.1', tls: undefined },
    ...{ names: ['127.0.0.1', 'localhost'], front: frontOf(stack, options.url as string | undefined) },
  };
  const server = await serveSeat(pages, portNumber('--port', options.port), place);
  try {
    app.answer(options.json === true, { stack, url: server.origin }, () => `${server.origin}/seat\n`);
    await untilInterrupted(app, () => {});
  } finally {
    unwatch();
    await server.close();
  }
  return exitCodes.done;
}

/** What the instructor's page shows of a room that it is not beside. */
async function look(app: App, stack: string): Promise<number> {
  const { topology } = await loadStack(app, stack);
  const driver = await app.driver(topology.driver);
  const { state } = await driver.status(stack);
  const isUp = state === 'up';
  const room = isUp ? { topology, view: await observeRoom(await contextOf(driver, topology, app.signal)) } : undefined;
  app.answer(true, { stack, ...(room === undefined ? {} : { room }) }, () => '');
  return exitCodes.done;
}

/** The desks of a workshop that has this one seat. */
async function pagesOf(app: App, stack: string, dir: string, labs: readonly Lab[]): Promise<SeatPages> {
  const { topology } = await loadStack(app, stack);
  const seat: Seat = { number: 1, stack, person: '' };
  const record: FleetRecord = { version: 1, file: '', seats: { [stack]: { wanted: true, tokenHash: '' } } };
  const fleet = {
    ...{
      workshop: { seats: [seat] },
      driver: await app.driver(topology.driver),
      record: () => record,
    },
    stackOf: () => loadStack(app, stack),
    roomFile: async () => stack,
    locked: <T>(work: () => Promise<T>) => work(),
  };
  // Asked each time: a card that is written meanwhile, and one that is revoked, take effect at once.
  const isGood = (token: string) => isToken(token, (readTextIfExists(join(dir, 'token')) ?? '').trim());
  return {
    // Whoever can break out of a room here is in a container that is theirs alone.
    seatDesk: seatDesks(app, fleet, labs, true).desk,
    grantOf: (token) => (isGood(token) ? { seat: stack, isGood: () => isGood(token) } : undefined),
    pictures: workshopPictures(labs),
  };
}

/** Takes what the workshop says, from files that others write: as it was made, and what the instructor said since. */
function watchWord(app: App, stack: string, dir: string): () => void {
  const said = { policy: join(dir, 'workshop.json'), word: join(app.paths.state, stack, 'word.json') };
  const stamps = { policy: '', word: '' };
  let busy = false;
  const take = async () => {
    if (hasChanged('policy')) await keepPolicy(app, stack, readPolicy(dir));
    if (!hasChanged('word')) return;
    const word = parseWord(readTextIfExists(said.word) ?? '');
    const at = statSync(said.word).mtimeMs;
    if (word !== undefined) await changeInbox(app, stack, (inbox) => takeWord(inbox, word, at));
  };
  const hasChanged = (kind: 'policy' | 'word') => {
    const stamp = fileStamp(said[kind]);
    const isNew = stamp !== stamps[kind];
    stamps[kind] = stamp;
    return isNew && stamp !== '';
  };
  const look = async () => {
    if (busy) return;
    busy = true;
    await take().catch((error: Error) => app.stderr.write(`podlab: ${error.message}\n`));
    busy = false;
  };
  void look();
  const timer = setInterval(() => void look(), lookMs);
  return () => clearInterval(timer);
}

/** @throws LabError NOT_FOUND, DAMAGED */
function readPolicy(dir: string): SeatPolicy {
  const path = join(dir, 'workshop.json');
  const text = readTextIfExists(path);
  if (text === undefined) {
    throw new LabError('NOT_FOUND', `there is no file ${path}`, {
      hint: 'This verb is for seats that "podlab fleet up" makes on a cluster; others have "podlab page".',
    });
  }
  const policy = parseSeatPolicy(text);
  if (policy !== undefined) return policy;
  throw new LabError('DAMAGED', `${path} is not what podlab wrote`, { hint: 'Run "podlab fleet up" again.' });
}

/** @throws LabError USAGE */
function frontOf(stack: string, given: string | undefined): Front {
  const cookie = `podlab_seat_${stack}`;
  if (given === undefined) return { host: '', mount: '', cookie };
  const url = URL.parse(given);
  if (url === null) throw new LabError('USAGE', `--url: ${given} is no address`);
  return { host: url.host, mount: url.pathname.replace(/\/$/, ''), cookie };
}
