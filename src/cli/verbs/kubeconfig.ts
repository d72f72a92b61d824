// podlab kubeconfig: the administrator's kubeconfig of a room's cluster, and on request a way to its API from this machine.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream';
import { parseDocument } from 'yaml';
import { LabError } from '../../error.ts';
import { writeFileAtomic } from '../../host/files.ts';
import type { App } from '../app.ts';
import { type ClusterRoom, clusterRoom } from '../cluster-room.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { portNumber } from '../number-options.ts';
import { kubeconfigOf } from '../room-kubeconfig.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const room = await clusterRoom(app, args[0]);
  const kubeconfig = await kubeconfigOf(room.driver, room.stack, room.node);
  const output = options.output === undefined ? undefined : resolve(String(options.output));
  if (options.forward === undefined) {
    hand(app, kubeconfig, output);
    return exitCodes.done;
  }
  const port = portNumber('--forward', options.forward);
  const server = await listen(room, kubeconfig, port);
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  // The certificate names 127.0.0.1 too, so that nothing has to be switched off.
  hand(app, withServer(kubeconfig, `https://127.0.0.1:${listening}`), output);
  app.stderr.write(`127.0.0.1:${listening} leads to the API of ${room.stack}; Ctrl-C ends it\n`);
  await interrupted();
  server.close();
  return exitCodes.done;
}

function hand(app: App, kubeconfig: string, output: string | undefined): void {
  if (output === undefined) app.stdout.write(kubeconfig);
  else writeFileAtomic(output, kubeconfig);
}

async function listen({ stack, driver }: ClusterRoom, kubeconfig: string, port: number): Promise<Server> {
  const { hostname, port: apiPort } = new URL(serverOf(kubeconfig));
  const server = createServer(async (socket) => {
    try {
      // Either side's end or failure ends both.
      const inside = await driver.connect(stack, hostname, Number(apiPort));
      pipeline(socket, inside, socket, () => {});
    } catch {
      socket.destroy();
    }
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new LabError('COMMAND_FAILED', `cannot listen on 127.0.0.1:${port}: ${(cause as Error).message}`, { cause });
  }
  return server;
}

function serverOf(kubeconfig: string): string {
  return String(parseDocument(kubeconfig).getIn(['clusters', 0, 'cluster', 'server']));
}

function withServer(kubeconfig: string, server: string): string {
  const document = parseDocument(kubeconfig);
  document.setIn(['clusters', 0, 'cluster', 'server'], server);
  return String(document);
}

function interrupted(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}
