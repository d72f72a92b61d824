// What can be said of a room of virtual machines: from what podlab remembers and what libvirt has.

import { LabError } from '../../error.ts';
import type { VmRecord } from '../../infra/vm-record.ts';
import type { RoomStatus } from '../driver.ts';
import type { RoomInLibvirt } from './domains.ts';

/**
 * @param record undefined when podlab remembers nothing
 * @param found what libvirt has, or why it can't be asked
 * @param isBusy whether a podlab is at it
 */
export function vmStatus(
  stack: string,
  record: VmRecord | undefined,
  found: RoomInLibvirt | LabError,
  isBusy: boolean,
): RoomStatus {
  const machines = found instanceof LabError ? new Map<string, string>() : found.machines;
  const status = {
    stack,
    driver: 'libvirt',
    engine: record?.topology.engine ?? 'none',
    reason: '',
    file: record?.file ?? '',
    owner: 0,
    since: record?.since ?? 0,
    from: '',
    nodes: (record?.topology.nodes ?? []).map(({ name, nics }) => ({
      name,
      addresses: nics.map(({ ip, prefix }) => `${ip}/${prefix}`),
      ...howIs(machines.get(name) ?? (isBusy || found instanceof LabError ? 'not known' : 'gone')),
    })),
  } as const;
  if (record === undefined) return { ...status, state: 'down' };
  if (isBusy) return { ...status, state: 'starting' };
  if (found instanceof LabError) return { ...status, state: 'broken', reason: found.message };
  if (!record.complete) return { ...status, state: 'broken', reason: 'it was interrupted while it was being made' };
  if (found.machines.size === 0 && found.networks.size === 0) return { ...status, state: 'down' };
  const faults = faultsOf(record, found);
  return faults.length === 0 ? { ...status, state: 'up' } : { ...status, state: 'broken', reason: faults.join(', ') };
}

function howIs(state: string): { readonly running: boolean; readonly state?: string } {
  return state === 'running' ? { running: true } : { running: false, state };
}

function faultsOf({ topology }: VmRecord, { machines, networks }: RoomInLibvirt): readonly string[] {
  const off = topology.nodes.flatMap(({ name }) => {
    const state = machines.get(name);
    return state === 'running' ? [] : [`node ${name} is ${state ?? 'gone'}`];
  });
  const stopped = topology.networks.flatMap(({ name }) => {
    const active = networks.get(name);
    return active === true ? [] : [`network ${name} is ${active === undefined ? 'gone' : 'not active'}`];
  });
  return [...off, ...stopped];
}
