// The stack files of seats: the template's room for each, with nothing that two of them share.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findClashes } from '../../../src/fleet/libvirt-capacity.ts';
import { resolveLibvirt, type SeatHost } from '../../../src/fleet/libvirt-place.ts';
import { readTemplate, renderSeatStack, type SeatTemplate } from '../../../src/fleet/seat-stack.ts';
import { spreadSeats } from '../../../src/fleet/spread-seats.ts';
import { libvirtNames } from '../../../src/infra/names.ts';
import { stackConfig } from '../../../src/infra/stack-config.ts';
import { cidrOf, containsAddress } from '../../../src/net/cidr.ts';
import { parseIp } from '../../../src/net/ipv4.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import type { Topology } from '../../../src/topology/topology.ts';

const { cidr, hosts } = resolveLibvirt();
const thisMachine = hosts[0] as SeatHost;

function templateOf(text: string): SeatTemplate {
  const { template, problems } = readTemplate(
    { name: 'mine', text, file: '/course/Pulumi.mine.yaml' },
    'day1',
    (path) => new URL(path, 'file:///course/').pathname,
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return template as SeatTemplate;
}

function seatFile(template: SeatTemplate, number: number, host: SeatHost = thisMachine): string {
  const seat = { number, stack: `day1-${String(number).padStart(2, '0')}`, person: '' };
  return renderSeatStack({ template, workshop: 'day1', cidr, seat, host });
}

function seatTopology(text: string, number: number): Topology {
  return loadTopology(text, { stack: `day1-${String(number).padStart(2, '0')}`, file: 'seat.yaml' });
}

const cluster = `config:
  podlab:driver: sandbox
  podlab:uplink: true
  podlab:engine: kubernetes
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/25, mtu: 1400 }
  podlab:nodes:
    - { name: node1, rack: a, networks: [nat, { network: isolated, ip: 192.168.39.77, mac: 52:54:00:12:34:56 }], cpus: 2, memory: 3GiB }
    - { name: node2, rack: b, networks: [nat, { network: isolated, mtu: 1300, delay: 20ms, rate: 1gbit }] }
  podlab:kubernetes: { advertise: isolated, podSubnet: 10.10.0.0/16 }
  podlab:cni: { name: bridge, routes: host-gw }
  podlab:workloads: { manifests: [./web.yaml, more/db.yaml], images: [./seat.tar, registry.example/x:1] }
  vm:image: disks/base.qcow2
  vm:directory: /srv/disks/
  vm:seed: 0123456789abcdef0123456789abcdef
  libvirt:uri: qemu+ssh://old/system
`;

test('a seat has the room of the template with addresses of its own', async () => {
  const text = seatFile(templateOf(cluster), 7, { ...thisMachine, uri: 'qemu+ssh://lab@two/system', type: 'qemu' });
  await expect(text).toMatchFileSnapshot('../../golden/fleet/seat-stack.yaml');
  const { networks, nodes, kubernetes } = seatTopology(text, 7);
  expect(networks.map((network) => network.cidr)).toEqual(['10.200.12.0/24', '10.200.13.0/25']);
  // An address that was fixed keeps its place in the network.
  expect(nodes.map(({ nics }) => nics.map(({ ip }) => ip))).toEqual([
    ['10.200.12.11', '10.200.13.77'],
    ['10.200.12.12', '10.200.13.12'],
  ]);
  expect(kubernetes.advertiseAddress).toBe('10.200.13.77');
});

test('the keys of one seat open no other', () => {
  const template = templateOf(cluster);
  const seeds = [1, 2].map((number) => stackConfig(seatFile(template, number), '').get('vm:seed') ?? '');
  expect(new Set([...seeds, '0123456789abcdef0123456789abcdef']).size).toBe(3);
  expect(seeds.map((seed) => seed.length)).toEqual([64, 64]);
});

test('a template of the sandbox, with nothing written in it, gives seats of virtual machines', () => {
  const text = seatFile(templateOf(''), 1);
  expect(seatTopology(text, 1)).toMatchObject({
    driver: 'libvirt',
    engine: 'none',
    networks: [{}, {}],
    nodes: [{}, {}],
  });
  expect(Object.fromEntries(stackConfig(text, ''))).toEqual({ 'libvirt:uri': 'qemu:///system' });
});

test('the directory of a host counts before that of the template, and no two seats share one', () => {
  const directory = (host: Partial<SeatHost>, number: number) =>
    stackConfig(seatFile(templateOf(cluster), number, { ...thisMachine, ...host }), '').get('vm:directory');
  expect(directory({}, 2)).toBe('/srv/disks/day1-02');
  expect(directory({ directory: '/fast' }, 3)).toBe('/fast/day1-03');
});

test('a template with errors is none', () => {
  const read = (text: string) => readTemplate({ name: 'x', text, file: 'x.yaml' }, 'day1', (path) => path);
  expect(read('config: { podlab:nodes: [{ name: UPPER }] }').template).toBeUndefined();
  expect(read('config: { podlab:nodes: [{ name: UPPER }] }').problems).not.toEqual([]);
});

/** Rooms of one to six nodes on one to three networks of different sizes. */
const anyTemplate = fc
  .record({
    nodes: fc.integer({ min: 1, max: 6 }),
    lengths: fc.array(fc.integer({ min: 23, max: 28 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ nodes, lengths }) => {
    const networks = lengths.map((length, n) => `    net${n}: { mode: nat, cidr: 172.${20 + n}.0.0/${length} }\n`);
    return `config:\n  podlab:networks:\n${networks.join('')}  podlab:nodes: { count: ${nodes} }\n`;
  });

test('forty seats on several hosts share no MAC, address, bridge, cable, name or stack', () => {
  const anyUris = fc.uniqueArray(fc.constantFrom('qemu:///system', 'qemu+ssh://a/system', 'qemu+ssh://b@c/system'), {
    minLength: 1,
  });
  fc.assert(
    fc.property(anyTemplate, anyUris, (written, uris) => {
      const template = templateOf(written);
      const seats = Array.from({ length: 40 }, (_, n) => {
        return { number: n + 1, stack: `day1-${String(n + 1).padStart(2, '0')}`, person: '' };
      });
      const all = uris.map((uri) => ({ ...thisMachine, uri }));
      const places = spreadSeats({ seats, hosts: all, need: { memoryMiB: 1, cpus: 1 }, kept: new Map() });
      const topologies = seats.map(({ number, stack }) => {
        const host = all.find(({ uri }) => uri === places.get(stack)) as SeatHost;
        return { stack, uri: host.uri, topology: seatTopology(seatFile(template, number, host), number) };
      });
      const taken = topologies.flatMap(({ topology }) => thingsOf(topology));
      expect(new Set(taken).size).toBe(taken.length);
      for (const { topology } of topologies) {
        for (const { nics } of topology.nodes) {
          for (const { network, ip } of nics) {
            const range = cidrOf(topology.networks.find(({ name }) => name === network)?.cidr ?? '');
            expect(containsAddress(range, parseIp(ip) ?? 0)).toBe(true);
          }
        }
      }
    }),
    { numRuns: 4 },
  );
});

/** All that must be a seat's own on its host, as this test sees it; hosts are not told apart, so it is stricter. */
function thingsOf(topology: Topology): readonly string[] {
  const names = libvirtNames(topology);
  const machines = [...names.nodes.values()].flatMap(({ domain, disk, seed, ports }) => [
    ...[domain, disk, seed],
    ...ports.values(),
  ]);
  const networks = [...names.networks.values()].flatMap(({ name, bridge }) => [name, bridge]);
  const nics = topology.nodes.flatMap((node) => node.nics.flatMap(({ mac, ip }) => [mac, ip]));
  return [topology.stack, names.pool, names.base, ...machines, ...networks, ...nics];
}

test('what clashes all the same would be found', () => {
  const { nodes } = seatTopology(seatFile(templateOf(''), 1), 1);
  const macs = nodes.flatMap(({ nics }) => nics.map(({ mac }) => mac));
  const need = { uri: 'u', isNew: true, memoryBytes: 0, diskBytes: 0, networks: [], interfaces: [], names: [], macs };
  expect(
    findClashes([
      { ...need, stack: 'a' },
      { ...need, stack: 'b', uri: 'v' },
    ]),
  ).toEqual([]);
  expect(
    findClashes([
      { ...need, stack: 'a' },
      { ...need, stack: 'b' },
    ]),
  ).toHaveLength(4);
});
