// Engine docker: a dockerd of its own on a node, with images that need no registry. Needs only an executor.

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import type { Reporter } from '../../reporter.ts';

export interface DockerOptions {
  /** Path of the control group under which containers get theirs; podlab's mark on them. */
  readonly cgroupParent: string;
}

/** Where dockerd writes on a node. */
export const dockerLog = '/var/log/dockerd.log';

const readyWithinMs = 60_000;

/**
 * Starts dockerd, waits until it answers, and makes the offline images.
 *
 * @throws LabError TIMEOUT or COMMAND_FAILED with the end of dockerd's log
 */
export async function startDocker(node: Executor, options: DockerOptions, reporter: Reporter): Promise<void> {
  await reporter.step(`starting dockerd on ${node.name}`, async (update) => {
    await sh(node, startScript, [dockerLog, options.cgroupParent]);
    await waitForDocker(node, update);
  });
  await reporter.step(`making the images on ${node.name}`, () => sh(node, imageScript, []));
}

// setsid and closed streams: dockerd outlives the command that starts it. The storage driver and the address pools are
// Docker's defaults, so that docker0 is 172.17.0.1/16 as in every text about it.
const startScript = `
log=$1 parent=$2
mkdir -p /run/docker
setsid dockerd \\
  --pidfile /run/docker.pid --exec-root /run/docker --host unix:///run/docker.sock \\
  --cgroup-parent "$parent" --exec-opt native.cgroupdriver=cgroupfs \\
  --oom-score-adjust 0 --userland-proxy=false --iptables=true \\
  </dev/null >>"$log" 2>&1 &
`;

// One root file system from Debian's static busybox serves all: as \`podlab/box\` a small machine with a shell, as
// \`podlab/pause\` a process that only holds namespaces.
const imageScript = `
root=$(mktemp -d)
for dir in bin etc proc sys dev tmp root var/www; do mkdir -p "$root/$dir"; done
cp "$(command -v busybox)" "$root/bin/busybox"
chroot "$root" /bin/busybox --install -s /bin
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
tar -C "$root" -cf - . | docker import --change 'CMD ["sh"]' - podlab/box:1 >/dev/null
tar -C "$root" -cf - . | docker import --change 'ENTRYPOINT ["sleep", "infinity"]' - podlab/pause:1 >/dev/null
rm -rf "$root"
`;

async function waitForDocker(node: Executor, update: (detail: string) => void): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let last = '';
  while (Date.now() < deadline) {
    const { exitCode, stdout, stderr } = await node.run(['docker', 'info', '--format', '{{.ServerVersion}}']);
    if (exitCode === 0) return;
    last = (stderr || stdout).trim().split('\n').at(-1) ?? '';
    update(last);
    const { exitCode: gone } = await node.run([
      'sh',
      '-c',
      'sleep 0.1; ! [ -e /run/docker.pid ] || kill -0 "$(cat /run/docker.pid)"',
    ]);
    if (gone !== 0) break;
  }
  const { stdout: log } = await node.run(['tail', '-n', '20', dockerLog]);
  throw new LabError('TIMEOUT', `dockerd on ${node.name} does not answer: ${last}\n${log}`, {
    hint: 'The text above is the end of its log; "podlab doctor" shows what engine docker needs.',
  });
}

async function sh(node: Executor, script: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await node.run(['sh', '-euc', script, 'sh', ...args], { timeoutMs: 60_000 });
  if (exitCode !== 0) throw new LabError('COMMAND_FAILED', `engine docker on ${node.name}: ${stderr.trim()}`);
}
