// Builds a room: files, owner, uplink, engines; remembered from the first moment, so that every half-made state can be removed.

import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phases } from '../../cluster/phases.ts';
import { LabError } from '../../error.ts';
import type { Argv } from '../../host/host.ts';
import type { Reporter } from '../../reporter.ts';
import { countNodes } from '../../topology/count-nodes.ts';
import type { Topology } from '../../topology/topology.ts';
import type { StartFrom } from '../driver.ts';
import { cgroupParent } from './cgroups.ts';
import { memberExecutor } from './enter.ts';
import type { ClusterParts } from './kubernetes-engine.ts';
import { isRootless, namespacesFor, roomUid } from './levels.ts';
import { startOwner } from './owner.ts';
import { planRoom } from './plan-room.ts';
import { engineDirs, roomFiles } from './room-files.ts';
import { otherRecords, type RoomRecord, readOwner, writeRecord } from './room-record.ts';
import type { Machine } from './suitability.ts';
import { applyOnMachine, planUplink, undoOfUplink, uplinkResolvConf } from './uplink.ts';
import { whileOwned } from './while-owned.ts';

export interface BuildRequest extends Machine {
  readonly topology: Topology;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** The room's runtime directory. */
  readonly dir: string;
  /** The directory of its engines' data. */
  readonly data: string;
  /** What is kept of the stack when the room is gone. */
  readonly state: string;
  /** podlab's cache: toolchains, image stores, snapshots. */
  readonly cache: string;
  /** podlab's own directory, which holds toolchain/. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Told how long each part of the start takes. */
  readonly phases: Phases;
  /** For engine kubernetes: what `prepareCluster` has found. */
  readonly cluster?: ClusterParts;
}

export async function buildRoom(request: BuildRequest, reporter: Reporter): Promise<void> {
  const { topology, dir, phases } = request;
  const cluster = await restoreCluster(request, reporter);
  const since = Date.now();
  const members = await phases.phase('nodes', () => makeNamespaces(request, cluster?.toolchain.bin ?? '', reporter));
  const owner = readOwner(dir);
  if (owner === undefined) throw new LabError('COMMAND_FAILED', `room "${topology.stack}": the owner left no name`);
  const others = otherRecords(dir).map(({ undo }) => undo);
  const undo = topology.uplink ? undoOfUplink(topology.stack, others) : [];
  const begun: RoomRecord = {
    version: 1,
    topology,
    file: request.file,
    uid: request.uid,
    state: 'starting',
    since,
    owner,
    members,
    undo,
    ...(cluster === undefined ? {} : { cluster: cluster.record }),
  };
  if (topology.uplink) {
    // Remembered before anything is changed outside the room.
    writeRecord(dir, begun);
    await reporter.step('joining the NAT networks to this machine', () => makeUplink(begun, request.path));
  }
  if (topology.engine !== 'none') {
    writeRecord(dir, begun);
    const room = { stack: topology.stack, owner };
    await whileOwned(room, request.signal, (signal) => startEngines(begun, { ...request, signal }, cluster, reporter));
  }
  writeRecord(dir, { ...begun, state: 'up' });
}

