// The ways into a room of virtual machines: SSH to its machines, and to the machine that they stand on when that is another one.

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { adminKubeconfig } from '../../cluster/node-paths.ts';
import { LabError } from '../../error.ts';
import type { Argv, Executor, RunOptions } from '../../host/host.ts';
import { openProgram } from '../../host/open-program.ts';
import type { Paths } from '../../host/paths.ts';
import { runProgram } from '../../host/run.ts';
import { enterHost } from '../../infra/enter-host.ts';
import { jumpOf, localUri } from '../../infra/libvirt-uri.ts';
import { machineNodes } from '../../infra/machine-nodes.ts';
import { nodeAddress } from '../../infra/node-address.ts';
import { personEnv } from '../../infra/person-env.ts';
import { hostKeyAlias, type VmRecord, vmPlaces } from '../../infra/vm-record.ts';
import { type SshTarget, sshConnectArgv } from '../../vm/ssh-argv.ts';
import { type SshExecutor, sshExecutor } from '../../vm/ssh-executor.ts';

/** What of this machine the ways in need. */
export interface Surroundings {
  readonly paths: Paths;
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws LabError NOT_FOUND */
export function targetOf({ topology, uri }: VmRecord, name: string, { paths }: Surroundings): SshTarget {
  const { stack, nodes } = topology;
  if (!nodes.some((node) => node.name === name)) {
    const known = [...nodes.map((node) => node.name), 'gateway'].join(', ');
    throw new LabError('NOT_FOUND', `stack "${stack}" has no node "${name}"`, { hint: `It has: ${known}.` });
  }
  const { key, knownHosts } = vmPlaces(paths.state, stack);
  // A dot: no stack is called so.
  const sockets = join(paths.runtime, '.ssh');
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  return {
    name,
    address: nodeAddress(topology, name),
    port: 22,
    user: 'root',
    identityFile: key,
    knownHostsFile: knownHosts,
    hostKeyAlias: hostKeyAlias(stack, name),
    controlPath: join(sockets, createHash('sha256').update(`${stack}/${name}`).digest('hex').slice(0, 16)),
    jump: jumpOf(uri),
  };
}

/** The environment on a machine. */
export function machineEnv({ topology }: VmRecord, name: string): Readonly<Record<string, string>> {
  const isControlPlane = topology.engine === 'kubernetes' && topology.nodes[0]?.name === name;
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    USER: 'root',
    LC_ALL: 'C.UTF-8',
    ...(isControlPlane ? { KUBECONFIG: adminKubeconfig } : {}),
    PODLAB_STACK: topology.stack,
    PODLAB_NODE: name,
  };
}

export function machineExecutor(record: VmRecord, name: string, at: Surroundings): SshExecutor {
  const ssh = (argv: Argv, options: RunOptions) => runProgram(argv, { ...options, env: personEnv(at) });
  const target = targetOf(record, name, at);
  return sshExecutor(ssh, {
    target,
    env: machineEnv(record, name),
    patience: machineNodes(record.type).patience,
  });
}

/** Programs on libvirt's machine, where the room's bridges are; virsh means the room's libvirt there. */
export function hostExecutor(uri: string, at: Surroundings, stack = ''): Executor {
  const room = stack === '' ? {} : { PODLAB_STACK: stack };
  const own = { LC_ALL: 'C.UTF-8', LIBVIRT_DEFAULT_URI: localUri(uri), ...room };
  return {
    name: 'gateway',
    run: async (argv, { env, ...options } = {}) => {
      const result = await runProgram(enterHost(uri, argv, { ...own, ...env }), { ...options, env: personEnv(at) });
      return { ...result, argv };
    },
  };
}

/** A TCP connection from the room's first machine, made without a listener on this one. */
export function connectInside(record: VmRecord, host: string, port: number, at: Surroundings): Duplex {
  const first = targetOf(record, record.topology.nodes[0]?.name ?? '', at);
  return openProgram(sshConnectArgv(first, host, port), personEnv(at));
}
