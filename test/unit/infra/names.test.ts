import { expect, test } from 'vitest';
import { libvirtNames, stackOfName } from '../../../src/infra/names.ts';
import { ifaceNameFault } from '../../../src/net/iface-name.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const topologyOf = (stack: string, text = '') => loadTopology(text, { stack, file: `Pulumi.${stack}.yaml` });

test('names say whose they are', () => {
  const names = libvirtNames(topologyOf('quickstart'));
  expect(names.pool).toBe('podlab.quickstart.pool');
  expect(names.base).toBe('podlab.quickstart.base.qcow2');
  expect([...names.networks]).toEqual([
    ['nat', { name: 'podlab.quickstart.nat', bridge: 'pl_quick-cf7dr1' }],
    ['isolated', { name: 'podlab.quickstart.isolated', bridge: 'pl_quick-ang5h1' }],
  ]);
  expect(names.nodes.get('node2')).toMatchObject({
    domain: 'podlab.quickstart.node2',
    disk: 'podlab.quickstart.node2.qcow2',
    seed: 'podlab.quickstart.node2.seed.iso',
  });
});

test('a name is taken for ours when it has the mark, a stack and a part', () => {
  expect(stackOfName('podlab.seat-07.node1')).toBe('seat-07');
  expect(stackOfName('podlab.seat-07')).toBeUndefined();
  expect(stackOfName('podlab..node1')).toBeUndefined();
  expect(stackOfName('default')).toBeUndefined();
  expect(stackOfName('podlab-seat-07.node1.x')).toBeUndefined();
});

test('stack a-b with node c and stack a with node b-c have nothing in common', () => {
  const one = libvirtNames(topologyOf('a-b', nodes('c')));
  const other = libvirtNames(topologyOf('a', nodes('b-c')));
  const shared = namesIn(one).filter((name) => namesIn(other).includes(name));
  expect(shared).toEqual([]);
});

test('forty seats on one host share no name, no interface and no MAC, and all interfaces are ones that the kernel takes', () => {
  const seats = Array.from({ length: 40 }, (_, n) => `kubeadm-calico-racks-seat${`${n + 1}`.padStart(2, '0')}`);
  const topologies = seats.map((seat) => topologyOf(seat, nodes('node1', 'node2', 'node3', 'node4', 'node5')));
  const all = topologies.flatMap((topology) => namesIn(libvirtNames(topology)));
  expect(all.length).toBe(40 * (4 + 4 + 5 * 5));
  expect(new Set(all).size).toBe(all.length);
  const interfaces = topologies.map(libvirtNames).flatMap(interfacesIn);
  expect(interfaces.filter((name) => ifaceNameFault(name) !== '' || /^(vnet|virbr)/.test(name))).toEqual([]);
  const macs = topologies.flatMap((topology) => topology.nodes.flatMap(({ nics }) => nics.map(({ mac }) => mac)));
  expect(new Set(macs).size).toBe(40 * 5 * 2);
  expect(macs.filter((mac) => mac !== mac.toLowerCase())).toEqual([]);
});

function nodes(...names: readonly string[]): string {
  return `config:\n  podlab:nodes: [${names.map((name) => `{ name: ${name} }`).join(', ')}]\n`;
}

function namesIn(names: ReturnType<typeof libvirtNames>): readonly string[] {
  const machines = [...names.nodes.values()].flatMap(({ domain, disk, seed }) => [domain, disk, seed]);
  const networks = [...names.networks.values()].map(({ name }) => name);
  return [names.pool, names.base, names.kernel, names.initrd, ...machines, ...networks, ...interfacesIn(names)];
}

function interfacesIn(names: ReturnType<typeof libvirtNames>): readonly string[] {
  const ports = [...names.nodes.values()].flatMap((node) => [...node.ports.values()]);
  return [...[...names.networks.values()].map(({ bridge }) => bridge), ...ports];
}
