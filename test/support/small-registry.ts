// A container registry on loopback, as far as a client that pulls needs one (OCI distribution specification 1.1, "pull").

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract as createExtract } from 'tar-stream';
import { packLayer } from '../../src/toolchain/layer.ts';
import { writeOciArchive } from '../../src/toolchain/oci-archive.ts';

/** What it does with a request; returns whether it has answered. */
export type Behaviour = (request: Asked, response: ServerResponse) => boolean;

export interface Asked {
  readonly method: string;
  /** `manifests`, `blobs`, or `ping`. */
  readonly what: string;
  /** Of a repository, without the registry. */
  readonly name: string;
  /** Tag or digest. */
  readonly reference: string;
  /** Of the blob or manifest; empty when there is none. */
  readonly content: Buffer;
  readonly headers: IncomingMessage['headers'];
}

export interface SmallRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly asked: Asked[];
  /** Replaces what it does; undefined for what a registry should do. */
  behaviour: Behaviour | undefined;
  /** Adds an image that podlab's own assembler made, of some bytes. @param name without the registry, with its tag */
  add(name: string, bytes?: number): Promise<void>;
  close(): void;
}

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export async function startSmallRegistry(): Promise<SmallRegistry> {
  const blobs = new Map<string, Buffer>();
  /** `name:tag` → what it names. */
  const tags = new Map<string, string>();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const one = understand(request, blobs, tags);
    asked.push(one);
    if (registry.behaviour?.(one, response) === true) return;
    answer(one, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const registry: SmallRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    behaviour: undefined,
    add: async (name, bytes = 300_000) => {
      const colon = name.lastIndexOf(':');
      const { index, members } = await assembled(name, bytes);
      for (const content of [index, ...members]) blobs.set(digestOf(content), content);
      tags.set(`${name.slice(0, colon)}:${name.slice(colon + 1)}`, digestOf(index));
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return registry;
}

/** What a registry should do. */
export function answer({ method, what, content }: Asked, response: ServerResponse): void {
  if (what === 'ping') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    return;
  }
  if (content.length === 0) {
    response.writeHead(404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: what === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN' }] }));
    return;
  }
  const type = what === 'blobs' ? 'application/octet-stream' : typeOf(content);
  const head = { 'Content-Type': type, 'Content-Length': content.length, 'Docker-Content-Digest': digestOf(content) };
  response.writeHead(200, head).end(method === 'HEAD' ? undefined : content);
}

/** As registries that hand out tokens to anybody: asks for one first, and knows the one that it gave. */
export function tokenBehaviour(registry: SmallRegistry): Behaviour {
  return ({ what, headers, name }, response) => {
    if (what === 'token') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ token: 'small-token' }));
      return true;
    }
    if (headers.authorization === 'Bearer small-token') return false;
    const realm = `http://${registry.host}/token`;
    const challenge = `Bearer realm="${realm}",service="small",scope="repository:${name}:pull"`;
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    return true;
  };
}

function understand(
  request: IncomingMessage,
  blobs: ReadonlyMap<string, Buffer>,
  tags: ReadonlyMap<string, string>,
): Asked {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
  const [, name = '', what, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
  const digest = reference.startsWith('sha256:') ? reference : tags.get(`${name}:${reference}`);
  return {
    method: request.method ?? '',
    what: what ?? (pathname === '/token' ? 'token' : 'ping'),
    name: name === '' ? (searchParams.get('scope') ?? '') : name,
    reference,
    content: blobs.get(digest ?? '') ?? Buffer.alloc(0),
    headers: request.headers,
  };
}

/** An image of two layers, out of an archive as podlab's assembler writes them. */
async function assembled(
  name: string,
  bytes: number,
): Promise<{ readonly index: Buffer; readonly members: readonly Buffer[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-registry-'));
  try {
    const file = join(dir, 'image.tar');
    const layers = [
      await packLayer([{ type: 'text', path: 'etc/name', text: `${name}\n` }], join(dir, '0')),
      await packLayer([{ type: 'noise', path: 'noise', bytes }], join(dir, '1')),
    ];
    await writeOciArchive(file, name, { entrypoint: ['/noise'], cmd: [], path: '/bin' }, layers);
    const extract = createExtract();
    extract.end(readFileSync(file));
    const members = new Map<string, Buffer>();
    for await (const entry of extract) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      members.set(entry.header.name, Buffer.concat(chunks));
    }
    const index = members.get('index.json') ?? Buffer.alloc(0);
    return { index, members: [...members.values()] };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function typeOf(content: Buffer): string {
  return 'manifests' in JSON.parse(content.toString('utf8')) ? indexType : manifestType;
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
