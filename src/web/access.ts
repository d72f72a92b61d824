// Who may use a page: a token that works once gives a cookie; host names and origins must be the page's own.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Access {
  /** Makes a token that can be exchanged once; the one before it dies. */
  issueToken(): string;
  /** The session's secret for a token that is good; undefined for any other, and ever after. */
  exchange(token: string): string | undefined;
  /** Whether a session has this secret. */
  admits(secret: string | undefined): boolean;
}

/** Only hashes are kept, so that nothing in memory or in a dump of it opens the page. */
export function createAccess(): Access {
  let open: Buffer | undefined;
  const sessions: Buffer[] = [];
  return {
    issueToken: () => {
      const token = randomSecret();
      open = hash(token);
      return token;
    },
    exchange: (token) => {
      if (open === undefined || !timingSafeEqual(open, hash(token))) return undefined;
      open = undefined;
      const secret = randomSecret();
      sessions.push(hash(secret));
      return secret;
    },
    admits: (secret) => {
      if (secret === undefined) return false;
      const given = hash(secret);
      return sessions.filter((known) => timingSafeEqual(known, given)).length > 0;
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

/**
 * Why a request is refused before it is looked at, or ''. A foreign host name is DNS rebinding; a foreign origin is
 * another page at work in this browser.
 *
 * @param hosts what `Host` may say, such as `127.0.0.1:8080`
 */
export function refusal({ method, host, origin, site, isUpgrade }: RequestFacts, hosts: readonly string[]): string {
  if (host === undefined || !hosts.includes(host.toLowerCase())) return 'this page is not known by that name';
  const isOwn = origin !== undefined && /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === host;
  if (origin !== undefined && !isOwn) return 'requests from other pages are refused';
  if ((isUpgrade || !['GET', 'HEAD'].includes(method)) && !isOwn) return 'requests without an origin are refused';
  if (site !== undefined && !['same-origin', 'none'].includes(site)) return 'requests from other pages are refused';
  return '';
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
