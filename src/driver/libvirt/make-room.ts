// Makes, changes and removes a room of virtual machines by its Pulumi program.

import type { Phase } from '../../cluster/phases.ts';
import { LabError } from '../../error.ts';
import { forgetVmRecord, keepVmRecord, readVmRecord, type VmRecord } from '../../infra/vm-record.ts';
import type { Reporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Change } from '../driver.ts';
import type { DriverOptions } from '../driver-options.ts';
import { requireSpace } from './free-space.ts';
import { gatherRoom, programOf, type RoomRequest } from './gather-room.ts';
import { removeLeftovers } from './leftovers.ts';
import { lostResources } from './lost.ts';
import { renewedNetworks } from './moved.ts';
import { proveMachines } from './prove-room.ts';
import { neverConnected, pulumiFault } from './pulumi-errors.ts';
import { followPulumi, type Progress } from './pulumi-progress.ts';
import { type IfMissing, type KnownResource, openPulumi, type PulumiRoom } from './pulumi-stack.ts';
import { isUntouched } from './untouched.ts';
import { hostExecutor } from './way-in.ts';

export interface Made {
  readonly phases: readonly Phase[];
  /** Whether nobody can have worked on any of its machines before. */
  readonly isUntouched: boolean;
}

/** @param anew gives every machine a new disk, and so a new life */
export async function makeRoom(request: RoomRequest, anew: boolean, reporter: Reporter): Promise<Made> {
  const { topology, paths, signal } = request;
  const { stack } = topology;
  const begun = performance.now();
  const earlier = readVmRecord(paths.state, stack);
  const { settings, record } = await gatherRoom(request, false, reporter);
  const gathered = { name: 'prepare', ms: Math.round(performance.now() - begun) };
  const room = await openOrFail(request, 'make');
  const { known, cut } = await settle(room, request, earlier, reporter);
  // Before the first thing is made, so that what is left of it can be found.
  const neverReady = earlier === undefined || earlier.neverReady === true;
  keepVmRecord(paths.state, { ...record, complete: false, neverReady }, settings.keys);
  const work = async () => {
    await requireSpace(topology, settings, hostExecutor(settings.uri, request), known);
    const disks = anew ? known.filter(isDisk).map(({ urn }) => urn) : [];
    const renewed = await renewedNetworks(earlier, topology, async () => known);
    const program = await programOf(topology, settings);
    return follow(request, reporter, `Pulumi makes ${stack}`, (onEvent) =>
      room.up(program, onEvent, [...disks, ...cut, ...renewed]),
    );
  };
  const progress = await work().catch(async (error) => {
    if (earlier === undefined) await forgetIfEmpty(room, request, record, error, reporter);
    throw error;
  });
  if (signal.aborted) throw interrupted(stack);
  const proof = await proveMachines(request, settings, record, reporter);
  keepVmRecord(paths.state, record, settings.keys);
  return {
    phases: [gathered, ...progress.phases, ...proof],
    isUntouched: isUntouched(earlier, topology.nodes, progress.changes),
  };
}

export async function previewRoom(request: RoomRequest, reporter: Reporter): Promise<readonly Change[]> {
  const { settings } = await gatherRoom(request, true, reporter);
  const room = await openOrFail(request, 'pretend');
  try {
    const program = await programOf(request.topology, settings);
    const title = `Pulumi looks at ${request.topology.stack}`;
    const earlier = readVmRecord(request.paths.state, request.topology.stack);
    const { changes } = await follow(request, reporter, title, async (onEvent) => {
      const renewed = await renewedNetworks(earlier, request.topology, () => room.resources());
      await room.preview(program, onEvent, renewed);
    });
    return changes;
  } finally {
    room.stopPretending();
  }
}

/** From any half-made state; true when there was something. */
export async function removeRoom(options: DriverOptions, stack: string, reporter: Reporter): Promise<boolean> {
  const { paths } = options;
  const record = readVmRecord(paths.state, stack);
  const request = { ...options, topology: { stack } };
  const room = await open(request, 'leave');
  if (room === undefined && record === undefined) return false;
  if (room === undefined && record?.from === '') {
    throw new LabError('NOT_FOUND', `stack "${stack}" was made by "pulumi up", and its state is not in this backend`, {
      hint: `Run "pulumi destroy --stack ${stack}" where it was made.`,
    });
  }
  if (room !== undefined) {
    const title = `Pulumi removes ${stack}`;
    const destroy = (refresh: boolean) => follow(request, reporter, title, (onEvent) => room.destroy(onEvent, refresh));
    try {
      await destroy(false);
    } catch (error) {
      // Something of it may be gone by other means. Not when libvirt itself can't be asked.
      if (options.signal.aborted || !(error instanceof LabError) || error.code !== 'COMMAND_FAILED') throw error;
      reporter.warn(`${error.message}; asking libvirt what is still there`);
      if (record !== undefined) await clean(record, options, await room.resources(), reporter);
      await destroy(true);
    }
  }
  if (record !== undefined) await clean(record, options, [], reporter);
  await room?.remove();
  forgetVmRecord(paths.state, stack);
  return true;
}

