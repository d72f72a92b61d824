// HTTPS over connections that somebody else makes: the server's network need not be ours.

import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as startTls } from 'node:tls';
import { LabError } from '../../error.ts';
import type { ApiAnswer, ApiRequest, Transport } from './cluster-api.ts';

export interface HttpsOptions {
  readonly server: URL;
  readonly connect: (host: string, port: number) => Promise<Duplex>;
  readonly tls: ConnectionOptions;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Connections are kept for the next request; an idle one does not keep the process alive. */
export function httpsTransport(options: HttpsOptions): Transport {
  const agent = new TunnelAgent(options);
  return async (request) => {
    try {
      return await send(agent, options, request);
    } catch (error) {
      // A kept connection may have ended while nobody looked; what only reads may be asked again.
      if (error instanceof StaleConnection && request.method === 'GET') return send(agent, options, request);
      throw error;
    }
  };
}

/** How idle connections of the driver let the process end; both are there on sockets. */
interface Countable {
  ref?(): unknown;
  unref?(): unknown;
}

class TunnelAgent extends Agent {
  readonly #options: HttpsOptions;
  readonly #below = new WeakMap<Duplex, Countable>();

  constructor(options: HttpsOptions) {
    super({ keepAlive: true, maxFreeSockets: 2 });
    this.#options = options;
  }

  override createConnection(_options: object, done?: (error: Error | null, stream: Duplex) => void): undefined {
    const { server, connect, tls } = this.#options;
    const open = async () => {
      const below = await connect(server.hostname, Number(server.port || 443));
      // Without a servername the certificate must hold for the host, which here is mostly an address.
      const secure = startTls({ ...tls, socket: below, host: server.hostname });
      this.#below.set(secure, below as Countable);
      return secure;
    };
    open().then(
      (stream) => done?.(null, stream),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#below.get(socket)?.unref?.();
    return super.keepSocketAlive(socket) as unknown as boolean;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    this.#below.get(socket)?.ref?.();
    super.reuseSocket(socket, request);
  }
}

/** A connection that was used before broke before the answer began. */
class StaleConnection extends LabError {}

function send(agent: Agent, options: HttpsOptions, request: ApiRequest): Promise<ApiAnswer> {
  const { server, signal } = options;
  const { method, path, headers, body, timeoutMs = options.timeoutMs } = request;
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const asked = httpsRequest({
      agent,
      method,
      host: server.hostname,
      port: server.port || 443,
      path,
      headers: { accept: 'application/json', ...lengthOf(body), ...headers, ...options.headers, host: server.host },
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const fail = (error: Error) => {
      if (signal?.aborted) return reject(new LabError('CANCELLED', 'interrupted'));
      const why = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : error.message;
      const Kind = asked.reusedSocket && !limit.aborted ? StaleConnection : LabError;
      reject(
        new Kind('PROBE_FAILED', `${method} ${path} from ${server.host}: ${why}`, {
          hint: 'Check with "podlab status" that the room is up, and that its API server runs.',
          cause: error,
        }),
      );
    };
    asked.once('error', fail);
    asked.once('response', (response) => readAnswer(response).then(resolve, fail));
    asked.end(body);
  });
}

/** Without it Node sends the body of a DELETE bare, which the server takes for the beginning of the next request. */
function lengthOf(body: string | undefined): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
}

async function readAnswer(response: IncomingMessage): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
