// The sandbox driver: nodes are Linux namespaces on this machine.

import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../error.ts';
import { listDir, readTextIfExists } from '../../host/files.ts';
import { withLock } from '../../host/lock.ts';
import type { Paths } from '../../host/paths.ts';
import { isRunning } from '../../host/process.ts';
import type { Reporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Driver } from '../driver.ts';
import { enterCommand, memberEnv, memberExecutor } from './enter.ts';
import { isRootless, namespacesFor, roomUid } from './levels.ts';
import { startOwner } from './owner.ts';
import { planRoom, planSteps } from './plan-room.ts';
import { removeRoom } from './remove-room.ts';
import { roomFiles } from './room-files.ts';
import { type RoomRecord, readOwner, readRecord, topologyHash, writeRecord } from './room-record.ts';
import { roomStatus } from './room-status.ts';

export interface SandboxOptions {
  readonly paths: Paths;
  /** Effective user id of this process. */
  readonly uid: number;
  readonly path: string;
  readonly signal?: AbortSignal;
}

export function sandboxDriver(options: SandboxOptions): Driver {
  const places = (stack: string) => ({
    dir: join(options.paths.runtime, stack),
    data: join(options.paths.state, stack, 'nodes'),
  });
  const locked = <T>(stack: string, work: () => Promise<T>) =>
    withLock(join(options.paths.runtime, `${stack}.lock`), `stack "${stack}"`, work);

  return {
    plan: (topology) => planSteps(planRoom(topology)),

    up: ({ topology, file }, reporter) =>
      locked(topology.stack, async () => {
        const { dir, data } = places(topology.stack);
        if (isAlreadyUp(topology, dir)) return { created: false };
        refuseUnsuitable(topology, options.uid);
        await removeRoom(topology.stack, { dir, data });
        try {
          await buildRoom({ topology, file, dir, data, options, reporter });
        } catch (error) {
          await removeRoom(topology.stack, { dir, data });
          throw error;
        }
        return { created: true };
      }),

    status: async (stack) => roomStatus(stack, places(stack).dir),

    list: async () => {
      const stacks = listDir(options.paths.runtime).filter((name) => !name.endsWith('.lock'));
      return stacks.map((stack) => roomStatus(stack, places(stack).dir)).filter(({ state }) => state !== 'down');
    },

    executor: async (stack, node) => {
      const record = requireRoom(stack, places(stack).dir);
      return memberExecutor(record, memberOf(record, node));
    },

    interactive: async (stack, node, command) => {
      const record = requireRoom(stack, places(stack).dir);
      return {
        argv: enterCommand(record, memberOf(record, node).pid, command),
        env: memberEnv(record, node),
      };
    },

    down: (stack, _reporter) =>
      locked(stack, async () => {
        const { dir, data } = places(stack);
        const existed = listDir(dir).length > 0;
        await removeRoom(stack, { dir, data });
        return existed;
      }),

    logs: async (stack) => {
      const { dir } = places(stack);
      const text = readTextIfExists(join(dir, 'log'));
      return text === undefined ? [] : [{ name: 'room', text }];
    },
  };
}

interface BuildRequest {
  readonly topology: Topology;
  readonly file: string;
  readonly dir: string;
  readonly data: string;
  readonly options: SandboxOptions;
  readonly reporter: Reporter;
}

async function buildRoom({ topology, file, dir, options, reporter }: BuildRequest): Promise<void> {
  const plan = planRoom(topology);
  const rootless = isRootless(topology.engine);
  const uid = options.uid === 0 && rootless ? roomUid : 0;
  writeRoomFiles(dir, roomFiles(plan, scripts()), uid);

  const names = ['gateway', ...plan.nodes.map(({ name }) => name)];
  const namespaces = namespacesFor(topology.engine);
  const since = Date.now();
  const members = await reporter.step(`making ${names.length - 1} nodes`, (update) => {
    let ready = 0;
    return startOwner({
      stack: topology.stack,
      dir,
      script: scriptPath('owner.sh'),
      uid,
      roomNamespaces: namespaces.room,
      nodeNamespaces: namespaces.node,
      members: names,
      path: options.path,
      signal: options.signal,
      onReady: (name) => update(`${++ready} of ${names.length} ready (${name})`),
    });
  });
  const owner = readOwner(dir);
  if (owner === undefined) throw new LabError('COMMAND_FAILED', `room "${topology.stack}": the owner left no name`);
  const byName = new Map(members.map((member) => [member.name, member]));
  const inOrder = names.flatMap((name) => byName.get(name) ?? []);
  writeRecord(dir, { version: 1, topology, file, state: 'up', since, owner, members: inOrder, undo: [] });
}

function isAlreadyUp(topology: Topology, dir: string): boolean {
  const record = readRecord(dir);
  if (record === undefined || record.state !== 'up') return false;
  if (![record.owner, ...record.members].every(isRunning)) return false;
  if (topologyHash(record.topology) === topologyHash(topology)) return true;
  throw new LabError(
    'STACK_CHANGED',
    `stack "${topology.stack}" is up, but was built from another text than ${record.file} has now`,
    {
      hint: `Run "podlab reset ${topology.stack}" to build it anew from the file, or "podlab down ${topology.stack}".`,
    },
  );
}

function refuseUnsuitable(topology: Topology, uid: number): void {
  const { stack, engine } = topology;
  if (engine === 'kubernetes') {
    throw new LabError('HOST_UNSUITABLE', `stack "${stack}": engine kubernetes is not in this version of podlab`);
  }
  if (engine !== 'none' && uid !== 0) {
    throw new LabError('HOST_UNSUITABLE', `stack "${stack}": engine ${engine} needs root on the sandbox driver`, {
      hint: 'Run the command with sudo, or use a stack with "podlab:engine: none".',
    });
  }
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

function writeRoomFiles(dir: string, files: ReadonlyMap<string, string>, uid: number): void {
  // The room's own directory belongs to the user that the room runs as; what decides about the room stays with us.
  mkdirSync(join(dir, 'room', 'node'), { recursive: true, mode: 0o700 });
  for (const [name, text] of files) writeFileSync(join(dir, 'room', name), text, { mode: 0o600 });
  if (uid === 0) return;
  chownSync(join(dir, 'room'), uid, uid);
  chownSync(join(dir, 'room', 'node'), uid, uid);
  for (const name of files.keys()) chownSync(join(dir, 'room', name), uid, uid);
}

function scriptPath(name: string): string {
  return join(import.meta.dirname, name);
}

function scripts(): { room: string; node: string } {
  return { room: readFileSync(scriptPath('room.sh'), 'utf8'), node: readFileSync(scriptPath('node.sh'), 'utf8') };
}
