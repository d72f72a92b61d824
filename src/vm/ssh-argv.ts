// Command lines of OpenSSH's client for virtual machines; pure.

import type { Argv } from '../host/host.ts';
import { quoteCommand } from '../host/run.ts';

export interface SshTarget {
  /** The node's name as in the stack file. */
  readonly name: string;
  /** An IPv4 address, or a name that the machine podlab runs on, or the one it jumps over, knows. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** File with the private key. */
  readonly identityFile: string;
  /** File with the line that `knownHost` makes; nobody else's key is accepted. */
  readonly knownHostsFile: string;
  /** Under which name the key is pinned: addresses are the same in every room. */
  readonly hostKeyAlias: string;
  /** Socket of the connection that commands share; at most 90 bytes, because ssh makes longer names of it. */
  readonly controlPath: string;
  /**
   * `user@host` or `user@host:port` of the machine that the room stands on, when that is another one. Reached as the person's
   * own configuration of ssh says. '' for this machine.
   */
  readonly jump: string;
}

/** The line of a known_hosts file that pins a machine's key. */
export function knownHost(alias: string, publicKey: string): string {
  const [type = '', key = ''] = publicKey.trim().split(/\s+/);
  return `${alias} ${type} ${key}\n`;
}

/** Opens the connection that later commands share, by a command that does nothing. */
export function sshMasterArgv(target: SshTarget): Argv {
  return [
    'ssh',
    ...optionsOf(target),
    '-o',
    'ControlMaster=auto',
    '-o',
    'ControlPersist=60',
    '-T',
    ...at(target),
    'true',
  ];
}

/** @param command for the shell of the machine */
export function sshArgv(target: SshTarget, command: string): Argv {
  return ['ssh', ...optionsOf(target), '-o', 'ControlMaster=no', '-T', ...at(target), command];
}

/** With the terminal handed over. @param isTerminal whether the program gets a terminal there */
export function sshInteractiveArgv(target: SshTarget, command: Argv, isTerminal: boolean): Argv {
  const terminal = isTerminal ? '-tt' : '-T';
  return ['ssh', ...optionsOf(target), '-o', 'ControlMaster=no', terminal, ...at(target), quoteCommand(command)];
}

/** Standard input and output become a TCP connection to an address that the machine can reach. */
export function sshConnectArgv(target: SshTarget, host: string, port: number): Argv {
  const address = host.includes(':') ? `[${host}]` : host;
  return ['ssh', ...optionsOf(target), '-o', 'ControlMaster=no', '-T', '-W', `${address}:${port}`, ...at(target)];
}

/** Ends the connection that commands share. */
export function sshExitArgv(target: SshTarget): Argv {
  return ['ssh', ...optionsOf(target), '-O', 'exit', ...at(target)];
}

export interface RemoteRun {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Tells this run from all others: letters and digits. */
  readonly id: string;
}

/**
 * What the machine's shell is told. The program ends with all that it has started at its time limit, also when nobody is
 * there any more to say so; a signal that ends it becomes 128 and its number, as in any shell.
 */
export function remoteCommand({ argv, env, timeoutMs, id }: RemoteRun): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  // timeout(1) leads a process group: its process id is what to kill.
  const noted = `echo $PPID >${groupFile(id)}; exec "$@"`;
  const limit = ['timeout', '--signal=KILL', `${Math.max(0.001, timeoutMs / 1000)}`];
  const words = [...limit, 'sh', '-c', noted, 'sh', 'env', ...variables, ...argv];
  return `${quoteCommand(words)}; code=$?; rm -f ${groupFile(id)}; exit $code`;
}

/** Ends what a `remoteCommand` of the same id has started. */
export function remoteKill(id: string): string {
  // No `--`: after a signal's name dash takes it for a number.
  return `kill -KILL "-$(cat ${groupFile(id)})" 2>/dev/null; rm -f ${groupFile(id)}`;
}

function groupFile(id: string): string {
  return `/run/podlab-run.${id}`;
}

function at({ user, address }: SshTarget): readonly string[] {
  return ['--', `${user}@${address}`];
}

function optionsOf(target: SshTarget): readonly string[] {
  const options = {
    // Nothing of a person's own configuration changes how podlab reaches its machines.
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: pathValue(target.knownHostsFile),
    GlobalKnownHostsFile: '/dev/null',
    HostKeyAlias: target.hostKeyAlias,
    UpdateHostKeys: 'no',
    IdentitiesOnly: 'yes',
    IdentityFile: pathValue(target.identityFile),
    IdentityAgent: 'none',
    PreferredAuthentications: 'publickey',
    ForwardAgent: 'no',
    ControlPath: pathValue(target.controlPath),
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '8',
    EscapeChar: 'none',
    LogLevel: 'ERROR',
    Port: `${target.port}`,
    ...(target.jump === '' ? {} : { ProxyCommand: quoteCommand(jumpArgv(target.jump)) }),
  };
  return ['-F', 'none', ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

// A ProxyJump would be told `-F none` as well; how to reach that machine is in the person's own configuration.
function jumpArgv(jump: string): readonly string[] {
  const [, host = jump, port] = /^(.*?)(?::(\d+))?$/.exec(jump) ?? [];
  return ['ssh', '-o', 'BatchMode=yes', '-W', '[%h]:%p', ...(port === undefined ? [] : ['-p', port]), '--', host];
}

/** ssh splits such values at blanks and replaces what stands behind a percent sign. */
function pathValue(path: string): string {
  if (/["\\\n$]/.test(path)) throw new RangeError(`a path that ssh can't be told: ${JSON.stringify(path)}`);
  return `"${path.replaceAll('%', '%%')}"`;
}
