// The part that every page of podlab shares: an HTTP server that trusts nobody, with its assets.

import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LabError } from '../error.ts';
import { type Access, type Front, readCookie, refusal, type Who } from './access.ts';
import type { Asset } from './assets.ts';

export interface PageServer {
  readonly app: FastifyInstance;
  /** Begins to listen and returns the origin, such as `http://127.0.0.1:4711`. @throws LabError HOST_UNSUITABLE */
  listen(port: number): Promise<string>;
  /** Gives a browser the session of a seat. */
  setSeatCookie(reply: FastifyReply, secret: string): void;
  /** The seat whose session a request belongs to. Only for paths below `/seat/`, where there always is one. */
  seatOf(request: FastifyRequest): string;
  close(): Promise<void>;
}

export interface PageRequest {
  readonly access: Access;
  readonly assets: ReadonlyMap<string, Asset>;
  /** The document that `/` is. */
  readonly document: string;
  /** Paths for programs that have a token of their own and no cookie; they see to it themselves. */
  readonly doors?: readonly string[];
  /** Paths that a browser without a cookie may use: they show nothing, or ask for a token themselves. */
  readonly open?: readonly string[];
  /** Whether seats have pages below `/seat/`; then the pages' own files are for everybody. */
  readonly seats?: boolean;
  readonly place?: ListenPlace;
}

export interface ListenPlace {
  /** An address of this machine, or `0.0.0.0` or `::` for all of them. */
  readonly address: string;
  /** PEM. Undefined on loopback alone. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** By which browsers may call this server; the first stands in links. */
  readonly names: readonly string[];
  readonly front?: Front;
}

const loopback: ListenPlace = { address: '127.0.0.1', tls: undefined, names: ['127.0.0.1', 'localhost'] };
const favicon = '/favicon.ico';
const limits = {
  ...{ bodyBytes: 16 * 1024, messageBytes: 64 * 1024, tokensPerMinute: 20 },
  // The pages' files are many, and forty people may come through one address.
  ...{ requestsPerMinute: 1200, filesPerMinute: 20_000 },
};

