// The pages of a workshop's seats on the instructor's machine: each for the holder of its own token.

import type { FastifyInstance } from 'fastify';
import type { Access } from '../access.ts';
import { pageDocument } from '../page-document.ts';
import { serveLab } from '../participant/api.ts';
import type { SeatRoutes } from '../participant/desk.ts';
import { servePictures } from '../participant/pictures.ts';
import { serveRoomFeed } from '../participant/room-feed.ts';
import { serveTerminals } from '../participant/terminals.ts';
import type { PageServer } from '../server.ts';
import type { InstructorDesk } from './desk.ts';
import { refuse } from './refuse.ts';

/** What the pages of seats need, on whatever machine. */
export type SeatPages = Pick<InstructorDesk, 'grantOf' | 'seatDesk' | 'pictures'>;

/** What a browser may have before it has shown a token. */
export const seatDoors = ['/seat', '/seat/enter'];

/** Tokens are too long to be guessed; this only keeps the noise down. Forty people may come through one address. */
const entriesPerMinute = 300;

export function serveSeats({ app, seatOf, setSeatCookie }: PageServer, access: Access, desk: SeatPages): void {
  const routes: SeatRoutes = {
    prefix: '/seat',
    deskOf: async (request, lab) => desk.seatDesk(seatOf(request), lab),
  };
  app.get('/seat', (_request, reply) => reply.type('text/html; charset=utf-8').send(document));
  serveEntry(app);
  serveLab(app, routes, servePictures(app, '/seat', desk.pictures, true));
  serveRoomFeed(app, routes);
  serveTerminals(app, routes);

  function serveEntry(at: FastifyInstance): void {
    at.post<{ Body: { token: string } }>(
      '/seat/enter',
      {
        schema: {
          body: {
            type: 'object',
            additionalProperties: false,
            properties: { token: { type: 'string', minLength: 1, maxLength: 100 } },
            required: ['token'],
          },
        },
        config: { rateLimit: { max: entriesPerMinute, timeWindow: 60_000 } },
      },
      async ({ body }, reply) => {
        const grant = desk.grantOf(body.token);
        if (grant === undefined) return refuse(reply, 403, 'The token on this card is not valid (any more).');
        setSeatCookie(reply, access.openSeat(grant.seat, grant.isGood));
        return { seat: grant.seat };
      },
    );
  }
}

const document = pageDocument({
  styles: ['npm/xterm.css', 'page/style.css'],
  script: 'page/main.ts',
  verb: 'podlab start',
});
