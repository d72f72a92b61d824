// Files over HTTP: whole, resumed, or with a reason why not.

import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { AgentOptions, ClientRequest, IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { LabError } from '../error.ts';

export interface DownloadOptions {
  /** Names of proxies are read from it: https_proxy, http_proxy, no_proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How long the server may take until it answers. Default 4000. */
  readonly answerWithinMs?: number;
  /** How long it may then be silent. Default 30 000. */
  readonly silentForMs?: number;
}

/** @param total bytes of the whole file, 0 when the server does not say */
type Progress = (done: number, total: number) => void;

const mostRedirects = 5;

/**
 * Fetches a small text.
 *
 * @throws LabError DOWNLOAD_FAILED or CANCELLED
 */
export async function downloadText(url: URL, maxBytes: number, options: DownloadOptions): Promise<string> {
  const response = await get(url, {}, options);
  if (response.statusCode !== 200) throw refused(url, response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`);
    }
  } catch (cause) {
    throw failed(url, cause, options);
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Fetches a file; what an earlier attempt left of it is continued if the server can do that.
 *
 * @returns when the server has sent all that it announced
 * @throws LabError DOWNLOAD_FAILED, with the part so far kept in `file`, or CANCELLED
 */
export async function downloadFile(
  url: URL,
  file: string,
  options: DownloadOptions,
  progress: Progress,
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const had = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const response = await get(url, had > 0 ? { Range: `bytes=${had}-` } : {}, options);
  const isRest = response.statusCode === 206 && rangeStart(response) === had;
  if (response.statusCode === 416 || (response.statusCode === 206 && !isRest)) {
    // Nothing behind what we have, or something else: the caller's checksum decides whether that is all.
    response.destroy();
    if (response.statusCode === 416 && rangeTotal(response) === had) return;
    rmSync(file, { force: true });
    return downloadFile(url, file, options, progress);
  }
  if (response.statusCode !== 200 && !isRest) throw refused(url, response);
  const begin = isRest ? had : 0;
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isFinite(length) ? begin + length : 0;
  let done = begin;
  // Written at once, so that what came before a connection broke is there for the next attempt.
  const fd = openSync(file, isRest ? 'a' : 'w');
  try {
    response.on('data', (chunk: Buffer) => {
      try {
        writeSync(fd, chunk);
      } catch (error) {
        // A full disk, for example.
        response.destroy(error as Error);
        return;
      }
      done += chunk.length;
      progress(done, total);
    });
    await finished(response, { signal: options.signal });
  } catch (cause) {
    throw failed(url, cause, options);
  } finally {
    response.destroy();
    closeSync(fd);
  }
  if (total > 0 && done !== total) throw failed(url, new Error(`it ended after ${done} of ${total} bytes`), options);
}

/** Connections that end early are continued, but not for ever. */
const attempts = 5;

/** The same, again and again while connections end early. @throws LabError as `downloadFile` */
export async function downloadWhole(
  url: URL,
  file: string,
  options: DownloadOptions,
  progress: Progress,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await downloadFile(url, file, options, progress);
      return;
    } catch (error) {
      const canGoOn = error instanceof LabError && error.code === 'DOWNLOAD_FAILED' && attempt < attempts;
      if (!canGoOn || /server said 4/.test(error.message)) throw error;
    }
  }
}

/** The answer to a GET, after redirects; its body is not read yet. */
async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  options: DownloadOptions,
  redirects = 0,
): Promise<IncomingMessage> {
  const response = await send(url, headers, options);
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response;
  response.destroy();
  const next = new URL(location, url);
  if (redirects === mostRedirects) throw failed(url, new Error('it leads elsewhere again and again'), options);
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw failed(url, new Error(`it leads to ${next}, which is not encrypted`), options);
  }
  return get(next, headers, options, redirects + 1);
}

async function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  options: DownloadOptions,
): Promise<IncomingMessage> {
  const { answerWithinMs = 4000, silentForMs = 30_000, env, signal } = options;
  // Loaded here: TLS takes a while, and most runs fetch nothing.
  const client = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const agent = new client.Agent({ proxyEnv: env } as AgentOptions);
  return new Promise((resolve, reject) => {
    const request: ClientRequest = client.request(url, {
      agent,
      signal,
      headers: { 'User-Agent': 'podlab', ...headers },
    });
    const late = setTimeout(
      () => request.destroy(new Error(`no answer within ${answerWithinMs / 1000} s`)),
      answerWithinMs,
    );
    request.on('response', (response) => {
      clearTimeout(late);
      response.setTimeout(silentForMs, () => {
        response.destroy(new Error(`nothing came for ${silentForMs / 1000} s`));
      });
      resolve(response);
    });
    request.on('error', (cause) => {
      clearTimeout(late);
      reject(failed(url, cause, options));
    });
    request.end();
  });
}

function failed(url: URL, cause: unknown, { signal }: DownloadOptions): LabError {
  if (signal.aborted) return new LabError('CANCELLED', `interrupted while fetching ${url}`);
  // A name with several addresses fails with one error for each.
  const errors = cause instanceof AggregateError ? cause.errors : [cause];
  const why = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  return new LabError('DOWNLOAD_FAILED', `${url} could not be fetched: ${[...new Set(why)].join('; ')}`, {
    hint: 'See whether this machine has a way to it; behind a proxy, set https_proxy.',
    cause,
  });
}

function refused(url: URL, response: IncomingMessage): LabError {
  response.destroy();
  const status = `${response.statusCode} ${response.statusMessage ?? ''}`.trim();
  return new LabError('DOWNLOAD_FAILED', `${url} could not be fetched: the server said ${status}`, {
    hint: response.statusCode === 404 ? 'See whether there is such a version.' : '',
  });
}

function rangeStart(response: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}

function rangeTotal(response: IncomingMessage): number {
  return Number(/\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}
