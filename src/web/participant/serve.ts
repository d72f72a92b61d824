// The participant's page: one server for one lab.

import { join } from 'node:path';
import { createAccess } from '../access.ts';
import { loadAssets, loadPictures } from '../assets.ts';
import { pageDocument } from '../page-document.ts';
import { createPageServer } from '../server.ts';
import { serveLab } from './api.ts';
import type { Desk } from './desk.ts';
import { servePictures } from './pictures.ts';
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
  const routes = { prefix: '', deskOf: async () => desk } as const;
  serveLab(server.app, routes, servePictures(server.app, '', loadPictures(desk.lab.dir)));
  serveRoomFeed(server.app, routes);
  serveTerminals(server.app, routes);
  const origin = await server.listen(port);
  return {
    link: () => `${origin}/enter?token=${access.issueToken()}`,
    close: () => server.close(),
  };
}

const document = pageDocument({
  styles: ['npm/xterm.css', 'page/style.css'],
  script: 'page/main.ts',
  verb: 'podlab start',
});
