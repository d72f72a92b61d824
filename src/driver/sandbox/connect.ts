// A connection into a room: socat stands in the gateway's namespaces and hands over what it hears.

import type { Duplex } from 'node:stream';
import { LabError } from '../../error.ts';
import { openProgram } from '../../host/open-program.ts';
import { enterCommand, memberEnv } from './enter.ts';
import type { RoomRecord } from './room-record.ts';

/** @param member the gateway, which is on every network of the room */
export async function connectThrough(
  record: RoomRecord,
  member: { name: string; pid: number },
  host: string,
  port: number,
): Promise<Duplex> {
  // Commas and colons have a meaning in socat's addresses.
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(host) || !Number.isInteger(port)) {
    throw new LabError('NOT_FOUND', `no address to connect to: ${JSON.stringify(host)}, port ${port}`);
  }
  const socat = ['socat', '-', `TCP:${host}:${port},connect-timeout=10`] as const;
  return openProgram(enterCommand(record, member.pid, socat), memberEnv(record, member.name));
}
