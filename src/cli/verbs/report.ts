// podlab report: tell a workshop's server what happens at this seat, or stop telling it.

import { rmSync } from 'node:fs';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { hearWord, readSettings, type Sent, settingsFile, writeSettings } from '../reporting.ts';
import { roomName } from '../stack-files.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const stack = await roomName(app, options.stack as string | undefined);
  if (options.off === true) rmSync(settingsFile(app, stack), { force: true });
  if (args[0] !== undefined) {
    const url = serverOf(args[0]);
    const certificate = await certificateOf(url, options.fingerprint as string | undefined);
    const token = await tokenOf(app, options.tokenFile as string | undefined);
    writeSettings(app, stack, { url, token, known: 0, certificate });
  }
  const url = readSettings(app, stack)?.url ?? '';
  const sent = await hearWord(app, stack);
  app.answer(options.json === true, { stack, url, ...sent }, () => `${stack}: ${inWords(url, sent)}\n`);
  return sent.state === 'sent' || sent.state === 'off' ? exitCodes.done : exitCodes.no;
}

function inWords(url: string, { state, waiting, why }: Sent): string {
  if (state === 'off') return 'reports to nobody';
  return state === 'sent' ? `reports to ${url}, which has everything` : `${why}; ${waiting} reports wait`;
}

/** @throws LabError USAGE */
function serverOf(word: string): string {
  const url = URL.parse(word);
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return new URL('./', url).href;
  throw new LabError('USAGE', `${word} is no address of a workshop's server`, {
    hint: 'Write https://…; http only for this machine, since the token would be readable on the way.',
  });
}

/**
 * What the server shows, if it is what the card says; '' when an authority is to vouch for it.
 * @throws LabError USAGE, TIMEOUT
 */
async function certificateOf(url: string, fingerprint: string | undefined): Promise<string> {
  if (fingerprint === undefined) return '';
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'https:') throw new LabError('USAGE', '--fingerprint is for addresses that begin with https');
  const { shownCertificate } = await import('../../host/https.ts');
  const { bareHost, isSameFingerprint } = await import('../../web/self-signed.ts');
  const shown = await shownCertificate(bareHost(hostname), Number(port || 443), 10_000).catch((cause: Error) => {
    throw new LabError('TIMEOUT', `${url} cannot be reached (${cause.message})`, { cause, hint: 'Try again later.' });
  });
  if (isSameFingerprint(shown.fingerprint, fingerprint)) return shown.certificate;
  throw new LabError('USAGE', `${url} shows another certificate than your card says: ${shown.fingerprint}`, {
    hint: 'Compare the fingerprint with your card. If they differ, tell the instructor: somebody may be in between.',
  });
}

/** From a file or the environment, or asked for; never from the command line, which everybody on the machine can read. */
async function tokenOf(app: App, file: string | undefined): Promise<string> {
  const given = file === undefined ? app.env.PODLAB_TOKEN : (readTextIfExists(file) ?? '');
  const token = (given ?? (await askToken(app))).trim();
  if (/^[\w-]{20,100}$/.test(token)) return token;
  throw new LabError('USAGE', 'that is no token', { hint: 'Copy the token from your card, without the address.' });
}

async function askToken(app: App): Promise<string> {
  if (app.stdin.isTTY !== true) {
    throw new LabError('USAGE', 'no token', { hint: 'Name a file with --token-file, or set PODLAB_TOKEN.' });
  }
  const { password } = await import('inquirer').then(({ default: inquirer }) =>
    inquirer.prompt([{ type: 'password', name: 'password', message: 'Token on your card:', mask: true }]),
  );
  return password;
}
