// The machine and the rooms in general terms: what somebody needs to judge the figures.

import type { Executor } from '../host/host.ts';
import { output } from '../probe/net-view.ts';
import type { Topology } from '../topology/topology.ts';

export interface Machine {
  readonly cores: number;
  readonly memoryGiB: number;
  /** `6.18.44` form. */
  readonly kernel: string;
  /** Processes that want a CPU, over the minute before the first room. Above 1, something else takes part in the result. */
  readonly load: number;
  readonly iperf3: string;
  readonly wrk: string;
}

export async function describeMachine(node: Executor, load: number): Promise<Machine> {
  return { ...parseMachine(await output(node, ['sh', '-uc', script])), load };
}

const script = `
nproc
uname -r
grep MemTotal /proc/meminfo
iperf3 --version | head -n 1
wrk --version 2>&1 | head -n 1
exit 0
`;

/** @param text the five lines of the script above */
export function parseMachine(text: string): Omit<Machine, 'load'> {
  const [cores = '', kernel = '', memory = '', iperf3 = '', wrk = ''] = text.trim().split('\n');
  return {
    cores: Number(cores),
    memoryGiB: Math.round(Number(/\d+/.exec(memory)?.[0] ?? Number.NaN) / 1024 ** 2),
    kernel: kernel.split('-')[0] ?? '',
    iperf3: /\d[\d.]*/.exec(iperf3)?.[0] ?? '',
    wrk: /\d[\d.]*/.exec(wrk)?.[0] ?? '',
  };
}

export interface BenchStack {
  readonly stack: string;
  /** `bridge host-gw`, `flannel vxlan`. */
  readonly cni: string;
  readonly proxyMode: string;
  readonly nodes: number;
  /** MTU of pods. */
  readonly mtuBytes: number;
  /** Limits of the nodes' control groups in words; '' without any. */
  readonly limits: string;
}

export function describeStack(stack: string, { cni, kubernetes, nodes }: Topology): BenchStack {
  const limits = nodes.flatMap(({ name, cpus, memoryMiB }) => {
    const parts = [...(cpus > 0 ? [`${cpus} CPUs`] : []), ...(memoryMiB > 0 ? [`${memoryMiB} MiB`] : [])];
    return parts.length === 0 ? [] : [`${name} ${parts.join(' and ')}`];
  });
  return {
    stack,
    cni: `${cni.name} ${cni.routes}`.trim(),
    proxyMode: kubernetes.proxyMode,
    nodes: nodes.length,
    mtuBytes: cni.mtuBytes,
    limits: limits.join(', '),
  };
}
