// libvirt's documents for networks and virtual machines, as text: for tests, and for a room without Pulumi.

import type { Network, Node, Topology } from '../topology/topology.ts';
import { dhcpRange } from './dhcp-range.ts';
import { type Element, element, renderXml, textElement } from './xml.ts';

export interface NetworkNames {
  /** The network's name in libvirt. */
  readonly name: string;
  /** Name of its bridge on the host, at most 15 bytes. */
  readonly bridge: string;
}

/** A network with a lease for every node on it, at the address and MAC that the topology has bound. */
export function networkXml({ nodes }: Topology, network: Network, { name, bridge }: NetworkNames): string {
  const { cidr, gateway, mode, mtuBytes } = network;
  const { start, end } = dhcpRange(cidr);
  const leases = nodes.flatMap((node) =>
    node.nics
      .filter((nic) => nic.network === network.name)
      .map(({ mac, ip }) => element('host', { mac, name: node.name, ip })),
  );
  const dhcp = element('dhcp', {}, element('range', { start, end }), ...leases);
  const forward = element('forward', { mode: 'nat' });
  return renderXml(
    element(
      'network',
      {},
      textElement('name', name),
      ...(mode === 'nat' ? [forward] : []),
      element('bridge', { name: bridge, stp: 'off', delay: 0 }),
      element('mtu', { size: mtuBytes }),
      // Isolated: nothing leaves, and names are for the network that has a way out.
      element('dns', { enable: mode === 'nat' ? 'yes' : 'no' }),
      element('ip', { address: gateway, prefix: prefixOf(cidr) }, dhcp),
    ),
  );
}

export interface DomainSpec {
  /** The machine's name in libvirt. */
  readonly name: string;
  /** `kvm`, or `qemu` for emulation. */
  readonly type: 'kvm' | 'qemu';
  readonly node: Node;
  /** Used where the node does not say. */
  readonly defaults: { readonly cpus: number; readonly memoryMiB: number };
  /** Name in libvirt of each of the topology's networks that the node is on. */
  networkName(network: string): string;
  /** Loaded by QEMU itself; undefined for a disk that has a boot loader. */
  readonly boot: { readonly kernel: string; readonly initrd: string; readonly cmdline: string } | undefined;
  /** Absolute path of the machine's own disk, qcow2. */
  readonly disk: string;
  /** Absolute path of the disk with cloud-init's documents. */
  readonly seed: string;
  /** Absolute path of the file that keeps what the machine says on its serial console. */
  readonly consoleLog: string;
}

export function domainXml(spec: DomainSpec): string {
  const { name, type, node, defaults, boot } = spec;
  const os = [
    textElement('type', 'hvm', { arch: 'x86_64', machine: 'q35' }),
    ...(boot === undefined
      ? [element('boot', { dev: 'hd' })]
      : [textElement('kernel', boot.kernel), textElement('initrd', boot.initrd), textElement('cmdline', boot.cmdline)]),
  ];
  return renderXml(
    element(
      'domain',
      { type },
      textElement('name', name),
      textElement('memory', node.memoryMiB || defaults.memoryMiB, { unit: 'MiB' }),
      textElement('vcpu', node.cpus || defaults.cpus),
      element('os', {}, ...os),
      element('features', {}, element('acpi'), element('apic')),
      element('cpu', { mode: type === 'kvm' ? 'host-passthrough' : 'maximum' }),
      element('clock', { offset: 'utc' }),
      textElement('on_poweroff', 'destroy'),
      textElement('on_reboot', 'restart'),
      textElement('on_crash', 'destroy'),
      element('devices', {}, ...devices(spec)),
    ),
  );
}

function devices({ node, networkName, disk, seed, consoleLog }: DomainSpec): readonly Element[] {
  const interfaces = node.nics.map(({ mac, network }) =>
    element(
      'interface',
      { type: 'network' },
      element('mac', { address: mac }),
      element('source', { network: networkName(network) }),
      element('model', { type: 'virtio' }),
    ),
  );
  return [
    // What a workshop's disk has not synced survives all but a crash of the host.
    diskElement({ file: disk, format: 'qcow2', target: 'vda', driver: { cache: 'unsafe', discard: 'unmap' } }),
    // A virtio disk and no CD-ROM: Debian's kernel for virtual machines has no driver for that.
    diskElement({ file: seed, format: 'raw', target: 'vdb', driver: {} }, element('readonly')),
    ...interfaces,
    element(
      'serial',
      { type: 'pty' },
      element('target', { port: 0 }),
      element('log', { file: consoleLog, append: 'off' }),
    ),
    element('console', { type: 'pty' }, element('target', { type: 'serial', port: 0 })),
    element('rng', { model: 'virtio' }, textElement('backend', '/dev/urandom', { model: 'random' })),
    element('memballoon', { model: 'none' }),
  ];
}

function diskElement(
  disk: { file: string; format: string; target: string; driver: Readonly<Record<string, string>> },
  ...more: readonly Element[]
): Element {
  return element(
    'disk',
    { type: 'file', device: 'disk' },
    element('driver', { name: 'qemu', type: disk.format, ...disk.driver }),
    element('source', { file: disk.file }),
    element('target', { dev: disk.target, bus: 'virtio' }),
    ...more,
  );
}

function prefixOf(cidr: string): string {
  return cidr.slice(cidr.indexOf('/') + 1);
}
