// The libvirt driver: nodes are virtual machines that a Pulumi program makes. Only making and removing them needs Pulumi.

import { join } from 'node:path';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import { lockHolder, withLock } from '../../host/lock.ts';
import { enterHost } from '../../infra/enter-host.ts';
import { machineNodes } from '../../infra/machine-nodes.ts';
import { personEnv } from '../../infra/person-env.ts';
import { markedRooms } from '../../infra/room-mark.ts';
import { stackConfig } from '../../infra/stack-config.ts';
import { amendVmRecord, madeFrom, readVmRecord, type VmRecord } from '../../infra/vm-record.ts';
import type { Reporter } from '../../reporter.ts';
import { labelFault } from '../../topology/labels.ts';
import { sshInteractiveArgv } from '../../vm/ssh-argv.ts';
import type { Driver, RoomStatus, UpRequest } from '../driver.ts';
import type { DriverOptions } from '../driver-options.ts';
import { askLibvirt, roomAmong, roomInLibvirt } from './domains.ts';
import { startStopped, waitUntilIn } from './heal.ts';
import { keepReadyState, loadReadyState, repairClock } from './ready-state.ts';
import { roomTraces } from './room-traces.ts';
import { vmLogs } from './vm-logs.ts';
import { vmStatus } from './vm-status.ts';
import { connectInside, hostExecutor, machineEnv, machineExecutor, targetOf } from './way-in.ts';

/** Until sshd answers after a start; ten times as long as a boot without emulation takes. */
const bootsWithinMs = 10 * 60_000;

