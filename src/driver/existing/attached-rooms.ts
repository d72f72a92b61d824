// What a driver does with the rooms of clusters that it is attached to, whoever has made them.

import { join } from 'node:path';
import { ownKubeconfig } from '../../cluster/api/own-kubeconfig.ts';
import { LabError } from '../../error.ts';
import { readTextIfExists } from '../../host/files.ts';
import { labelFault } from '../../topology/labels.ts';
import type { DriverName, Topology } from '../../topology/topology.ts';
import type { Driver, RoomStatus } from '../driver.ts';
import { connectHere, type HereOptions, nodeEnv, nodeExecutor, ownEnv, wayTo } from './attached-nodes.ts';
import { type AttachedRecord, readAttached, requireAttached } from './attached-record.ts';
import { wayInteractive } from './way-executor.ts';

export interface AttachOptions extends HereOptions {
  /** Unix time, milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

type Shared = 'status' | 'list' | 'places' | 'executor' | 'interactive' | 'connect' | 'logs' | 'kubeconfig';

export function attachedRooms(driver: DriverName, options: AttachOptions): Required<Pick<Driver, Shared>> {
  const record = (stack: string) => requireAttached(stackDir(options, stack), stack);
  return {
    status: (stack) => statusOf(driver, stack, options),
    // Rooms of these drivers are known by their marks.
    list: async () => [],
    places: () => [],
    executor: async (stack, node) => nodeExecutor(record(stack), node, options),
    interactive: async (stack, node, command, { env, isTerminal }) => {
      const known = record(stack);
      const all = { ...nodeEnv(known, node), ...env };
      const argv = wayInteractive(wayTo(known, node, options), command, all, isTerminal);
      return { argv, env: ownEnv(options.env, options.path) };
    },
    connect: async (stack, host, port) => {
      record(stack);
      return connectHere(host, port);
    },
    logs: async (stack) => {
      record(stack);
      return [];
    },
    kubeconfig: async (stack) => {
      const { kubeconfig, context } = record(stack);
      return ownKubeconfig(kubeconfig, context, readTextIfExists);
    },
  };
}

/** @throws LabError NOT_FOUND for a name that would lead elsewhere */
export function stackDir({ paths }: HereOptions, stack: string): string {
  const fault = labelFault(stack);
  if (fault === '') return join(paths.state, stack);
  throw new LabError('NOT_FOUND', `there is no stack ${JSON.stringify(stack)}: the name ${fault}`, {
    hint: 'Names of stacks are lower-case letters, digits and dashes.',
  });
}

export function lockOf({ paths }: HereOptions, stack: string): string {
  return join(paths.runtime, `${stack}.lock`);
}

/** The record of the same room; undefined when there is none. @throws LabError STACK_CHANGED */
export function sameRoom(topology: Topology, options: HereOptions): AttachedRecord | undefined {
  const record = readAttached(stackDir(options, topology.stack));
  if (record === undefined || JSON.stringify(record.topology) === JSON.stringify(topology)) return record;
  const { stack } = topology;
  throw new LabError('STACK_CHANGED', `stack "${stack}" is up, but ${record.file} says something else now`, {
    hint: `Run "podlab reset ${stack}", or "podlab down ${stack}" and then "podlab up ${stack}".`,
  });
}

/** Nodes that do not answer. */
export async function silentNodes(record: AttachedRecord, options: HereOptions): Promise<readonly string[]> {
  const asked = record.topology.nodes.map(async ({ name }) => {
    const answer = await nodeExecutor(record, name, options)
      .run(['true'], { timeoutMs: 10_000 })
      .catch(() => undefined);
    return answer?.exitCode === 0 ? [] : [name];
  });
  return (await Promise.all(asked)).flat();
}

async function statusOf(driver: DriverName, stack: string, options: HereOptions): Promise<RoomStatus> {
  const record = readAttached(stackDir(options, stack));
  const nothing = { stack, driver, engine: 'kubernetes', reason: '', owner: 0, from: '' } as const;
  if (record === undefined) return { ...nothing, state: 'down', file: '', since: 0, nodes: [] };
  const silent = await silentNodes(record, options);
  return {
    ...nothing,
    state: silent.length === 0 ? 'up' : 'broken',
    reason: silent.length === 0 ? '' : `no answer from ${silent.join(', ')}`,
    file: record.file,
    since: record.since,
    nodes: record.topology.nodes.map(({ name, nics }) => ({
      name,
      addresses: nics.map(({ ip, prefix }) => `${ip}/${prefix}`),
      ...(silent.includes(name) ? { running: false, state: 'silent' } : { running: true }),
    })),
  };
}
