// How a program is started on the machine that libvirt runs on: here, or by the person's own SSH.

import type { Argv } from '../host/host.ts';
import { quoteCommand } from '../host/run.ts';
import { sshHostOf } from './libvirt-uri.ts';

/** The command line that starts a program on libvirt's machine. */
export function enterHost(uri: string, argv: Argv, env: Readonly<Record<string, string>>, isTerminal = false): Argv {
  const words = ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv] as const;
  const host = sshHostOf(uri);
  if (host === undefined) return words as readonly string[] as Argv;
  const { user, port } = host;
  const login = user === undefined ? host.host : `${user}@${host.host}`;
  const where = [...(port === undefined ? [] : ['-p', `${port}`]), '--', login];
  return ['ssh', '-o', 'BatchMode=yes', isTerminal ? '-tt' : '-T', ...where, quoteCommand(words)];
}
