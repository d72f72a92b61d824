// The command lines that lead onto nodes which podlab has not made; pure.

import type { Argv } from '../../host/host.ts';
import { quoteCommand } from '../../host/run.ts';
import type { NodeAccess } from '../../topology/topology.ts';

/** The way to one node, with everything bound. */
export interface NodeWay {
  /** The node's name in the cluster. */
  readonly name: string;
  /** Its address on the network of the cluster. */
  readonly address: string;
  readonly access: NodeAccess;
  /** kubectl with the words that choose cluster and user, for access debug-pod. */
  readonly kubectl: Argv;
  /** The pod on the node, for access debug-pod. */
  readonly pod: string;
  /** File with the private key, absolute, for access ssh; '' for those of the person's ssh. */
  readonly keyFile: string;
  /** Socket that connections of ssh share; at most 90 bytes, because ssh makes longer names of it. */
  readonly controlPath: string;
}

export const podNamespace = 'kube-system';

/** All namespaces of the node's first process but that of processes, which the pod shares already. */
const enterNode = ['nsenter', '-t', '1', '-m', '-u', '-i', '-n', '--'] as const;

/**
 * @param script for a shell on the node, as root
 * @param isTerminal whether the program gets a terminal there
 */
export function wayArgv(way: NodeWay, script: string, isTerminal = false): Argv {
  const { access } = way;
  switch (access.by) {
    case 'debug-pod': {
      const streams = isTerminal ? ['--stdin', '--tty'] : ['--stdin'];
      const exec = [...way.kubectl, 'exec', '--quiet', ...streams, '--namespace', podNamespace, way.pod] as const;
      return [...exec, '--', ...enterNode, 'sh', '-c', script] as unknown as Argv;
    }
    case 'ssh':
      return [
        'ssh',
        ...sshOptions(way, access),
        isTerminal ? '-tt' : '-T',
        '--',
        `${access.user}@${way.address}`,
        asRoot(access.user, script),
      ];
    case 'docker':
      return ['docker', 'exec', '--interactive', ...(isTerminal ? ['--tty'] : []), way.name, 'sh', '-c', script];
    case 'minikube': {
      // Its own client asks for a terminal, in which standard output and error are one.
      const words = ['ssh', '--profile', access.profile, '--node', way.name, `--native-ssh=${isTerminal}`];
      return ['minikube', ...words, '--', asRoot('docker', script)];
    }
  }
}

/** Says so at the end of standard error; the exit code itself does not come through every way. */
export function withExitMark(script: string, id: string): string {
  return `(${script}); printf '\\n${exitMark(id)}%s\\n' $? >&2`;
}

/** Standard error without the mark, and the exit code; undefined when the way broke before the end. */
export function readExitMark(
  stderr: string,
  id: string,
): { readonly code: number; readonly stderr: string } | undefined {
  const at = stderr.lastIndexOf(`\n${exitMark(id)}`);
  const code = /^\n\S+ (\d+)\r?\n/.exec(stderr.slice(at < 0 ? stderr.length : at))?.[1];
  return code === undefined ? undefined : { code: Number(code), stderr: stderr.slice(0, at) };
}

function exitMark(id: string): string {
  return `podlab-exit-${id} `;
}

function asRoot(user: string, script: string): string {
  return quoteCommand(user === 'root' ? ['sh', '-c', script] : ['sudo', '-n', 'sh', '-c', script]);
}

/** Hosts, keys and jumps are a matter of the person's own ssh; what is here only keeps it from asking. */
function sshOptions(way: NodeWay, access: NodeAccess & { readonly by: 'ssh' }): readonly string[] {
  const shared = ['ControlMaster=auto', `ControlPath=${way.controlPath}`, 'ControlPersist=60'];
  const options = ['BatchMode=yes', 'ConnectTimeout=10', 'EscapeChar=none', 'LogLevel=ERROR', ...shared];
  return [
    ...options.flatMap((option) => ['-o', option]),
    ...(access.port === 0 ? [] : ['-p', `${access.port}`]),
    ...(way.keyFile === '' ? [] : ['-i', way.keyFile]),
    ...(access.jump === '' ? [] : ['-J', access.jump]),
  ];
}
