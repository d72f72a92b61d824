// Where a workshop's server listens, and by which certificate it is known there.

import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { LabError } from '../error.ts';
import { readTextIfExists, writeFileAtomic } from '../host/files.ts';
import { bareHost, makeCertificate, type ServerCertificate } from '../web/self-signed.ts';
import type { ListenPlace } from '../web/server.ts';
import type { App } from './app.ts';
import type { VerbInput } from './command.ts';

/** Long enough for a workshop, short enough to be forgotten. */
const days = 30;
const everywhere = ['0.0.0.0', '::'];

/** Undefined for loopback without TLS. @throws LabError USAGE, NOT_FOUND */
export async function placeOf(
  app: App,
  workshop: string,
  options: VerbInput['options'],
): Promise<ListenPlace | undefined> {
  const { listen, name, cert, key } = options as Readonly<Record<string, string | undefined>>;
  const isOwn = options.selfSigned === true;
  if ((cert === undefined) !== (key === undefined) || (isOwn && cert !== undefined)) {
    throw new LabError('USAGE', 'a certificate needs --cert and --key together, or --self-signed alone');
  }
  const hasTls = isOwn || cert !== undefined;
  if (listen === undefined && !hasTls) return undefined;
  const address = bareHost(listen ?? '127.0.0.1');
  const isLoopback = address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
  if (!hasTls && !isLoopback) {
    throw new LabError('USAGE', `${address} can be reached from other machines, so it needs TLS`, {
      hint: 'Add --self-signed, or --cert FILE and --key FILE.',
    });
  }
  const given = (name ?? '').split(',').filter((one) => one !== '');
  for (const one of given) checkName(one);
  const own = everywhere.includes(address) ? addressesOf() : [address];
  const names = [...new Set([...given, ...own, ...(isLoopback ? ['localhost'] : [])].map(urlHost))];
  return { address, names, tls: isOwn ? await ownCertificate(app, workshop, names) : givenCertificate(cert, key) };
}

/**
 * The workshop's own certificate, made once and kept: its fingerprint stands on the cards.
 *
 * @param names further names to be good for; without a certificate for them a new one is made
 */
export async function ownCertificate(app: App, workshop: string, names: readonly string[]): Promise<ServerCertificate> {
  const path = join(app.paths.state, 'fleet', `${workshop}.certificate.json`);
  const known = parseKept(readTextIfExists(path));
  // Clients hold it to its fingerprint, so a name more or less is no reason for new cards.
  if (known !== undefined) return known;
  const made = await makeCertificate(names, Date.now(), days);
  writeFileAtomic(path, `${JSON.stringify({ version: 1, ...made })}\n`);
  return made;
}

function parseKept(text: string | undefined): ServerCertificate | undefined {
  if (text === undefined) return undefined;
  try {
    const { cert, key } = JSON.parse(text) as Partial<ServerCertificate>;
    return typeof cert === 'string' && typeof key === 'string' ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

function givenCertificate(certFile: string | undefined, keyFile: string | undefined): ListenPlace['tls'] {
  if (certFile === undefined || keyFile === undefined) return undefined;
  const [cert, key] = [certFile, keyFile].map((file) => {
    const text = readTextIfExists(file);
    if (text === undefined) throw new LabError('NOT_FOUND', `there is no file ${file}`);
    return text;
  }) as [string, string];
  try {
    tls.createSecureContext({ cert, key });
  } catch (cause) {
    throw new LabError('USAGE', `${certFile} and ${keyFile} are no certificate and its key, in PEM`, { cause });
  }
  return { cert, key };
}

function checkName(name: string): void {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name) || /^[0-9a-f:.]+$/i.test(name)) return;
  throw new LabError('USAGE', `--name: ${name} is no host name`);
}

function addressesOf(): readonly string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  // Link-local addresses need the name of an interface, which no browser takes.
  const good = found.filter(({ address }) => !address.startsWith('fe80:'));
  const isFar = ({ internal }: (typeof found)[number]) => !internal;
  return [...good.filter(isFar), ...good.filter((one) => !isFar(one))].map(({ address }) => address);
}

function urlHost(name: string): string {
  return name.includes(':') && !name.startsWith('[') ? `[${name.toLowerCase()}]` : name.toLowerCase();
}
