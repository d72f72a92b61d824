// The sandbox driver: nodes are Linux namespaces on this machine.

import { join } from 'node:path';
import { Phases } from '../../cluster/phases.ts';
import { LabError } from '../../error.ts';
import { listDir } from '../../host/files.ts';
import { withLock } from '../../host/lock.ts';
import type { Paths } from '../../host/paths.ts';
import { isRunning } from '../../host/process.ts';
import { labelFault } from '../../topology/labels.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Driver } from '../driver.ts';
import { buildRoom, prepareCluster } from './build-room.ts';
import { connectThrough } from './connect.ts';
import { enterCommand, memberEnv, memberExecutor } from './enter.ts';
import { planRoom, planSteps } from './plan-room.ts';
import { removeRoom } from './remove-room.ts';
import { dropKeptLogs, keepLogs, readLogs } from './room-logs.ts';
import { lockOf, type RoomRecord, readRecord, topologyHash } from './room-record.ts';
import { roomStatus } from './room-status.ts';
import { type Machine, refuseUnsuitable } from './suitability.ts';
import { planUplink } from './uplink.ts';

export interface SandboxOptions extends Machine {
  readonly paths: Paths;
  /** podlab's own directory, which holds toolchain/. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export function sandboxDriver(options: SandboxOptions): Driver {
  const places = (stack: string) => {
    refuseStrangeName(stack);
    const state = join(options.paths.state, stack);
    return { dir: join(options.paths.runtime, stack), state, data: join(state, 'nodes') };
  };
  const locked = <T>(stack: string, work: () => Promise<T>) =>
    withLock(lockOf(places(stack).dir), `stack "${stack}"`, work);

  return {
    plan: (topology) => [
      ...planSteps(planRoom(topology)),
      ...(topology.uplink ? planUplink(topology.stack).steps : []),
    ],

    up: ({ topology, file, from = 'golden', anew = false }, reporter) =>
      locked(topology.stack, async () => {
        const { dir, data, state } = places(topology.stack);
        const known = anew ? undefined : isAlreadyUp(topology, dir);
        if (known !== undefined) return { created: false, from: known.cluster?.from ?? '', phases: [] };
        await refuseUnsuitable(topology, options);
        const phases = new Phases();
        const request = { ...options, topology, file, dir, data, state, cache: options.paths.cache, phases };
        const cluster = await phases.phase('prepare', () => prepareCluster(request, from, reporter));
        await removeRoom(topology.stack, { dir, data, path: options.path });
        try {
          await buildRoom(cluster === undefined ? request : { ...request, cluster }, reporter);
          dropKeptLogs({ dir, data, state });
          return { created: true, from: readRecord(dir)?.cluster?.from ?? '', phases: phases.all };
        } catch (error) {
          keepLogs({ dir, data, state });
          await removeRoom(topology.stack, { dir, data, path: options.path });
          throw error;
        }
      }),

    status: async (stack) => roomStatus(stack, places(stack).dir),

    list: async () => {
      const stacks = listDir(options.paths.runtime).filter((name) => labelFault(name) === '');
      return stacks.map((stack) => roomStatus(stack, places(stack).dir)).filter(({ state }) => state !== 'down');
    },

    executor: async (stack, node) => {
      const record = requireRoom(stack, places(stack).dir);
      return memberExecutor(record, memberOf(record, node));
    },

    places: ({ networks }) => ['gateway', ...(networks.some(({ mode }) => mode === 'nat') ? ['outside'] : [])],

    interactive: async (stack, node, command, { env }) => {
      const record = requireRoom(stack, places(stack).dir);
      return {
        argv: enterCommand(record, memberOf(record, node).pid, command),
        env: { ...memberEnv(record, node), ...env },
      };
    },

    connect: async (stack, host, port) => {
      const record = requireRoom(stack, places(stack).dir);
      return connectThrough(record, memberOf(record, 'gateway'), host, port);
    },

    down: async (stack, _reporter) =>
      locked(stack, async () => {
        const { dir, data } = places(stack);
        const existed = listDir(dir).length > 0;
        await removeRoom(stack, { dir, data, path: options.path });
        return existed;
      }),

    logs: async (stack) => readLogs(places(stack)),

    snapshots: {
      save: (stack, name, reporter) =>
        locked(stack, async () => {
          const { dir, data, state } = places(stack);
          const record = requireRoom(stack, dir);
          const { saveNamed } = await import('./snapshot-named.ts');
          return reporter.step(`saving ${stack} as ${name}`, () =>
            saveNamed(record, { dir, data, state, path: options.path }, name),
          );
        }),
      list: async (stack) => (await import('./snapshot-named.ts')).listNamed(places(stack).state),
      remove: (stack, name) =>
        locked(stack, async () => (await import('./snapshot-named.ts')).removeNamed(places(stack).state, name)),
    },
  };
}

/** A name becomes a directory that `down` removes with all that is in it: no `..` may get that far. */
function refuseStrangeName(stack: string): void {
  const fault = labelFault(stack);
  if (fault === '') return;
  throw new LabError('NOT_FOUND', `there is no stack ${JSON.stringify(stack)}: the name ${fault}`, {
    hint: 'Names of stacks are lower-case letters, digits and dashes.',
  });
}

function isAlreadyUp(topology: Topology, dir: string): RoomRecord | undefined {
  const record = readRecord(dir);
  if (record === undefined || record.state !== 'up') return undefined;
  if (![record.owner, ...record.members].every(isRunning)) return undefined;
  if (topologyHash(record.topology) === topologyHash(topology)) return record;
  throw new LabError(
    'STACK_CHANGED',
    `stack "${topology.stack}" is up, but was built from another text than ${record.file} has now`,
    {
      hint: `Run "podlab reset ${topology.stack}" to build it anew from the file, or "podlab down ${topology.stack}".`,
    },
  );
}

function requireRoom(stack: string, dir: string): RoomRecord {
  const record = readRecord(dir);
  if (record !== undefined && isRunning(record.owner)) return record;
  throw new LabError('STACK_NOT_UP', `stack "${stack}" is not up`, { hint: `Run "podlab up ${stack}".` });
}

function memberOf(record: RoomRecord, node: string): RoomRecord['members'][number] {
  const member = record.members.find(({ name }) => name === node);
  if (member === undefined) {
    const known = record.members.map(({ name }) => name).join(', ');
    throw new LabError('NOT_FOUND', `stack "${record.topology.stack}" has no node "${node}"`, {
      hint: `It has: ${known}.`,
    });
  }
  if (isRunning(member)) return member;
  throw new LabError('STACK_NOT_UP', `node "${node}" of stack "${record.topology.stack}" is gone`, {
    hint: `Run "podlab reset ${record.topology.stack}" to build the room anew.`,
  });
}
