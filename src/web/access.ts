// Who may use a page: a token that works once gives a cookie; host names and origins must be the page's own.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Whose session it is: `owner` opened podlab's own link, anybody else is a seat. */
export type Who = { readonly kind: 'owner' } | { readonly kind: 'seat'; readonly seat: string };

export interface Access {
  /** Makes a token that can be exchanged once; the one before it dies. */
  issueToken(): string;
  /** The session's secret for a token that is good; undefined for any other, and ever after. */
  exchange(token: string): string | undefined;
  /**
   * The secret of a session for a seat that has shown its own token. Of many for one seat the oldest end.
   *
   * @param isGood asked with every request: a token that is revoked ends its sessions
   */
  openSeat(seat: string, isGood: () => boolean): string;
  /** Whose session has this secret; undefined when none has. */
  whoIs(secret: string | undefined): Who | undefined;
}

interface Session {
  readonly hash: Buffer;
  readonly who: Who;
  readonly isGood: () => boolean;
}

const sessionsOfSeat = 8;

/** Only hashes are kept, so that nothing in memory or in a dump of it opens the page. */
export function createAccess(): Access {
  let open: Buffer | undefined;
  // By the hash of the secret: a look-up tells nothing of the secret itself, since hashes can't be steered.
  const sessions = new Map<string, Session>();
  const begin = (who: Who, isGood: () => boolean) => {
    const secret = randomSecret();
    sessions.set(hash(secret).toString('hex'), { hash: hash(secret), who, isGood });
    return secret;
  };
  return {
    issueToken: () => {
      const token = randomSecret();
      open = hash(token);
      return token;
    },
    exchange: (token) => {
      if (open === undefined || !timingSafeEqual(open, hash(token))) return undefined;
      open = undefined;
      return begin({ kind: 'owner' }, () => true);
    },
    openSeat: (seat, isGood) => {
      const own = [...sessions].filter(([, { who }]) => who.kind === 'seat' && who.seat === seat);
      for (const [key] of own.slice(0, Math.max(0, own.length - sessionsOfSeat + 1))) sessions.delete(key);
      return begin({ kind: 'seat', seat }, isGood);
    },
    whoIs: (secret) => {
      if (secret === undefined) return undefined;
      const given = hash(secret);
      const session = sessions.get(given.toString('hex'));
      if (session === undefined || !timingSafeEqual(session.hash, given)) return undefined;
      if (session.isGood()) return session.who;
      sessions.delete(given.toString('hex'));
      return undefined;
    },
  };
}

export interface RequestFacts {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which every browser of today sends. */
  readonly site: string | undefined;
  readonly isUpgrade: boolean;
}

export interface OwnNames {
  /** What `Host` may say, such as `127.0.0.1:8080`. */
  readonly hosts: readonly string[];
  readonly scheme: 'http' | 'https';
  /** What a proxy or a forwarded port before this server makes of them; undefined without one. */
  readonly front?: Front | undefined;
}

/**
 * What stands before a server: a Service, an Ingress, a forwarded port. Then any address and `localhost` may be its own,
 * at any port, since the port out there is another one: names can be bound to another address, addresses can't.
 */
export interface Front {
  /** The name that is passed on as `Host`, such as `lab.example`; '' without one. TLS may end before this server. */
  readonly host: string;
  /** Where its paths begin: `/seats/day1-03`, or ''. */
  readonly mount: string;
  /** Of its cookie: one browser may see several of them under one address. */
  readonly cookie: string;
}

/**
 * Why a request is refused before it is looked at, or ''. A foreign host name is DNS rebinding; a foreign origin is
 * another page at work in this browser.
 */
export function refusal({ method, host, origin, site, isUpgrade }: RequestFacts, own: OwnNames): string {
  const schemes = host === undefined ? [] : schemesOf(host.toLowerCase(), own);
  if (schemes.length === 0) return 'this page is not known by that name';
  const isOwn = schemes.some((scheme) => origin?.toLowerCase() === `${scheme}://${host?.toLowerCase()}`);
  if (origin !== undefined && !isOwn) return 'requests from other pages are refused';
  if ((isUpgrade || !['GET', 'HEAD'].includes(method)) && !isOwn) return 'requests without an origin are refused';
  if (site !== undefined && !['same-origin', 'none'].includes(site)) return 'requests from other pages are refused';
  return '';
}

/** How a page that is called so may have been asked for; none for a name that is not its own. */
function schemesOf(host: string, { hosts, scheme, front }: OwnNames): readonly string[] {
  if (hosts.includes(host)) return [scheme];
  if (front === undefined) return [];
  if (front.host !== '' && front.host === host) return ['http', 'https'];
  return /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host) ? [scheme] : [];
}

/** The value of a cookie; undefined when there is none of that name. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** 256 bits as 43 letters that may stand in an address. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
