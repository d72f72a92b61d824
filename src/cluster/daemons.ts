// Keeps containerd and the kubelet running: by systemd where a node has it, else by loops.

import { LabError } from '../error.ts';
import type { Executor } from '../host/host.ts';
import type { NodeSettings } from './cluster-place.ts';
import { containerdConfig, containerdSocket, logOf, podlabLogs } from './node-paths.ts';
import { runScript } from './run-on-node.ts';

const containerdWithinMs = 60_000;

/** Starts containerd and waits until it answers. @throws LabError TIMEOUT with the end of its log */
export async function startContainerd(node: Executor, settings: NodeSettings): Promise<void> {
  await start(node, settings, 'containerd');
  const deadline = containerdWithinMs / 1000;
  const { exitCode } = await node.run(['sh', '-euc', waitScript, 'podlab', containerdSocket, `${deadline}`], {
    timeoutMs: containerdWithinMs + 10_000,
  });
  if (exitCode === 0) return;
  const { stdout: log } = await node.run(['tail', '-n', '20', logOf('containerd')]);
  throw new LabError('TIMEOUT', `containerd on ${node.name} does not answer after ${deadline} s\n${log}`, {
    hint: `The text above is the end of ${logOf('containerd')}.`,
  });
}

/** Starts the kubelet, which waits by itself until kubeadm has written its configuration. */
export async function startKubelet(node: Executor, settings: NodeSettings): Promise<void> {
  await start(node, settings, 'kubelet');
}

type Daemon = 'containerd' | 'kubelet';

async function start(node: Executor, { cgroupDriver, cgroupOf }: NodeSettings, name: Daemon): Promise<void> {
  if (cgroupDriver === 'systemd') await runScript(node, serviceScripts[name], [podlabLogs], { timeoutMs: 120_000 });
  else await runScript(node, startScript, [cgroupOf(node.name), podlabLogs, name, loops[name]]);
}

const serviceScripts: Readonly<Record<Daemon, string>> = {
  // It runs since the boot, with another configuration.
  containerd: `
mkdir -p "$1"
echo 1 >/proc/sys/net/ipv4/ip_forward
systemctl restart containerd
`,
  // Its unit is started by kubeadm, and by every later boot.
  kubelet: `
systemctl --quiet enable kubelet
[ ! -e /var/lib/kubelet/kubeadm-flags.env ] || systemctl restart kubelet
`,
};

// In the node's own control group, so that its limits hold for daemons too; beside the pods' groups, because cgroup v2 lets
// no process live in a group that has others below it.
const startScript = `
group=$1 logs=$2 name=$3 loop=$4
mkdir -p "$logs"
# Nodes route between their pods and everybody else; kubeadm asks for it.
echo 1 >/proc/sys/net/ipv4/ip_forward
for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ ! -w "$root$group/system/cgroup.procs" ] || echo $$ >"$root$group/system/cgroup.procs"
done
# In a session of its own and without our streams: it outlives the command that starts it.
setsid sh -c "$loop" </dev/null >>"$logs/$name.log" 2>&1 &
`;

// What Restart=always is for systemd.
const loops: Readonly<Record<Daemon, string>> = {
  containerd: `while :; do containerd --config ${containerdConfig}; sleep 0.5; done`,
  kubelet: `
while :; do
  if [ -S ${containerdSocket} ] && [ -e /var/lib/kubelet/config.yaml ] && [ -e /var/lib/kubelet/kubeadm-flags.env ]; then
    . /var/lib/kubelet/kubeadm-flags.env
    kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf \\
      --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS
  fi
  sleep 0.05
done`,
};

const waitScript = `
deadline=$(($(date +%s) + $2))
until [ -S "$1" ] && ctr --address "$1" version >/dev/null 2>&1; do
  [ "$(date +%s)" -lt "$deadline" ]
  sleep 0.02
done
`;
