// The seats of a workshop whose rooms are on this machine: their pages, their pictures, their resets.

import { LabError } from '../error.ts';
import { seatRecord } from '../fleet/fleet-record.ts';
import type { Seat } from '../fleet/workshop.ts';
import { observeRoom } from '../probe/room-view.ts';
import { silentReporter } from '../reporter.ts';
import type { SeatRoom } from '../web/instructor/desk.ts';
import { oneAtATime } from '../web/one-at-a-time.ts';
import type { Desk } from '../web/participant/desk.ts';
import type { Lab } from '../workshop/exercise.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import { labDesk } from './lab-desk.ts';
import { roomFor, sessionFor } from './lab-room.ts';
import { seatInbox } from './mailbox.ts';

/** As much of a workshop as the desks of its seats need. */
export type SeatDesksFleet = Pick<Fleet, 'driver' | 'locked' | 'record' | 'roomFile' | 'stackOf'> & {
  readonly workshop: Pick<Fleet['workshop'], 'seats'>;
};

export interface SeatDesks {
  isHere(seat: string): boolean;
  /** @throws LabError NOT_FOUND, STACK_NOT_UP */
  desk(seat: string, lab: string): Promise<Desk>;
  look(seat: string): Promise<SeatRoom | undefined>;
  reset(seat: string, exercise: string): Promise<void>;
}

/** Requests of one seat that may wait for each other, and resets of the whole workshop. */
const [waitingOfSeat, waitingResets] = [8, 40];

/** @param rootShells whether pages may open shells in rooms whose engine needs real root */
export function seatDesks(app: App, fleet: SeatDesksFleet, labs: readonly Lab[], rootShells: boolean): SeatDesks {
  const { workshop, driver } = fleet;
  const entries = labs.map(({ name, title }) => ({ name, title }));
  const desks = new Map<string, Desk>();
  const turns = new Map(workshop.seats.map(({ stack }) => [stack, oneAtATime(waitingOfSeat)]));
  const lastLab = new Map<string, string>();
  const resetsInTurn = oneAtATime(waitingResets);
  const isHere = (seat: string) => seatRecord(fleet.record(), seat).wanted;

  const known = (name: string): Seat => {
    const seat = workshop.seats.find(({ stack }) => stack === name);
    if (seat === undefined) throw new LabError('NOT_FOUND', `there is no seat "${name}"`);
    if (isHere(name)) return seat;
    throw new LabError('STACK_NOT_UP', `seat ${name} has no room on the instructor's machine`, {
      hint: 'Tell the instructor, who builds it with "podlab fleet up".',
    });
  };
  const desk = async (name: string, wanted: string): Promise<Desk> => {
    const seat = known(name);
    const word = wanted === '' ? (lastLab.get(name) ?? labs[0]?.name) : wanted;
    const lab = labs.find((one) => one.name === word);
    if (lab === undefined) throw new LabError('NOT_FOUND', `this workshop has no lab "${word}"`);
    lastLab.set(name, lab.name);
    const key = `${name} ${lab.name}`;
    const found = desks.get(key) ?? (await makeDesk(seat, lab));
    desks.set(key, found);
    return found;
  };
  // What builds the rooms of a workshop is not always what a stack alone would be built by.
  const openRoom = async (seat: Seat, lab: Lab) =>
    roomFor(app, lab, await fleet.roomFile(seat), () => seat.stack, driver);
  const makeDesk = async (seat: Seat, lab: Lab): Promise<Desk> => {
    const { topology } = await fleet.stackOf(seat);
    // In a machine of its own, root is root there.
    const isRoot = topology.engine !== 'none' && topology.driver === 'sandbox';
    return labDesk(app, {
      ...{ lab, labs: entries, topology },
      inTurn: turns.get(seat.stack) ?? oneAtATime(waitingOfSeat),
      openRoom: async () => {
        known(seat.stack);
        return openRoom(seat, lab);
      },
      inbox: () => seatInbox(app, seat.stack),
      noShells: isRoot && !rootShells ? 'this workshop opens no shells in the browser: they would be root here' : '',
    });
  };

  return {
    isHere,
    desk,
    look: async (name) => {
      if (!isHere(name)) return undefined;
      const { topology, room } = await desk(name, '');
      const context = await room();
      return context === undefined ? undefined : { topology, view: await observeRoom(context) };
    },
    reset: async (name, exercise) => {
      const seat = known(name);
      const turn = turns.get(name) ?? oneAtATime(waitingOfSeat);
      if (exercise === '') {
        // One instructor after the other; other podlabs that change the workshop's rooms are told apart by the lock.
        const build = async () => driver.up({ ...(await fleet.stackOf(seat)), anew: true }, silentReporter);
        await resetsInTurn(() => turn(() => fleet.locked(build)));
        return;
      }
      const lab = labs.find((one) => exercise.startsWith(`${one.name}/`));
      if (lab === undefined) throw new LabError('NOT_FOUND', `this workshop has no exercise "${exercise}"`);
      await turn(async () => {
        const session = await sessionFor(app, lab, await openRoom(seat, lab));
        await session.reset(session.exercise(exercise));
      });
    },
  };
}
