// podlab fleet cards: an address and a token for every seat, to print and to mail.

import { resolve } from 'node:path';
import { LabError } from '../../error.ts';
import type { Card } from '../../fleet/cards.ts';
import { selectSeats } from '../../fleet/select-seats.ts';
import { hashToken, newToken } from '../../fleet/tokens.ts';
import type { PlaceKind } from '../../fleet/workshop.ts';
import { writeFileAtomic } from '../../host/files.ts';
import { fingerprintOf } from '../../web/self-signed.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { ownCertificate } from '../listen-place.ts';
import { openPlace } from '../seat-place.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const { html, csv } = options as Readonly<Record<string, string | undefined>>;
  if (html === undefined && csv === undefined) {
    throw new LabError('USAGE', 'no file for the cards', { hint: 'Name one with --html FILE or --csv FILE.' });
  }
  const given = options.url === undefined ? '' : addressOf(options.url);
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const { title, name, place: kind } = fleet.workshop;
  const place = await openPlace(app, fleet);
  const fingerprint = options.selfSigned === true ? await ownFingerprint(app, name, kind, given) : '';
  const cards = selectSeats(fleet.workshop, args).map((seat): Card & { hash: string } => {
    const { stack, person } = seat;
    const way = given === '' ? place.pageWay(seat) : { url: given.replace('*', stack), first: '' };
    if (way.url === '') addressOf(undefined);
    const token = newToken();
    // Pods are reported of by themselves.
    const url = kind === 'kubernetes' ? '' : way.url;
    const address = `${way.url}seat#${token}`;
    return { stack, person, token, url, first: way.first, address, fingerprint, hash: hashToken(token) };
  });
  const { renderCards, renderCardsCsv } = await import('../../fleet/cards.ts');
  await fleet.locked(async () => {
    // The files first: a token that nobody can read is of no use, an old one still is.
    if (html !== undefined) writeFileAtomic(resolve(html), renderCards(title, cards));
    if (csv !== undefined) writeFileAtomic(resolve(csv), renderCardsCsv(cards));
    await place.keepTokens(new Map(cards.map(({ stack, hash }) => [stack, hash])));
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
async function ownFingerprint(app: App, workshop: string, kind: PlaceKind, url: string): Promise<string> {
  if (kind === 'kubernetes') {
    throw new LabError('USAGE', '--self-signed is for pages that "podlab serve" shows, and these are in their pods', {
      hint: 'Give the Ingress a certificate: ingress: { tlsSecret: … } in the workshop file.',
    });
  }
  if (url === '') addressOf(undefined);
  return fingerprintOf((await ownCertificate(app, workshop, [new URL(url).hostname])).cert);
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
