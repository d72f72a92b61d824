// iperf3 between two network namespaces: throughput of TCP, and what of UDP arrives.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { attempt, inView, type NetView, parseJson, succeeded } from '../probe/net-view.ts';

/** Starts a server that stays until the room goes. @throws LabError PROBE_FAILED when nothing listens after five seconds */
export async function startIperfServer(view: NetView, port: number): Promise<void> {
  const argv = inView(view, ['sh', '-uc', serveScript, 'podlab', String(port)]);
  succeeded(view.executor, await attempt(view.executor, argv));
}

const serveScript = `
iperf3 --server --daemon --port "$1" || exit
for try in $(seq 100); do
  ! ss -Hltn "sport = :$1" | grep -q . || exit 0
  sleep 0.05
done
echo "iperf3 does not listen on port $1" >&2
exit 1
`;

export interface IperfRun {
  readonly address: string;
  readonly port: number;
  readonly seconds: number;
  readonly protocol: 'tcp' | 'udp';
}

/** @returns bits per second that arrived; of UDP as many are sent as the sender can */
export async function measureThroughput(
  view: NetView,
  { address, port, seconds, protocol }: IperfRun,
): Promise<number> {
  const udp = protocol === 'udp' ? ['--udp', '--bitrate', '0'] : [];
  const words = ['--client', address, '--port', String(port), '--time', String(seconds), '--json', ...udp];
  const argv = inView(view, ['iperf3', ...words]);
  const result = await attempt(view.executor, argv, { timeoutMs: (seconds + 20) * 1000 });
  const { end, error } = parseJson(view.executor, argv, result.stdout, report);
  const received = end?.sum_received?.bits_per_second ?? 0;
  if (error === undefined && received > 0) return received;
  throw new LabError('PROBE_FAILED', `${view.executor.name}: iperf3 to ${address}: ${error ?? 'nothing arrived'}`, {
    hint: 'Try the way by hand with ping; `podlab kubectl get pods -o wide` shows the addresses.',
  });
}

const report = v.looseObject({
  error: v.optional(v.string()),
  end: v.optional(v.looseObject({ sum_received: v.optional(v.looseObject({ bits_per_second: v.number() })) })),
});
