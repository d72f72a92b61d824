// What the things of a room are called in libvirt, where rooms share one set of names and one set of interfaces.

import { ifaceName } from '../net/iface-name.ts';
import type { Topology } from '../topology/topology.ts';

export interface LibvirtNames {
  readonly pool: string;
  /** The volume that every node's disk is an overlay of, where the room has its own copy of the image. */
  readonly base: string;
  /** Volumes of what QEMU itself starts a machine with, likewise. */
  readonly kernel: string;
  readonly initrd: string;
  /** By the network's name in the topology. */
  readonly networks: ReadonlyMap<string, NetworkNames>;
  /** By the node's name in the topology. */
  readonly nodes: ReadonlyMap<string, NodeNames>;
}

export interface NetworkNames {
  readonly name: string;
  /** The bridge on the host, at most 15 bytes; differs from that of every other room. */
  readonly bridge: string;
}

export interface NodeNames {
  readonly domain: string;
  readonly disk: string;
  /** The volume with cloud-init's documents. */
  readonly seed: string;
  /** The other end of each cable on the host, at most 15 bytes: network → tap device. */
  readonly ports: ReadonlyMap<string, string>;
}

/**
 * Every name begins with this and the stack's: that is how podlab knows its own. Dots are in no stack's, node's or network's
 * name, so that two rooms never mean the same thing by one name.
 */
const mark = 'podlab';

/**
 * Not `vnet…` or `virbr…`: libvirt hands out such names by itself, and forgets those that it is given. Parts are joined by what
 * no name has, for the reason above; a dot would stand for a VLAN or, to sysctl, for a directory.
 */
const iface = (...parts: readonly string[]) => ifaceName(['pl', ...parts].join('_'));

/** Whether an interface of this machine may be one of a room's. */
export function isLibvirtIface(name: string): boolean {
  return name.startsWith('pl_');
}

export function libvirtNames({ stack, networks, nodes }: Topology): LibvirtNames {
  const name = (...parts: readonly string[]) => [mark, stack, ...parts].join('.');
  return {
    pool: name('pool'),
    base: name('base.qcow2'),
    kernel: name('kernel'),
    initrd: name('initrd'),
    networks: new Map(
      networks.map((network) => {
        return [network.name, { name: name(network.name), bridge: iface(stack, network.name) }];
      }),
    ),
    nodes: new Map(
      nodes.map((node) => {
        const ports = node.nics.map(({ network }) => [network, iface(stack, node.name, network)] as const);
        const names = {
          domain: name(node.name),
          disk: name(node.name, 'qcow2'),
          seed: name(node.name, 'seed.iso'),
          ports: new Map(ports),
        };
        return [node.name, names];
      }),
    ),
  };
}

/** The stack that a domain, network, pool or volume of libvirt belongs to; undefined for what is not podlab's. */
export function stackOfName(name: string): string | undefined {
  const [first, stack, ...rest] = name.split('.');
  return first === mark && stack !== '' && rest.length > 0 ? stack : undefined;
}
