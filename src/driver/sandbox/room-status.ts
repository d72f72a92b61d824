// What can be said of a room by looking at its record and its processes.

import { listDir } from '../../host/files.ts';
import { lockHolder } from '../../host/lock.ts';
import { isRunning } from '../../host/process.ts';
import type { RoomStatus } from '../driver.ts';
import { lockOf, type RoomRecord, readOwner, readRecord } from './room-record.ts';

export function roomStatus(stack: string, dir: string): RoomStatus {
  const record = readRecord(dir);
  const owner = readOwner(dir);
  const alive = owner !== undefined && isRunning(owner);
  const status = {
    stack,
    driver: 'sandbox',
    engine: record?.topology.engine ?? 'none',
    reason: '',
    file: record?.file ?? '',
    owner: alive ? owner.pid : 0,
    since: record?.since ?? 0,
    from: record?.cluster?.from ?? '',
    nodes: record === undefined ? [] : nodesOf(record),
  } as const;
  if (record?.state !== 'up') {
    if (listDir(dir).length === 0) return { ...status, state: 'down' };
    // Whoever builds a room holds its lock until the room is up.
    if (lockHolder(lockOf(dir)) !== 0) return { ...status, state: 'starting' };
    return { ...status, state: 'broken', reason: 'it was interrupted while it was being made' };
  }
  if (!alive) return { ...status, state: 'broken', reason: 'its owner process was killed' };
  const gone = record.members.filter((member) => !isRunning(member)).map(({ name }) => name);
  if (gone.length > 0) return { ...status, state: 'broken', reason: `gone: ${gone.join(', ')}` };
  return { ...status, state: 'up' };
}

function nodesOf(record: RoomRecord): RoomStatus['nodes'] {
  return record.topology.nodes.map((node) => ({
    name: node.name,
    addresses: node.nics.map(({ ip, prefix }) => `${ip}/${prefix}`),
    running: record.members.some((member) => member.name === node.name && isRunning(member)),
  }));
}
