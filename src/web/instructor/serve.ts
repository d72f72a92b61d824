// The workshop's server: reports of seats come in, the grid goes out to instructors, and each seat has its page.

import { join } from 'node:path';
import { createAccess } from '../access.ts';
import { loadAssets } from '../assets.ts';
import { pageDocument } from '../page-document.ts';
import { createPageServer, type ListenPlace } from '../server.ts';
import { serveActions } from './actions.ts';
import { serveBoard } from './board-feed.ts';
import type { InstructorDesk } from './desk.ts';
import { reportDoor, serveReports } from './reports.ts';
import { seatDoors, serveSeats } from './seats.ts';

export interface InstructorServer {
  /** An address that opens the page once, in one browser. */
  link(): string;
  readonly origin: string;
  close(): Promise<void>;
}

/** @param place loopback without it */
export async function serveInstructor(
  desk: InstructorDesk,
  port: number,
  place?: ListenPlace,
): Promise<InstructorServer> {
  const access = createAccess();
  const assets = loadAssets(join(import.meta.dirname, '..', 'page'));
  const server = await createPageServer({
    ...{ access, assets, document, doors: [reportDoor], open: seatDoors, seats: true },
    ...(place === undefined ? {} : { place }),
  });
  serveReports(server.app, desk);
  serveBoard(server.app, desk);
  serveActions(server.app, desk);
  serveSeats(server, access, desk);
  const origin = await server.listen(port);
  return { origin, link: () => `${origin}/enter?token=${access.issueToken()}`, close: () => server.close() };
}

const document = pageDocument({
  styles: ['page/style.css', 'page/board.css'],
  script: 'page/board.ts',
  verb: 'podlab fleet status',
});
