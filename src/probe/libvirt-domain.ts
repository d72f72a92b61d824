// libvirt.domain: the virtual machine that a node is.

import * as v from 'valibot';
import { libvirtNames } from '../infra/names.ts';
import { on } from './args.ts';
import { childOf, childrenOf, parseXml, textOf, virsh, virshNames } from './libvirt-view.ts';
import { nodeName } from './net-view.ts';
import { defineProbe } from './probe.ts';

export const libvirtDomain = defineProbe({
  name: 'libvirt.domain',
  summary: 'What does libvirt say of the virtual machine that a node is: does it run, on which networks are its NICs?',
  runs: ['virsh list --name --all', 'virsh domstate DOMAIN', 'virsh dumpxml DOMAIN'],
  take: 'state',
  args: v.strictObject({ on }),
  returns: {
    exists: 'libvirt knows the machine',
    name: 'its name in libvirt',
    state: "libvirt's word: running, paused, shut off, crashed …; empty when there is none",
    type: '`kvm`, or `qemu` for an emulated processor; empty when there is none',
    cpus: 'virtual CPUs; 0 when there is none',
    memory_mib: 'MiB; 0 when there is none',
    nics: 'in the order of the machine: `{ mac, network, bridge, tap, model }`; `network` is the name in the stack file, or that in libvirt for one that is not of the room',
    count: 'how many NICs',
    disks: '`{ file, target, readonly }`, in the order of the machine',
  },
  async observe(context, args) {
    const names = libvirtNames(context.topology);
    const name = names.nodes.get(nodeName(context, args.on))?.domain ?? '';
    const exists = (await virshNames(context, 'list', '--name', '--all')).includes(name);
    if (!exists) return { ...nothing, name };
    const state = (await virsh(context, 'domstate', name)).trim();
    const domain = parseXml(await virsh(context, 'dumpxml', name), 'domain');
    const devices = childOf(domain, 'devices');
    const inStackFile = new Map([...names.networks].map(([network, known]) => [known.name, network]));
    const nics = childrenOf(devices, 'interface').map((nic) => {
      const source = childOf(nic, 'source');
      const network = textOf(source, 'network');
      return {
        mac: textOf(childOf(nic, 'mac'), 'address'),
        network: inStackFile.get(network) ?? network,
        bridge: textOf(source, 'bridge'),
        tap: textOf(childOf(nic, 'target'), 'dev'),
        model: textOf(childOf(nic, 'model'), 'type'),
      };
    });
    return {
      exists,
      name,
      state,
      type: textOf(domain, 'type'),
      cpus: Number(textOf(domain, 'vcpu')),
      memory_mib: mebibytes(textOf(domain, 'memory'), textOf(childOf(domain, 'memory'), 'unit')),
      nics,
      count: nics.length,
      disks: childrenOf(devices, 'disk').map((disk) => ({
        file: textOf(childOf(disk, 'source'), 'file'),
        target: textOf(childOf(disk, 'target'), 'dev'),
        readonly: disk.readonly !== undefined,
      })),
    };
  },
});

const nothing = { exists: false, state: '', type: '', cpus: 0, memory_mib: 0, nics: [], count: 0, disks: [] };

/** libvirt always answers in KiB, but its format allows other units; those it never writes are 0. */
function mebibytes(amount: string, unit: string): number {
  const factor: Readonly<Record<string, number>> = { '': 1 / 1024, KiB: 1 / 1024, MiB: 1, GiB: 1024 };
  return Math.round(Number(amount) * (factor[unit] ?? 0));
}
