// podlab fleet cards: an address and a token for every seat, to print and to mail.

import { resolve } from 'node:path';
import { LabError } from '../../error.ts';
import type { Card } from '../../fleet/cards.ts';
import { seatRecord, withSeat } from '../../fleet/fleet-record.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import { hashToken, newToken } from '../../fleet/tokens.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { fingerprintOf } from '../../web/self-signed.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { ownCertificate } from '../listen-place.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const { html, csv } = options as Readonly<Record<string, string | undefined>>;
  if (html === undefined && csv === undefined) {
    throw new LabError('USAGE', 'no file for the cards', { hint: 'Name one with --html FILE or --csv FILE.' });
  }
  const url = addressOf(options.url);
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const { title, name } = fleet.workshop;
  const host = new URL(url).hostname;
  const fingerprint = options.selfSigned === true ? fingerprintOf((await ownCertificate(app, name, [host])).cert) : '';
  const cards = selectSeats(fleet.workshop, args).map((seat): Card & { hash: string } => {
    const token = newToken();
    const address = `${url}seat#${token}`;
    return { stack: seat.stack, person: seat.person, token, url, address, fingerprint, hash: hashToken(token) };
  });
  const { renderCards, renderCardsCsv } = await import('../../fleet/cards.ts');
  await fleet.locked(async () => {
    // The files first: a token that nobody can read is of no use, an old one still is.
    if (html !== undefined) writeFileAtomic(resolve(html), renderCards(title, cards));
    if (csv !== undefined) writeFileAtomic(resolve(csv), renderCardsCsv(cards));
    fleet.remember((record) =>
      cards.reduce(
        (now, { stack, hash }) => withSeat(now, stack, { ...seatRecord(now, stack), tokenHash: hash }),
        record,
      ),
    );
  });
  const files = [html, csv].filter((file) => file !== undefined).map((file) => resolve(file));
  app.answer(
    options.json === true,
    { workshop: name, seats: cards.map(({ stack }) => stack), files, fingerprint },
    () =>
      `${cards.length} ${cards.length === 1 ? 'card' : 'cards'} in ${files.join(' and ')}, readable by you alone. Tokens given before are void for these seats.\n`,
  );
  return exitCodes.done;
}

/** @throws LabError USAGE */
function addressOf(given: unknown): string {
  const url = typeof given === 'string' ? URL.parse(given) : null;
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return new URL('./', url).href;
  throw new LabError(
    'USAGE',
    given === undefined ? 'no address of the server' : `${given} is no http or https address`,
    {
      hint: 'Write --url with the address at which participants reach "podlab serve".',
    },
  );
}
