// The moment when a room was first ready, kept in the disks of its machines: memory, devices and files, so that a reset is a load.

import { LabError } from '../../error.ts';
import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { Reporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import { virsh } from './domains.ts';

/** libvirt is told to forget it: it would refuse to remove a machine that has a snapshot. QEMU finds it in the disk. */
const snapshot = 'podlab-ready';

/** Keeps the machines as they are, all at one moment. They stand still meanwhile. */
export async function keepReadyState(topology: Topology, host: Executor, reporter: Reporter): Promise<void> {
  const domains = domainsOf(topology);
  await reporter.step('keeping the machines as they are now, for reset', () =>
    standingStill(domains, host, () =>
      Promise.all(
        domains.map((domain) =>
          virsh(host, 'snapshot-create-as', '--domain', domain, '--name', snapshot, '--no-metadata', '--atomic'),
        ),
      ),
    ),
  );
}

/** Puts every machine back to that moment, whatever it does now. Its clock stands at that moment too. */
export async function loadReadyState(topology: Topology, host: Executor, reporter: Reporter): Promise<void> {
  const domains = domainsOf(topology);
  await reporter.step(`putting ${topology.stack} back to when it was first ready`, () =>
    standingStill(domains, host, () => Promise.all(domains.map((domain) => load(domain, host)))),
  );
}

/** The clock of a machine that was put back, set to that of this machine. */
export async function repairClock(machine: Executor, nowMs: number): Promise<void> {
  const { exitCode, stderr } = await machine.run(['date', '--utc', '--set', `@${(nowMs / 1000).toFixed(3)}`]);
  if (exitCode === 0) return;
  throw new LabError('COMMAND_FAILED', `the clock of node "${machine.name}" can't be set: ${stderr.trim()}`);
}

async function load(domain: string, host: Executor): Promise<void> {
  // The monitor for people says nothing when it has done it.
  const said = (await virsh(host, 'qemu-monitor-command', domain, '--hmp', `loadvm ${snapshot}`)).trim();
  if (said !== '') throw new LabError('COMMAND_FAILED', `machine ${domain} can't be put back: ${said}`);
}

async function standingStill(domains: readonly string[], host: Executor, work: () => Promise<unknown>): Promise<void> {
  await Promise.all(domains.map((domain) => virsh(host, 'suspend', domain)));
  try {
    await work();
  } finally {
    await Promise.all(domains.map((domain) => virsh(host, 'resume', domain)));
  }
}

function domainsOf(topology: Topology): readonly string[] {
  return [...libvirtNames(topology).nodes.values()].map(({ domain }) => domain);
}
