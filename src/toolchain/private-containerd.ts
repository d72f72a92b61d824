// A containerd of our own for the time of one shell script, with nothing of it left afterwards.

import { LabError } from '../error.ts';
import { locateProgram } from '../host/programs.ts';
import { runProgram } from '../host/run.ts';
import { tiedWithAll } from '../host/tied.ts';
import type { Workplace } from './request.ts';

export interface ContainerdTask {
  /** containerd's root directory, which stays. */
  readonly root: string;
  /** Whether it may reach the network of this machine. */
  readonly network: boolean;
  /** POSIX shell; `$CTR` is the client with the address and namespace set, `$state` a directory that is gone afterwards, `$@` are `args`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly onStderr?: (text: string) => void;
}

/**
 * Runs the script beside a containerd that was started for it, in namespaces that end with podlab.
 *
 * @returns what the script wrote to standard output
 * @throws LabError HOST_UNSUITABLE without containerd or root, COMMAND_FAILED with what it and containerd said
 */
export async function withPrivateContainerd(
  task: ContainerdTask,
  { path, env, uid, signal }: Workplace,
): Promise<string> {
  if (uid !== 0) {
    throw new LabError('HOST_UNSUITABLE', 'containerd needs root', { hint: 'Run podlab with sudo.' });
  }
  if (locateProgram('containerd', path) === undefined) {
    throw new LabError('HOST_UNSUITABLE', 'container images need containerd', {
      hint: 'apt-get install -y containerd',
    });
  }
  const isolation = task.network ? [] : ['--net'];
  const argv = ['sh', '-euc', around(task.script), 'sh', task.root, ...task.args] as const;
  const result = await runProgram(tiedWithAll([...argv], isolation), {
    env: { PATH: path, LC_ALL: 'C.UTF-8', HOME: '/root', ...(task.network ? proxies(env) : {}) },
    timeoutMs: task.timeoutMs,
    signal,
    ...(task.onStderr === undefined ? {} : { onStderr: task.onStderr }),
  });
  if (signal.aborted) throw new LabError('CANCELLED', 'interrupted while containerd prepared images');
  if (result.timedOut) {
    throw new LabError('TIMEOUT', `containerd did not finish within ${task.timeoutMs / 1000} s`, {
      hint: 'See whether the disk is full or very slow, and try again.',
    });
  }
  if (result.exitCode !== 0) throw new LabError('COMMAND_FAILED', `containerd: ${result.stderr.trim()}`);
  return result.stdout;
}

/** The version of the containerd on this machine, as it says itself. @throws LabError HOST_UNSUITABLE */
export async function containerdVersion({ path }: Workplace): Promise<string> {
  const { exitCode, stdout } = await runProgram(['containerd', '--version'], { env: { PATH: path } });
  if (exitCode === 0) return stdout.trim();
  const hint = 'apt-get install -y containerd';
  throw new LabError('HOST_UNSUITABLE', 'container images need containerd', { hint });
}

// Its socket and state are on a tmpfs of its own mount namespace: a kill leaves nothing of them, and the path of a socket may
// have 107 bytes only (unix(7)). The end of process 1 ends containerd too, but it should close its databases first.
function around(script: string): string {
  return `
root=$1 state=/dev/shm
shift
mkdir -p "$root" "$state"
mount -t tmpfs -o mode=0700 podlab "$state"
cat >"$state/config.toml" <<END
version = 2
root = "$root"
state = "$state/run"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.tracing.processor.v1.otlp"]
oom_score = 0
[grpc]
  address = "$state/sock"
END
containerd --config "$state/config.toml" >"$state/log" 2>&1 &
daemon=$!
CTR="ctr --address $state/sock --namespace k8s.io"
tries=0
until $CTR version >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ $tries -gt 300 ] || ! kill -0 $daemon; then tail -n 20 "$state/log" >&2; exit 1; fi
  sleep 0.05
done
${script}
kill $daemon
wait $daemon || true
`;
}

function proxies(env: Workplace['env']): Readonly<Record<string, string>> {
  const known = Object.entries(env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(known.map(([name, value]) => [name, value ?? '']));
}
