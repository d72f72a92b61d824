// What is too little, taken or shared on libvirt hosts, before anything is made.

import { expect, test } from 'vitest';
import {
  findClashes,
  findHostShortages,
  type HostRoom,
  machineNeed,
  type SeatNeed,
} from '../../../src/fleet/libvirt-capacity.ts';

const GiB = 1024 ** 3;

const seat = (number: number, changes: Partial<SeatNeed> = {}): SeatNeed => ({
  stack: `day1-0${number}`,
  uri: 'qemu:///system',
  isNew: true,
  memoryBytes: 2 * GiB,
  diskBytes: 4 * GiB,
  networks: [{ cidr: `10.200.${number}.0/24`, ports: 2 }],
  interfaces: [`pl_${number}`],
  macs: [`52:54:00:00:00:0${number}`],
  names: [`podlab.day1-0${number}.nat`],
  ...changes,
});

const host = (changes: Partial<HostRoom> = {}): HostRoom => ({
  uri: 'qemu:///system',
  memoryBytes: 4 * GiB,
  diskBytes: 8 * GiB,
  interfaces: ['lo', 'eth0', 'virbr0'],
  routes: [
    { cidr: '192.0.2.0/24', dev: 'eth0' },
    { cidr: '192.168.122.0/24', dev: 'virbr0' },
  ],
  names: ['default'],
  ...changes,
});

test('exactly enough is enough', () => {
  expect(findHostShortages([seat(1), seat(2)], host())).toEqual([]);
  expect(findHostShortages([seat(1), seat(2), seat(3)], host())).toEqual([
    'qemu:///system: memory: 6.0 GiB needed, 4.0 GiB left. Take fewer seats, smaller machines, or one host more.',
    'qemu:///system: disk: 12.0 GiB needed, 8.0 GiB left. Make room there, or name another directory of that host.',
  ]);
});

test("somebody else's bridge or network of a seat's name is found, the remains of a seat itself are not", () => {
  const taken = host({ interfaces: ['pl_1', 'pl_2'], names: ['podlab.day1-01.nat'] });
  expect(findHostShortages([seat(1, { isNew: false })], taken)).toEqual([]);
  expect(findHostShortages([seat(1)], taken)).toEqual([
    'qemu:///system: interface pl_1 is there already, and not of this workshop: seat day1-01 needs it. Remove it with virsh.',
    'qemu:///system: "podlab.day1-01.nat" in libvirt is there already, and not of this workshop: seat day1-01 needs it. Remove it with virsh.',
  ]);
});

test('a network that the host reaches another way is found; the default route counts for none', () => {
  const vpn = host({
    routes: [
      { cidr: '10.0.0.0/8', dev: 'tun0' },
      { cidr: '0.0.0.0/0', dev: 'eth0' },
    ],
  });
  expect(findHostShortages([seat(2)], vpn)).toEqual([
    'qemu:///system: 10.200.2.0/24 of seat day1-02 overlaps 10.0.0.0/8, which that host reaches through tun0. Write another libvirt: { cidr: … }.',
  ]);
});

test('what two seats of one host would share is found, on two hosts it is not shared', () => {
  const [one, other] = [seat(1), seat(2, { interfaces: ['pl_1'] })];
  expect(findClashes([one, other])).toEqual([
    'interface pl_1 of seat day1-02 is also that of day1-01, on the same host. Give the workshop another name.',
  ]);
  expect(findClashes([one, { ...other, uri: 'qemu+ssh://b/system' }])).toEqual([]);
});

test('a bridge takes 1023 machines and not one more', () => {
  const crowd = (ports: number) => findClashes([seat(1, { networks: [{ cidr: '10.200.0.0/16', ports }] })]);
  expect(crowd(1023)).toEqual([]);
  expect(crowd(1024)).toEqual([
    'network 10.200.0.0/16 of seat day1-01 has 1024 machines, and a bridge has 1024 ports.',
  ]);
});

test('a machine takes more than its memory, and once more its memory on the disk', () => {
  const { memoryBytes, diskBytes } = machineNeed(2048, 'kubernetes');
  expect([memoryBytes, diskBytes].map((bytes) => bytes / 1024 ** 2)).toEqual([2048 + 128, 2048 + 2048]);
});
