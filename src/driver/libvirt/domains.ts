// What libvirt has of a room, asked by virsh on libvirt's machine.

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { Topology } from '../../topology/topology.ts';
import { libvirtFault } from './pulumi-errors.ts';

export interface RoomInLibvirt {
  /** Node → its machine's state in libvirt's words; nodes without a machine are absent. */
  readonly machines: ReadonlyMap<string, string>;
  /** Network → whether it is active; absent when it is not defined. */
  readonly networks: ReadonlyMap<string, boolean>;
}

/** All that a libvirt has, by its own names. */
export interface AllInLibvirt {
  readonly domains: ReadonlyMap<string, string>;
  readonly networks: ReadonlyMap<string, boolean>;
}

/** @throws LabError as `virsh` */
export async function roomInLibvirt(topology: Topology, host: Executor): Promise<RoomInLibvirt> {
  return roomAmong(topology, await askLibvirt(host));
}

/** @throws LabError as `virsh` */
export async function askLibvirt(host: Executor): Promise<AllInLibvirt> {
  const [domains, networks] = await Promise.all([virsh(host, 'list', '--all'), virsh(host, 'net-list', '--all')]);
  return {
    domains: new Map(rows(domains).map(([, name = '', ...state]) => [name, state.join(' ')])),
    networks: new Map(rows(networks).map(([name = '', state]) => [name, state === 'active'])),
  };
}

export function roomAmong(topology: Topology, { domains, networks }: AllInLibvirt): RoomInLibvirt {
  const names = libvirtNames(topology);
  return {
    machines: pick(domains, names.nodes, ({ domain }) => domain),
    networks: pick(networks, names.networks, ({ name }) => name),
  };
}

/** Standard output. @throws LabError HOST_UNSUITABLE when libvirt can't be asked, COMMAND_FAILED when it refuses */
export async function virsh(host: Executor, ...words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr, timedOut } = await host.run(['virsh', '--quiet', ...words], {
    env: { LC_ALL: 'C' },
    timeoutMs: 120_000,
  });
  if (exitCode === 0) return stdout;
  if (exitCode === 127) {
    throw new LabError('HOST_UNSUITABLE', 'virsh is missing on the machine that libvirt runs on', {
      hint: 'Install the package libvirt-clients.',
    });
  }
  const said = timedOut ? 'no answer in time' : stderr.trim();
  throw libvirtFault(said) ?? new LabError('COMMAND_FAILED', `virsh ${words.join(' ')}: ${said}`);
}

function rows(table: string): readonly (readonly string[])[] {
  return table
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
}

function pick<N, V>(
  known: ReadonlyMap<string, V>,
  things: ReadonlyMap<string, N>,
  nameOf: (thing: N) => string,
): ReadonlyMap<string, V> {
  return new Map(
    [...things].flatMap(([key, thing]) => {
      const value = known.get(nameOf(thing));
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
