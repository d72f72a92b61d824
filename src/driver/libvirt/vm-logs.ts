// What the machines of a room have said: on their serial consoles, and in the journals of those that answer.

import type { Executor } from '../../host/host.ts';
import { libvirtNames } from '../../infra/names.ts';
import type { VmRecord } from '../../infra/vm-record.ts';

/** Of each log so much, from its end. */
const keptBytes = 256 * 1024;

const journal = 'journalctl --no-pager --boot --lines 2000 --unit kubelet --unit containerd; cat /var/log/podlab/*.log';

export async function vmLogs(
  { topology, logDirectory }: VmRecord,
  host: Executor,
  machine: (name: string) => Executor,
): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const names = libvirtNames(topology);
  const logs = await Promise.all(
    topology.nodes.map(async ({ name }) => {
      const file = `${logDirectory}/${names.nodes.get(name)?.domain}.console.log`;
      const console = await textOf(host, ['tail', '-c', `${keptBytes}`, file]);
      const own = topology.engine === 'none' ? '' : await textOf(machine(name), ['sh', '-c', journal]);
      return [
        { name: `console of ${name}`, text: console },
        { name: `journal of ${name}`, text: own },
      ];
    }),
  );
  return logs.flat().filter(({ text }) => text !== '');
}

/** '' when it can't be had. */
async function textOf(place: Executor, argv: Parameters<Executor['run']>[0]): Promise<string> {
  const result = await place.run(argv, { timeoutMs: 5000, maxOutputBytes: 8 * keptBytes }).catch(() => undefined);
  return result?.stdout ?? '';
}