/**
 * What a document may do: load what this server has, and talk to this server. No inline script, no inline style, no
 * frames, no forms that lead elsewhere, no strings taken for HTML.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export async function createPageServer(request: PageRequest): Promise<PageServer> {
  const { access, assets, document, doors = [], open = [], seats = false, place = loopback } = request;
  const { tls, front } = place;
  const mount = front?.mount ?? '';
  const app = Fastify({
    ...(tls === undefined ? {} : { https: { ...tls, minVersion: 'TLSv1.2' as const } }),
    bodyLimit: limits.bodyBytes,
    logger: false,
    trustProxy: false,
    forceCloseConnections: true,
    // A field that nobody knows is a mistake or an attempt, not something to drop.
    ajv: { customOptions: { removeAdditional: false } },
    // A proxy passes paths on as they are; a forwarded port has none of it.
    rewriteUrl: ({ url = '/' }) => (mount !== '' && url.startsWith(`${mount}/`) ? url.slice(mount.length) : url),
  });
  const scheme = tls === undefined ? 'http' : 'https';
  const usualPort = tls === undefined ? 80 : 443;
  let port = 0;
  const cookies = { owner: () => `podlab_${port}`, seat: () => front?.cookie ?? `podlab_seat_${port}` };
  const hosts = () => place.names.flatMap((name) => [`${name}:${port}`, ...(port === usualPort ? [name] : [])]);
  const attributes = (isSecure: boolean) => `HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  const isSeatPath = (path: string) => seats && (path === '/seat' || path.startsWith('/seat/'));
  const sessionOf = ({ headers, routeOptions }: FastifyRequest) =>
    access.whoIs(readCookie(headers.cookie, cookies[isSeatPath(routeOptions.url ?? '') ? 'seat' : 'owner']()));
  // Forty people may share one address; each seat has a measure of its own.
  const keyGenerator = (asked: FastifyRequest) => keyOf(sessionOf(asked), asked.ip);
  await app.register(rateLimit, { max: limits.requestsPerMinute, timeWindow: 60_000, keyGenerator });
  await app.register(websocket, { options: { maxPayload: limits.messageBytes } });

  app.addHook('onRequest', async (request, reply) => {
    protect(reply);
    const facts = factsOf(request);
    const isDoor = doors.includes(request.routeOptions.url ?? '');
    // A program has no origin: what has one is a page.
    const own = { hosts: hosts(), scheme, front } as const;
    const reason = refusal(isDoor && facts.origin === undefined ? { ...facts, method: 'GET' } : facts, own);
    if (reason !== '') return deny(reply, 403, reason);
    const path = request.routeOptions.url ?? '';
    if (isDoor || open.includes(path) || ['/enter', favicon].includes(path)) return;
    if (seats && assets.has(path)) return;
    const wanted = isSeatPath(path) ? 'seat' : 'owner';
    if (sessionOf(request)?.kind !== wanted) return deny(reply, 401, wanted === 'seat' ? askForCard : askForLink);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { status, body } = describeError(error);
    return reply.code(status).send({ error: body });
  });
  app.setNotFoundHandler((_request, reply) => deny(reply, 404, 'there is no such thing here'));

  app.get(
    '/enter',
    { config: { rateLimit: { max: limits.tokensPerMinute, timeWindow: 60_000 } } },
    async (request, reply) => {
      const { token } = request.query as { token?: unknown };
      const secret = typeof token === 'string' && token.length <= 100 ? access.exchange(token) : undefined;
      if (secret === undefined) return deny(reply, 403, 'This link was used already. Get a new one from podlab.');
      // Not a redirect: a strict cookie is not sent along one that began on another page.
      return reply
        .header('set-cookie', `${cookies.owner()}=${secret}; ${attributes(tls !== undefined)}; Path=/`)
        .type('text/html; charset=utf-8')
        .send('<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>podlab</title>');
    },
  );
  // Browsers ask for it on their own while `/enter`, which names no icon, is open.
  app.get(favicon, (_request, reply) => reply.code(204).send());
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(document));
  const manyFiles = { config: { rateLimit: { max: limits.filesPerMinute, timeWindow: 60_000 } } };
  for (const [path, { type, body }] of assets)
    app.get(path, manyFiles, (_request, reply) => reply.type(type).send(body));

  return {
    app,
    listen: async (wanted) => {
      await app.listen({ host: place.address, port: wanted }).catch((error: Error) => {
        throw cannotListen(place.address, wanted, error);
      });
      const bound = app.server.address();
      port = typeof bound === 'object' && bound !== null ? bound.port : wanted;
      return `${scheme}://${place.names[0]}${port === usualPort ? '' : `:${port}`}`;
    },
    setSeatCookie: (reply, secret) => {
      const { headers, originalUrl } = reply.request;
      const isSecure = tls !== undefined || headers.origin?.startsWith('https:') === true;
      const path = `${originalUrl.startsWith(`${mount}/`) ? mount : ''}/seat`;
      reply.header('set-cookie', `${cookies.seat()}=${secret}; ${attributes(isSecure)}; Path=${path}`);
    },
    seatOf: (asked) => {
      const who = sessionOf(asked);
      if (who?.kind === 'seat') return who.seat;
      // Revoked between the first look and this one.
      throw new LabError('NOT_FOUND', 'this seat has no session any more');
    },
    close: () => app.close(),
  };
}

const askForLink = 'This page opens with the link that podlab printed. Each link works once; get a new one there.';
const askForCard = 'This page opens with the address on your card.';

function keyOf(who: Who | undefined, ip: string): string {
  if (who === undefined) return ip;
  return who.kind === 'seat' ? `seat ${who.seat}` : 'owner';
}

function cannotListen(address: string, port: number, cause: Error): LabError {
  return new LabError('HOST_UNSUITABLE', `nothing can be served at ${address}, port ${port}: ${cause.message}`, {
    hint: 'Choose another port with --port, or an address of this machine.',
    cause,
  });
}

function protect(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
  });
}

function factsOf({ method, headers }: FastifyRequest) {
  const site = headers['sec-fetch-site'];
  return {
    method,
    host: headers.host,
    origin: headers.origin,
    // A link in a mail or a terminal opens a page from outside; that is what the strict cookie is for.
    site: headers['sec-fetch-mode'] === 'navigate' || Array.isArray(site) ? undefined : site,
    isUpgrade: headers.upgrade !== undefined,
  };
}

function deny(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

/** A fault of podlab itself says nothing about its inside. */
function describeError(error: Error & { statusCode?: number }) {
  if (error instanceof LabError) {
    const { code, message, hint } = error;
    return { status: code === 'NOT_FOUND' ? 404 : code === 'USAGE' ? 400 : 409, body: { code, message, hint } };
  }
  const status = error.statusCode ?? 500;
  const message = status < 500 ? error.message : 'a fault in podlab; its terminal says more';
  return { status, body: { code: status < 500 ? 'USAGE' : 'FAULT', message, hint: '' } };
}