type Opened = DriverOptions & { readonly topology: Pick<Topology, 'stack'> };

async function open(request: Opened, ifMissing: IfMissing): Promise<PulumiRoom | undefined> {
  const { topology, paths } = request;
  return translated(request, () => openPulumi({ ...request, stack: topology.stack, stateDir: paths.state }, ifMissing));
}

async function openOrFail(request: Opened, ifMissing: IfMissing): Promise<PulumiRoom> {
  const room = await open(request, ifMissing);
  if (room === undefined) throw new Error('a stack that was to be made is not there');
  return room;
}

/**
 * An update that was cut off, or a network that could be defined but not started, leaves things that the stack does not
 * know, and that would stand in the way of the next. Not for rooms made by hand: their stack may be in another backend.
 * What the stack knows and libvirt has lost would never be made again, because Pulumi looks only at what it remembers.
 *
 * @returns what the stack knows now; and of that the machines that hung on a network that is lost: they have no cable any more, and
 *   must become new with it
 */
async function settle(
  room: PulumiRoom,
  request: RoomRequest,
  earlier: VmRecord | undefined,
  reporter: Reporter,
): Promise<{ readonly known: readonly KnownResource[]; readonly cut: readonly string[] }> {
  return translated(request, async () => {
    const known = await room.resources();
    if (earlier === undefined || earlier.from === '') return { known, cut: [] };
    await clean(earlier, request, known, reporter);
    await room.forgetPending();
    const { urns, names, cut } = await lostResources(earlier, hostExecutor(earlier.uri, request), known);
    if (urns.length === 0) return { known, cut };
    reporter.warn(`${names.join(', ')}: not in libvirt any more, and made again`);
    await room.refresh(urns);
    return { known: await room.resources(), cut };
  });
}

/** A first run that has made nothing leaves nothing to go on from. */
async function forgetIfEmpty(
  room: PulumiRoom,
  request: RoomRequest,
  record: VmRecord,
  error: unknown,
  reporter: Reporter,
): Promise<void> {
  try {
    const known = await room.resources();
    if (known.some(({ type }) => type.startsWith('libvirt:'))) return;
    const isAsked = known.some(({ type }) => type === 'pulumi:providers:libvirt');
    // What failed may have left something behind all the same. Not where nobody got as far as asking libvirt for it.
    if (isAsked && !(error instanceof LabError && neverConnected(error))) await clean(record, request, [], reporter);
    await room.remove();
    forgetVmRecord(request.paths.state, record.topology.stack);
  } catch {
    // Why the run failed is what counts; what is left can still be removed by "podlab down".
  }
}

async function clean(
  record: VmRecord,
  options: DriverOptions,
  known: readonly KnownResource[],
  reporter: Reporter,
): Promise<void> {
  const removed = await removeLeftovers(record, hostExecutor(record.uri, options), known);
  for (const name of removed) reporter.info(`removed ${name}, which an interrupted run had left behind`);
}

async function follow(
  request: Opened,
  reporter: Reporter,
  title: string,
  work: (onEvent: Progress['onEvent']) => Promise<void>,
): Promise<Progress> {
  const progress = followPulumi(reporter);
  await reporter.step(title, () =>
    translated(request, () => work(progress.onEvent).finally(progress.end), progress.errors),
  );
  return progress;
}

/** @param errors what the engine has told meanwhile; better than what its command line prints */
async function translated<T>(
  { topology, signal }: Opened,
  work: () => Promise<T>,
  errors: readonly string[] = [],
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw interrupted(topology.stack);
    if (error instanceof LabError) throw error;
    const said = errors.length > 0 ? errors.join('\n') : (error as Error).message;
    throw pulumiFault(said, topology.stack);
  }
}

function interrupted(stack: string): LabError {
  return new LabError('CANCELLED', 'interrupted; what was made is kept', {
    hint: `"podlab up ${stack}" goes on, "podlab down ${stack}" removes it.`,
  });
}

function isDisk({ type, urn }: KnownResource): boolean {
  return type === 'libvirt:index/volume:Volume' && urn.endsWith('-disk');
}
