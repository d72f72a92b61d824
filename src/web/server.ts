// The part that every page of podlab shares: an HTTP server that trusts nobody, with its assets.

import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LabError } from '../error.ts';
import { type Access, readCookie, refusal } from './access.ts';
import type { Asset } from './assets.ts';

export interface PageServer {
  readonly app: FastifyInstance;
  /** Begins to listen and returns the origin, such as `http://127.0.0.1:4711`. */
  listen(port: number): Promise<string>;
  close(): Promise<void>;
}

export interface PageRequest {
  readonly access: Access;
  readonly assets: ReadonlyMap<string, Asset>;
  /** The document that `/` is. */
  readonly document: string;
  /** Paths for programs that have a token of their own and no cookie; they see to it themselves. */
  readonly doors?: readonly string[];
}

const address = '127.0.0.1';
const favicon = '/favicon.ico';
const limits = { bodyBytes: 16 * 1024, messageBytes: 64 * 1024, requestsPerMinute: 1200, tokensPerMinute: 20 };

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

export async function createPageServer({ access, assets, document, doors = [] }: PageRequest): Promise<PageServer> {
  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    logger: false,
    trustProxy: false,
    forceCloseConnections: true,
    // A field that nobody knows is a mistake or an attempt, not something to drop.
    ajv: { customOptions: { removeAdditional: false } },
  });
  let port = 0;
  const cookie = () => `podlab_${port}`;
  const hosts = () => [`${address}:${port}`, `localhost:${port}`];
  await app.register(rateLimit, { max: limits.requestsPerMinute, timeWindow: 60_000 });
  await app.register(websocket, { options: { maxPayload: limits.messageBytes } });

  app.addHook('onRequest', async (request, reply) => {
    protect(reply);
    const facts = factsOf(request);
    const isDoor = doors.includes(request.routeOptions.url ?? '');
    // A program has no origin: what has one is a page.
    const reason = refusal(isDoor && facts.origin === undefined ? { ...facts, method: 'GET' } : facts, hosts());
    if (reason !== '') return deny(reply, 403, reason);
    if (isDoor || ['/enter', favicon].includes(request.routeOptions.url ?? '')) return;
    if (!access.admits(readCookie(request.headers.cookie, cookie()))) {
      return deny(
        reply,
        401,
        'This page opens with the link that podlab printed. Each link works once; get a new one there.',
      );
    }
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
        .header('set-cookie', `${cookie()}=${secret}; HttpOnly; SameSite=Strict; Path=/`)
        .type('text/html; charset=utf-8')
        .send('<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>podlab</title>');
    },
  );
  // Browsers ask for it on their own while `/enter`, which names no icon, is open.
  app.get(favicon, (_request, reply) => reply.code(204).send());
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(document));
  for (const [path, { type, body }] of assets) app.get(path, (_request, reply) => reply.type(type).send(body));

  return {
    app,
    listen: async (wanted) => {
      await app.listen({ host: address, port: wanted });
      const bound = app.server.address();
      port = typeof bound === 'object' && bound !== null ? bound.port : wanted;
      return `http://${address}:${port}`;
    },
    close: () => app.close(),
  };
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
