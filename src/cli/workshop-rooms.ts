// The rooms of a workshop as its server sees them, wherever they are.

import type { WorkshopWord } from '../report/inbox.ts';
import type { InstructorDesk } from '../web/instructor/desk.ts';
import type { Lab } from '../workshop/exercise.ts';
import type { App } from './app.ts';
import type { Fleet } from './fleet.ts';
import type { SeatDesks } from './seat-desks.ts';
import { openPlace } from './seat-place.ts';

export interface WorkshopRooms extends SeatDesks {
  /**
   * Tells a seat what it has not heard.
   *
   * @param wordAfter what there is to say to somebody who has heard so many notices
   */
  tell(seat: string, wordAfter: (heard: number) => WorkshopWord): Promise<void>;
  /** Takes what happened at the seats, and what happens. @returns what ends it */
  watch(desk: InstructorDesk): Promise<() => void>;
}

/** @throws LabError HOST_UNSUITABLE for a place that a server can't see */
export async function workshopRooms(
  app: App,
  fleet: Fleet,
  labs: readonly Lab[],
  rootShells: boolean,
): Promise<WorkshopRooms> {
  const place = await openPlace(app, fleet);
  if (place.reach !== undefined) {
    return (await import('./far-rooms.ts')).farRooms(fleet, place, place.reach);
  }
  return (await import('./near-rooms.ts')).nearRooms(app, fleet, labs, rootShells);
}
