// The server of one seat that stands somewhere else: its page, behind a Service or a forwarded port.

import { join } from 'node:path';
import { createAccess } from '../access.ts';
import { loadAssets } from '../assets.ts';
import { createPageServer, type ListenPlace } from '../server.ts';
import { type SeatPages, seatDoors, serveSeats } from './seats.ts';

export async function serveSeat(
  pages: SeatPages,
  port: number,
  place: ListenPlace,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const access = createAccess();
  const assets = loadAssets(join(import.meta.dirname, '..', 'page'));
  // There is no instructor here, and no link: whoever has the card has the page.
  const server = await createPageServer({ access, assets, document: '', open: seatDoors, seats: true, place });
  serveSeats(server, access, pages);
  return { origin: await server.listen(port), close: () => server.close() };
}
