// The way into a member of a room: join its namespaces, become root there, start the program.

import { adminKubeconfig } from '../../cluster/node-paths.ts';
import type { Argv, Executor, RunOptions } from '../../host/host.ts';
import { runProgram } from '../../host/run.ts';
import { isRootless } from './levels.ts';
import type { RoomRecord } from './room-record.ts';

/** The command that runs `command` on the member with this process id. */
export function enterCommand(record: RoomRecord, pid: number, command: Argv): Argv {
  const user = isRootless(record.topology.engine) ? ['--user', '--cgroup', ...credentials(record)] : [];
  return ['nsenter', '--target', `${pid}`, ...user, '--mount', '--net', '--pid', '--uts', '--ipc', '--', ...command];
}

// An ordinary user is root in there already, by the room's user map, and may not call setgroups; root has to become it.
function credentials({ uid }: RoomRecord): readonly string[] {
  return uid === 0 ? [] : ['--preserve-credentials'];
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment on a member: nothing of the host's but where programs are. */
export function memberEnv(record: RoomRecord, name: string): Readonly<Record<string, string>> {
  return {
    PATH: record.topology.engine === 'kubernetes' ? `/opt/podlab/bin:${path}` : path,
    HOME: '/root',
    USER: 'root',
    LC_ALL: 'C.UTF-8',
    ...(isControlPlane(record, name) ? { KUBECONFIG: adminKubeconfig } : {}),
    PODLAB_STACK: record.topology.stack,
    PODLAB_NODE: name,
  };
}

function isControlPlane({ topology: { engine, nodes } }: RoomRecord, name: string): boolean {
  return engine === 'kubernetes' && nodes[0]?.name === name;
}

export function memberExecutor(record: RoomRecord, member: { name: string; pid: number }): Executor {
  const env = memberEnv(record, member.name);
  return {
    name: member.name,
    run: async (argv: Argv, options: RunOptions = {}) => {
      const result = await runProgram(enterCommand(record, member.pid, argv), {
        ...options,
        env: { ...env, ...options.env },
      });
      return { ...result, argv };
    },
  };
}

/**
 * The executor of a node of a room that is being made or is up.
 *
 * @param signal ends what runs there
 */
export function nodeExecutor(record: RoomRecord, name: string, signal?: AbortSignal): Executor {
  const member = record.members.find((candidate) => candidate.name === name);
  if (member === undefined) throw new Error(`node ${name} did not report`);
  const executor = memberExecutor(record, member);
  if (signal === undefined) return executor;
  return { name, run: (argv, options = {}) => executor.run(argv, { signal, ...options }) };
}
