// The one cable from a room to the machine's own network: made only for root and `uplink: true`, taken back by `down`.

import { createHash } from 'node:crypto';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import type { Argv } from '../../host/host.ts';
import { quoteCommand, runProgram } from '../../host/run.ts';
import { cidrAround, cidrOf, formatCidr, nthAddress, overlaps } from '../../net/cidr.ts';
import { ifaceName } from '../../net/iface-name.ts';
import { formatIp } from '../../net/ipv4.ts';
import type { PlanStep } from '../driver.ts';

/** RFC 2544's range for benchmarks, which nobody routes; each room's cable takes four addresses of it. */
const pool = cidrOf('198.18.0.0/15');

export interface UplinkPlan {
  readonly cidr: string;
  /** On `localhost` and on `gateway`, in order. `{gateway}` stands for the process id of the gateway. */
  readonly steps: readonly PlanStep[];
  /** On this machine, in the order in which they are run. What is gone already counts as undone. */
  readonly undo: readonly Argv[];
}

/** Pure; the addresses follow from the stack's name. */
export function planUplink(stack: string): UplinkPlan {
  const cidr = blockOf(stack);
  const [here, there] = [1, 2].map((index) => formatIp(nthAddress(cidr, index)));
  const iface = ifaceName('podlab', stack);
  const table = `podlab_${stack.replaceAll('-', '_')}`;
  const ruleset = [
    `table ip ${table} {`,
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ip saddr ${formatCidr(cidr)} oifname != "${iface}" masquerade`,
    '  }',
    '}',
    '',
  ].join('\n');
  const step = (on: string, run: Argv, input = ''): PlanStep => ({ on, run, input });
  return {
    cidr: formatCidr(cidr),
    steps: [
      step('localhost', [
        'ip',
        'link',
        'add',
        'name',
        iface,
        'type',
        'veth',
        'peer',
        'name',
        'uplink',
        'netns',
        '{gateway}',
      ]),
      step('localhost', ['ip', 'addr', 'add', `${here}/30`, 'dev', iface]),
      step('localhost', ['ip', 'link', 'set', iface, 'up']),
      step('localhost', ['nft', '-f', '-'], ruleset),
      step('localhost', ['sysctl', '-qw', 'net.ipv4.ip_forward=1']),
      step('gateway', ['ip', 'addr', 'add', `${there}/30`, 'dev', 'uplink']),
      step('gateway', ['ip', 'link', 'set', 'uplink', 'up']),
      step('gateway', ['ip', 'route', 'add', 'default', 'via', here ?? '']),
    ],
    undo: [
      ['nft', 'delete', 'table', 'ip', table],
      ['ip', 'link', 'delete', iface],
    ],
  };
}

/** @throws LabError HOST_UNSUITABLE when this machine routes the cable's addresses somewhere else already */
export function refuseTakenUplink(stack: string, routes: readonly { cidr: string; dev: string }[]): void {
  const block = blockOf(stack);
  // A room whose builder was killed may still have its cable; it goes before another one is made.
  const own = ifaceName('podlab', stack);
  const taken = routes.find((route) => route.dev !== own && overlaps(cidrOf(route.cidr), block));
  if (taken === undefined) return;
  throw new LabError(
    'HOST_UNSUITABLE',
    `uplink of "${stack}": ${formatCidr(block)} overlaps the route ${taken.cidr} of ${taken.dev}`,
    {
      hint: 'Give the stack another name: the addresses of the uplink follow from it.',
    },
  );
}

/** Runs commands on this machine. @throws LabError COMMAND_FAILED at the first that fails */
export async function applyOnMachine(argv: Argv, input: string, path: string): Promise<void> {
  const options = { env: { PATH: path, LC_ALL: 'C.UTF-8' }, ...(input === '' ? {} : { input }) };
  const { exitCode, stderr } = await runProgram(argv, options);
  if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `${quoteCommand(argv)}: ${stderr.trim()}`);
}

/** Runs what undoes; the messages of what could not be undone. What is gone already counts as undone. */
export async function undoOnMachine(undo: readonly Argv[], path: string): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const argv of undo) {
    const { exitCode, stderr } = await runProgram(argv, { env: { PATH: path, LC_ALL: 'C.UTF-8' } });
    const isGone = /Cannot find device|No such file or directory/.test(stderr);
    if (exitCode !== 0 && !isGone) failures.push(`${quoteCommand(argv)}: ${stderr.trim()}`);
  }
  return failures;
}

/** Turns forwarding off again where it was off before: a part of `undo`. */
const undoForwarding: Argv = ['sysctl', '-qw', 'net.ipv4.ip_forward=0'];

/** Forwarding serves all rooms with an uplink: each of them undoes it if podlab has turned it on, and the last one does so. */
export function undoOfUplink(stack: string, others: readonly (readonly Argv[])[]): readonly Argv[] {
  const isOurs = !isForwarding() || others.some((undo) => undo.some(isUndoForwarding));
  return [...planUplink(stack).undo, ...(isOurs ? [undoForwarding] : [])];
}

/** What of `undo` is to be done while these other rooms stand. */
export function dueUndo(undo: readonly Argv[], others: readonly (readonly Argv[])[]): readonly Argv[] {
  const isShared = others.some((other) => other.length > 0);
  return undo.filter((argv) => !(isShared && isUndoForwarding(argv)));
}

function isUndoForwarding(argv: Argv): boolean {
  return argv.join() === undoForwarding.join();
}

/** Whether this machine forwards IPv4 packets now. */
function isForwarding(): boolean {
  return readTextIfExists('/proc/sys/net/ipv4/ip_forward')?.trim() === '1';
}

/** The machine's name servers that can be reached from a room: those on loopback can't. */
export function uplinkResolvConf(): string {
  // systemd-resolved keeps the real servers in a file of its own and puts a loopback address into /etc/resolv.conf.
  const sources = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'];
  const lines = sources.flatMap((path) => (readTextIfExists(path) ?? '').split('\n'));
  const servers = lines.filter((line) => /^nameserver \d/.test(line) && !line.startsWith('nameserver 127.'));
  return [...new Set(servers), ''].join('\n');
}

function blockOf(stack: string) {
  const index = createHash('sha256').update(stack).digest().readUInt16BE(0) >> 1; // 2^15 blocks of four in a /15
  return cidrAround(nthAddress(pool, index * 4), 30);
}
