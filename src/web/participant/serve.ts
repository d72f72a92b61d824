// The participant's page: one server for one lab.

import { join } from 'node:path';
import { createAccess } from '../access.ts';
import { loadAssets, loadPictures } from '../assets.ts';
import { pageDocument } from '../page-document.ts';
import { createPageServer } from '../server.ts';
import { serveLab } from './api.ts';
import type { Desk } from './desk.ts';
import { serveRoomFeed } from './room-feed.ts';
import { serveTerminals } from './terminals.ts';

export interface ParticipantServer {
  /** An address that opens the page once, in one browser. */
  link(): string;
  close(): Promise<void>;
}

/** @param port 0 for a free one */
export async function serveParticipant(desk: Desk, port: number): Promise<ParticipantServer> {
  const access = createAccess();
  const assets = loadAssets(join(import.meta.dirname, '..', 'page'));
  const server = await createPageServer({ access, assets, document });
  const pictures = loadPictures(desk.lab.dir);
  serveLab(server.app, desk, new Set(pictures.keys()));
  serveRoomFeed(server.app, desk);
  serveTerminals(server.app, desk);
  server.app.get<{ Params: { '*': string } }>('/pictures/*', (request, reply) => {
    const picture = pictures.get(request.params['*']);
    if (picture === undefined) return reply.callNotFound();
    // A picture that is opened by itself may not run anything either.
    return reply.header('content-security-policy', "default-src 'none'; sandbox").type(picture.type).send(picture.body);
  });
  const origin = await server.listen(port);
  return {
    link: () => `${origin}/enter?token=${access.issueToken()}`,
    close: () => server.close(),
  };
}

const document = pageDocument({
  styles: ['/npm/xterm.css', '/page/style.css'],
  script: '/page/main.ts',
  verb: 'podlab start',
});
