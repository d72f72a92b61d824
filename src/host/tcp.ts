// A TCP connection from this machine.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** @throws Error as node:net says it */
export async function connectTcp(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, timeout: 10_000 });
  socket.once('timeout', () => socket.destroy(new Error(`no connection to ${host}:${port} within 10 s`)));
  await once(socket, 'connect');
  socket.setTimeout(0);
  return socket;
}