async function makeNamespaces(
  request: BuildRequest,
  toolchain: string,
  reporter: Reporter,
): Promise<RoomRecord['members']> {
  const { topology, dir, path } = request;
  const plan = planRoom(topology);
  const uid = request.uid === 0 && isRootless(topology.engine) ? roomUid : 0;
  const engineNodes = topology.engine === 'none' ? [] : topology.nodes.map(({ name }) => name);
  const nameServers = topology.uplink ? uplinkResolvConf() : '';
  writeRoomFiles(dir, roomFiles(plan, topology.engine, engineNodes, scripts(), nameServers), uid);
  if (engineNodes.length > 0) makeEngineDirs(request.data, topology);

  const names = ['gateway', ...plan.nodes.map(({ name }) => name)];
  const namespaces = namespacesFor(topology.engine);
  const members = await reporter.step(`making ${countNodes(topology.nodes)}`, (update) => {
    let ready = 0;
    return startOwner({
      stack: topology.stack,
      dir,
      script: scriptPath('owner.sh'),
      uid,
      roomNamespaces: namespaces.room,
      nodeNamespaces: namespaces.node,
      members: names,
      engineData: engineNodes.length === 0 ? '' : request.data,
      toolchain,
      path,
      signal: request.signal,
      onReady: (name) => update(`${++ready} of ${names.length} ready (${name})`),
    });
  });
  const byName = new Map(members.map((member) => [member.name, member]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

async function makeUplink(record: RoomRecord, path: string): Promise<void> {
  const [gateway] = record.members;
  if (gateway === undefined) throw new Error('a room without a gateway');
  const executor = memberExecutor(record, gateway);
  for (const { on, run, input } of planUplink(record.topology.stack).steps) {
    if (on === 'localhost') {
      const argv = run.map((word) => (word === '{gateway}' ? `${gateway.pid}` : word)) as readonly string[] as Argv;
      await applyOnMachine(argv, input, path);
      continue;
    }
    const { exitCode, stderr } = await executor.run(run);
    if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `uplink: ${run.join(' ')} on ${on}: ${stderr.trim()}`);
  }
}

/** Finds or makes what a cluster needs, before there is a room; undefined for other engines. */
export async function prepareCluster(
  request: BuildRequest,
  from: StartFrom,
  reporter: Reporter,
): Promise<ClusterParts | undefined> {
  const { stack, engine } = request.topology;
  if (engine !== 'kubernetes') {
    if (typeof from === 'string') return undefined;
    throw new LabError('USAGE', `stack "${stack}" has no snapshots: its engine is ${engine}`, {
      hint: `Use "podlab reset ${stack}" without --to.`,
    });
  }
  const { gatherParts } = await import('./kubernetes-engine.ts');
  return gatherParts(request, from, reporter);
}

/** Before the nodes' file systems are mounted over what it writes. */
async function restoreCluster(request: BuildRequest, reporter: Reporter): Promise<ClusterParts | undefined> {
  const { cluster, phases } = request;
  if (cluster?.snapshot === undefined) return cluster;
  const { restoreParts } = await import('./kubernetes-engine.ts');
  return phases.phase('restore', () => restoreParts(request, cluster, reporter));
}

async function startEngines(
  record: RoomRecord,
  request: BuildRequest,
  cluster: ClusterParts | undefined,
  reporter: Reporter,
): Promise<void> {
  if (cluster !== undefined) {
    const { startKubernetes } = await import('./kubernetes-engine.ts');
    return startKubernetes(record, request, cluster, reporter);
  }
  const { startDocker } = await import('../engine/docker-engine.ts');
  const { nodes } = record.topology;
  await Promise.all(
    nodes.map(async ({ name }) => {
      const member = record.members.find((candidate) => candidate.name === name);
      if (member === undefined) throw new Error(`node ${name} did not report`);
      await startDocker(memberExecutor(record, member), { cgroupParent: cgroupParent(request.dir, name) }, reporter);
    }),
  );
}

function makeEngineDirs(data: string, { engine, nodes }: Topology): void {
  // Images hold set-user-id programs, and overlays the passwords of /etc: nobody else may come this far.
  mkdirSync(data, { recursive: true, mode: 0o700 });
  for (const { name } of nodes) {
    for (const dir of engineDirs[engine]) mkdirSync(join(data, name, dir), { recursive: true, mode: 0o755 });
  }
}

function writeRoomFiles(dir: string, files: ReadonlyMap<string, string>, uid: number): void {
  const room = join(dir, 'room');
  for (const name of ['node', 'data', 'cgroup', 'toolchain'])
    mkdirSync(join(room, name), { recursive: true, mode: 0o700 });
  for (const [name, text] of files) writeFileSync(join(room, name), text, { mode: 0o600 });
  if (uid === 0) return;
  // These belong to the user that the room runs as; what decides about the room stays with us, in `dir`.
  for (const name of ['.', 'node', ...files.keys()]) chownSync(join(room, name), uid, uid);
}

function scriptPath(name: string): string {
  return join(import.meta.dirname, name);
}

function scripts(): { room: string; node: string } {
  return { room: readFileSync(scriptPath('room.sh'), 'utf8'), node: readFileSync(scriptPath('node.sh'), 'utf8') };
}
