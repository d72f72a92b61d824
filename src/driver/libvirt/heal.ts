// Starts again what stands still: Pulumi does not see a network that was stopped or a machine that was switched off.

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { Reporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import { roomInLibvirt, virsh } from './domains.ts';

/** @returns the nodes that were started */
export async function startStopped(topology: Topology, host: Executor, reporter: Reporter): Promise<readonly string[]> {
  const names = libvirtNames(topology);
  const { machines, networks } = await roomInLibvirt(topology, host);
  const stopped = [...networks].flatMap(([name, isActive]) => (isActive ? [] : [name]));
  for (const network of stopped) {
    const name = names.networks.get(network)?.name ?? '';
    await reporter.step(`starting network ${network}`, () => virsh(host, 'net-start', name));
  }
  const started: string[] = [];
  for (const { name, nics } of topology.nodes) {
    const state = machines.get(name);
    const domain = names.nodes.get(name)?.domain ?? '';
    // A bridge that is new has lost the cables of those that were on the old one.
    const isCut = nics.some(({ network }) => stopped.includes(network));
    if (state === undefined || (state === 'running' && !isCut)) continue;
    await reporter.step(`starting ${name}, which was ${state === 'running' ? 'cut off' : state}`, async () => {
      if (state === 'paused') return virsh(host, 'resume', domain);
      if (state === 'running') await virsh(host, 'destroy', domain);
      return virsh(host, 'start', domain);
    });
    started.push(name);
  }
  return started;
}

/** Waits until a machine lets us in. @throws LabError TIMEOUT with what was seen last */
export async function waitUntilIn(
  machine: Executor,
  wait: {
    readonly withinMs: number;
    readonly signal: AbortSignal;
    readonly sleep: (ms: number) => Promise<void>;
  },
): Promise<void> {
  const deadline = performance.now() + wait.withinMs;
  for (;;) {
    const fault = await machine.run(['true']).then(
      ({ exitCode }) => (exitCode === 0 ? '' : `exit code ${exitCode}`),
      (error: Error) => error.message,
    );
    if (fault === '') return;
    if (wait.signal.aborted) throw new LabError('CANCELLED', 'interrupted while a machine was starting');
    if (performance.now() > deadline) {
      throw new LabError('TIMEOUT', `node "${machine.name}" has not come up: ${fault}`, {
        hint: 'See what it said while it booted: podlab logs.',
      });
    }
    await wait.sleep(2000);
  }
}