export function libvirtDriver(options: DriverOptions): Driver {
  const { paths } = options;
  const lockOf = (stack: string) => join(paths.runtime, `${stack}.vm.lock`);
  const locked = <T>(stack: string, work: () => Promise<T>) => withLock(lockOf(stack), `stack "${stack}"`, work);

  const recordOf = (stack: string) => (labelFault(stack) === '' ? readVmRecord(paths.state, stack) : undefined);
  const isBusyNow = (stack: string) => lockHolder(lockOf(stack)) !== 0;

  const status = async (stack: string, isBusy = isBusyNow(stack)): Promise<RoomStatus> => {
    const record = recordOf(stack);
    if (record === undefined || isBusy) return vmStatus(stack, record, nothing, isBusy);
    const found = await orFault(roomInLibvirt(record.topology, hostExecutor(record.uri, options)));
    return vmStatus(stack, record, found, false);
  };

  /** Each libvirt is asked once, however many rooms it has. */
  const statuses = async (stacks: readonly string[]): Promise<readonly RoomStatus[]> => {
    const rooms = stacks.map((stack) => ({ stack, record: recordOf(stack), isBusy: isBusyNow(stack) }));
    const uris = new Set(rooms.flatMap(({ record, isBusy }) => (record === undefined || isBusy ? [] : [record.uri])));
    const answers = new Map(
      await Promise.all(
        [...uris].map(async (uri) => [uri, await orFault(askLibvirt(hostExecutor(uri, options)))] as const),
      ),
    );
    return rooms.map(({ stack, record, isBusy }) => {
      const answer = answers.get(record?.uri ?? '');
      if (record === undefined || isBusy || answer === undefined) return vmStatus(stack, record, nothing, isBusy);
      return vmStatus(stack, record, answer instanceof LabError ? answer : roomAmong(record.topology, answer), false);
    });
  };

  const requireRoom = (stack: string): VmRecord => {
    const record = recordOf(stack);
    if (record !== undefined) return record;
    throw new LabError('STACK_NOT_UP', `stack "${stack}" is not up`, { hint: `Run "podlab up ${stack}".` });
  };

  const isFrom = (record: VmRecord | undefined, { topology, file }: UpRequest) =>
    record?.complete === true && record.from === madeFrom(topology, stackConfig(readTextIfExists(file) ?? '', file));

  /** Nothing is to be done: known without keeping anybody else from the room, or from seeing that it is up. */
  const isDone = async (request: UpRequest) => {
    const { stack } = request.topology;
    if (request.anew === true || isBusyNow(stack) || !isFrom(recordOf(stack), request)) return false;
    return (await status(stack, false)).state === 'up';
  };

  const up = async (request: UpRequest, reporter: Reporter) => {
    const { topology, file, from, anew = false, change = false } = request;
    const { stack } = topology;
    const record = readVmRecord(paths.state, stack);
    const now = await status(stack, false);
    const isSame = record !== undefined && isFrom(record, request);
    if (!anew && isSame && now.state === 'up') return asItIs;
    // A lab must not cost anybody the machines that he works on.
    if (!anew && !change && now.state === 'up' && record?.from !== '' && !isSame)
      throw changed(stack, record?.file ?? file);
    if (anew && isSame && record.hasReadyState && from !== 'fresh' && hasAll(now)) {
      const begun = performance.now();
      await putBack(record, reporter);
      const load = { name: 'load', ms: Math.round(performance.now() - begun) };
      if (topology.engine !== 'kubernetes') return { created: true, from: 'golden', phases: [load] };
      const { proveRoom } = await import('./prove-room.ts');
      const proof = await proveRoom({ ...options, topology, file }, reporter);
      return { created: true, from: 'golden', phases: [load, ...proof] };
    }
    // Pulumi sees nothing of what stands still, and a machine more can't start on a network that does.
    if (!anew && record?.complete === true && now.state === 'broken' && (isSame || hasAll(now))) {
      const started = await restart(record, reporter);
      if (isSame && started && (await status(stack, false)).state === 'up')
        return { created: true, from: '', phases: [] };
    }
    const { makeRoom } = await import('./make-room.ts');
    const { phases, isUntouched } = await makeRoom({ ...options, topology, file }, anew, reporter);
    const made = requireRoom(stack);
    await restart(made, reporter);
    if (isUntouched) await keepReady(made, reporter);
    return { created: true, from: '', phases };
  };

  const keepReady = async ({ uri, topology }: VmRecord, reporter: Reporter) => {
    try {
      await keepReadyState(topology, hostExecutor(uri, options), reporter);
      amendVmRecord(paths.state, topology.stack, { hasReadyState: true });
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      reporter.warn(`reset will make the machines anew, because they can't be kept as they are: ${error.message}`);
    }
  };

  /** Back to the moment of being ready, with the clocks of now. */
  const putBack = async (record: VmRecord, reporter: Reporter) => {
    const { topology, uri } = record;
    await startStopped(topology, hostExecutor(uri, options), reporter);
    await loadReadyState(topology, hostExecutor(uri, options), reporter);
    await Promise.all(
      topology.nodes.map(async ({ name }) => {
        const machine = machineExecutor(record, name, options);
        // The connection that commands share knows a machine of later.
        await machine.close();
        await waitUntilIn(machine, { withinMs: bootsWithinMs, signal: options.signal, sleep });
        await repairClock(machine, Date.now());
      }),
    );
    amendVmRecord(paths.state, topology.stack, { since: Date.now() });
  };

  /** Starts what stands still, and waits until it answers; true when there was something. */
  const restart = async (record: VmRecord, reporter: Reporter): Promise<boolean> => {
    const host = hostExecutor(record.uri, options);
    const started = await startStopped(record.topology, host, reporter);
    const wait = { withinMs: bootsWithinMs, signal: options.signal, sleep };
    await Promise.all(
      started.map((name) =>
        reporter.step(`waiting until ${name} has booted`, () =>
          waitUntilIn(machineExecutor(record, name, options), wait),
        ),
      ),
    );
    return started.length > 0;
  };

  return {
    preview: async ({ topology, file }, reporter) => {
      const { previewRoom } = await import('./make-room.ts');
      return locked(topology.stack, () => previewRoom({ ...options, topology, file }, reporter));
    },

    up: async (request, reporter) =>
      (await isDone(request)) ? asItIs : locked(request.topology.stack, () => up(request, reporter)),

    status,
    statuses,

    list: async () => {
      const marked = markedRooms(paths.state).filter(({ driver }) => driver === 'libvirt');
      const rooms = await statuses(marked.map(({ stack }) => stack));
      return rooms.filter(({ state }) => state !== 'down');
    },

    // The machine that the room stands on has its bridges. Nothing stands for the internet: there may be one.
    places: () => ['gateway'],

    traits: (stack) => {
      const { topology, type } = requireRoom(stack);
      const { patience } = machineNodes(type);
      return { patience, shared: new Map([['gateway', (host) => roomTraces(topology, host)]]) };
    },

    executor: async (stack, node) => {
      const record = requireRoom(stack);
      return node === 'gateway' ? hostExecutor(record.uri, options, stack) : machineExecutor(record, node, options);
    },

    interactive: async (stack, node, command, { env, isTerminal }) => {
      const record = requireRoom(stack);
      if (node === 'gateway') {
        const argv = enterHost(record.uri, command, { ...env, PODLAB_STACK: stack }, isTerminal);
        return { argv, env: personEnv(options) };
      }
      const variables = Object.entries({ ...machineEnv(record, node), ...env }).map(
        ([name, value]) => `${name}=${value}`,
      );
      const argv = sshInteractiveArgv(targetOf(record, node, options), ['env', ...variables, ...command], isTerminal);
      return { argv, env: personEnv(options) };
    },

    connect: async (stack, host, port) => {
      return connectInside(requireRoom(stack), host, port, options);
    },

    down: (stack, reporter) =>
      locked(stack, async () => {
        const { removeRoom } = await import('./make-room.ts');
        return removeRoom(options, stack, reporter);
      }),

    logs: async (stack) => {
      const record = requireRoom(stack);
      return vmLogs(record, hostExecutor(record.uri, options), (name) => machineExecutor(record, name, options));
    },
  };
}

/** What podlab knows the words for is an answer too. */
async function orFault<T>(asking: Promise<T>): Promise<T | LabError> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}

/** Machines that are gone can't be put back. */
function hasAll({ state, reason }: RoomStatus): boolean {
  return state === 'up' || (state === 'broken' && !/is gone/.test(reason));
}

const asItIs = { created: false, from: '', phases: [] } as const;

const nothing = { machines: new Map<string, string>(), networks: new Map<string, boolean>() };

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function changed(stack: string, file: string): LabError {
  return new LabError('STACK_CHANGED', `stack "${stack}" is up, but was built from another text than ${file} has now`, {
    hint: `Run "podlab up ${stack}" to change it; "podlab preview ${stack}" says what would become new.`,
  });
}
