// Engine docker: a dockerd of its own on a node, with images that need no registry. Needs only an executor.

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import type { Reporter } from '../../reporter.ts';

export interface DockerOptions {
  /** Path of the control group under which containers get theirs; podlab's mark on them. */
  readonly cgroupParent: string;
  /** How long dockerd may take until it answers. Default 60 000. */
  readonly readyWithinMs?: number;
}

/** Where dockerd writes on a node. */
export const dockerLog = '/var/log/dockerd.log';

/**
 * Starts dockerd, waits until it answers, and makes the offline images.
 *
 * @throws LabError TIMEOUT or COMMAND_FAILED with the end of dockerd's log
 */
export async function startDocker(node: Executor, options: DockerOptions, reporter: Reporter): Promise<void> {
  await reporter.step(`starting dockerd on ${node.name}`, async (update) => {
    const pid = (await sh(node, startScript, [dockerLog, options.cgroupParent])).trim();
    await waitForDocker(node, pid, options.readyWithinMs ?? 60_000, update);
  });
  await reporter.step(`making the images on ${node.name}`, () => sh(node, imageScript, []));
}

// setsid and closed streams: dockerd outlives the command that starts it. The storage driver and the address pools are
// Docker's defaults, so that docker0 is 172.17.0.1/16 as in every text about it. dockerd 20.10 wants a lower oom score for its
// containerd than some machines allow; from 25 on there is neither that wish nor that option.
const startScript = `
log=$1 parent=$2
mkdir -p /run/docker
oom=
if dockerd --help | grep -q -e --oom-score-adjust; then oom='--oom-score-adjust 0'; fi
setsid dockerd $oom \\
  --pidfile /run/docker.pid --exec-root /run/docker --host unix:///run/docker.sock \\
  --cgroup-parent "$parent" --exec-opt native.cgroupdriver=cgroupfs --userland-proxy=false \\
  </dev/null >>"$log" 2>&1 &
echo $!
`;

// One root file system from Debian's static busybox serves all: as \`podlab/box\` a small machine with a shell, as
// \`podlab/pause\` a process that only holds namespaces.
const imageScript = `
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
for dir in bin etc proc sys dev tmp root var/www; do mkdir -p "$root/$dir"; done
chmod 1777 "$root/tmp"
chmod 755 "$root"
cp "$(command -v busybox)" "$root/bin/busybox"
chroot "$root" /bin/busybox --install -s /bin || { echo 'busybox does not run by itself: install busybox-static' >&2; exit 1; }
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
tar -C "$root" -cf - . | docker import --change 'CMD ["sh"]' - podlab/box:1 >/dev/null
tar -C "$root" -cf - . | docker import --change 'ENTRYPOINT ["sleep", "infinity"]' - podlab/pause:1 >/dev/null
`;

async function waitForDocker(
  node: Executor,
  pid: string,
  withinMs: number,
  update: (detail: string) => void,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  let last = '';
  let isAlive = true;
  while (isAlive && Date.now() < deadline) {
    const { exitCode, stdout, stderr } = await node.run(['docker', 'info', '--format', '{{.ServerVersion}}']);
    // The client alone exits with 0 too; it prints a version only if the daemon has answered.
    if (exitCode === 0 && stdout.trim() !== '') return;
    last = (stderr || stdout).trim().split('\n').at(-1) ?? '';
    update(last);
    isAlive = (await node.run(['sh', '-c', 'sleep 0.1; kill -0 "$1"', 'sh', pid])).exitCode === 0;
  }
  const { stdout: log } = await node.run(['tail', '-n', '20', dockerLog]);
  const what = isAlive ? `does not answer after ${withinMs / 1000} s: ${last}` : 'has ended';
  throw new LabError(isAlive ? 'TIMEOUT' : 'COMMAND_FAILED', `dockerd on ${node.name} ${what}\n${log}`, {
    hint: 'The text above is the end of its log; "podlab doctor" shows what engine docker needs.',
  });
}

async function sh(node: Executor, script: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await node.run(['sh', '-euc', script, 'sh', ...args], { timeoutMs: 60_000 });
  if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `engine docker on ${node.name}: ${stderr.trim()}`);
  return stdout;
}
