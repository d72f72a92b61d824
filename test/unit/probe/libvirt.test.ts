import { describe, expect, test } from 'vitest';
import { parseLeases } from '../../../src/probe/libvirt-leases.ts';
import { type CannedAnswer, fakeExecutor } from '../../support/fake-executor.ts';
import { observe } from '../../support/probing.ts';
import { recorded, recordedRoom as topology } from '../../support/recorded-libvirt.ts';

const both = ' podlab.vm.isolated\n podlab.vm.nat\n\n';
const answers: Readonly<Record<string, string | CannedAnswer>> = {
  'virsh --quiet net-list --name --all': both,
  'virsh --quiet net-list --name': both,
  'virsh --quiet net-list --name --all --autostart': '\n',
  'virsh --quiet net-dumpxml podlab.vm.nat': recorded('virsh-9.0.0-net-nat.xml'),
  'virsh --quiet net-dumpxml podlab.vm.isolated': recorded('virsh-9.0.0-net-isolated.xml'),
  'virsh --quiet net-dhcp-leases podlab.vm.isolated': recorded('virsh-9.0.0-leases-isolated.txt'),
  'virsh --quiet list --name --all': 'podlab.vm.node1\n\n',
  'virsh --quiet domstate podlab.vm.node1': 'running\n\n',
  'virsh --quiet dumpxml podlab.vm.node1': recorded('virsh-9.0.0-domain.xml'),
};
const ask = (probe: string, args: Readonly<Record<string, string>> = {}, more: typeof answers = {}) =>
  observe(probe, args, fakeExecutor('gateway', { ...answers, ...more }), topology);

const mac = topology.nodes[0]?.nics.map((nic) => nic.mac) ?? [];

describe('libvirt.network', () => {
  test('tells a network that translates from one that does not', async () => {
    expect(await ask('libvirt.network')).toEqual({
      ...{ exists: true, name: 'podlab.vm.nat', active: true, autostart: false, mode: 'nat', bridge: 'pl_vm_nat' },
      ...{ mtu: 1500, ip: '192.168.122.1', prefix: 24, dhcp_start: '192.168.122.128', dhcp_end: '192.168.122.254' },
      reservations: [{ name: 'node1', mac: mac[0], ip: '192.168.122.11' }],
    });
    expect(await ask('libvirt.network', { network: 'isolated' })).toMatchObject({ mode: 'isolated', active: true });
  });

  test('that is defined and not started, or not there at all, is an answer', async () => {
    const stopped = { 'virsh --quiet net-list --name': ' podlab.vm.nat\n' };
    expect(await ask('libvirt.network', { network: 'isolated' }, stopped)).toMatchObject({
      exists: true,
      active: false,
    });
    expect(await ask('libvirt.network', { network: 'other' })).toMatchObject({
      exists: false,
      active: false,
      mode: '',
    });
    const similar = { 'virsh --quiet net-list --name --all': ' podlab.vm.nat2\n podlab.vm2.nat\n' };
    expect(await ask('libvirt.network', {}, similar)).toMatchObject({ exists: false });
  });

  test('that libvirt cannot be asked about is no answer', async () => {
    const refused = { 'virsh --quiet net-list --name --all': { exitCode: 1, stderr: 'error: failed to connect\n' } };
    await expect(ask('libvirt.network', {}, refused)).rejects.toMatchObject({
      code: 'PROBE_FAILED',
      message: 'virsh --quiet net-list --name --all: error: failed to connect',
    });
  });
});

describe('libvirt.leases', () => {
  test('are held against what the room reserves', async () => {
    expect(await ask('libvirt.leases', { network: 'isolated' })).toEqual({
      active: true,
      name: 'podlab.vm.isolated',
      leases: [{ mac: mac[1], ip: '192.168.39.11', prefix: 24, hostname: 'node1', node: 'node1' }],
      count: 1,
      as_reserved: ['node1'],
      different: [],
      without: [],
    });
  });

  test('another address, a stranger and a node without lease are told apart', async () => {
    const leases = (text: string) => ({ 'virsh --quiet net-dhcp-leases podlab.vm.isolated': text });
    const row = (who: string, ip: string) => ` 2026-11-21 12:22:58   ${who}   ipv4       ${ip}/24   -   -\n`;
    expect(
      await ask('libvirt.leases', { network: 'isolated' }, leases(row(mac[1] ?? '', '192.168.39.130'))),
    ).toMatchObject({
      ...{ count: 1, as_reserved: [], different: ['node1'], without: [] },
    });
    const stranger = row('52:54:00:00:00:01', '192.168.39.11');
    expect(await ask('libvirt.leases', { network: 'isolated' }, leases(stranger))).toMatchObject({
      ...{ count: 1, as_reserved: [], different: [], without: ['node1'] },
      leases: [{ node: '', hostname: '' }],
    });
  });

  test('of a network that is not started are none', async () => {
    const stopped = { 'virsh --quiet net-list --name': '\n' };
    expect(await ask('libvirt.leases', { network: 'isolated' }, stopped)).toMatchObject({
      active: false,
      without: ['node1'],
    });
  });

  test('are sorted by address, and IPv6 is left out', () => {
    const table = ` 2026-11-21 12:22:58   52:54:00:00:00:0B   ipv4       10.0.0.10/24   b   -
 2026-11-21 12:22:58   52:54:00:00:00:0a   ipv6       fd00::9/64   a   -
 2026-11-21 12:22:58   52:54:00:00:00:0a   ipv4       10.0.0.9/24   a   01:52:54:00:00:00:0a
`;
    expect(parseLeases(table).map(({ mac, ip }) => `${mac} ${ip}`)).toEqual([
      ...['52:54:00:00:00:0a 10.0.0.9', '52:54:00:00:00:0b 10.0.0.10'],
    ]);
  });
});

describe('libvirt.domain', () => {
  test('tells state, sizes and which NIC is on which network', async () => {
    const nic = (network: string, n: number) => ({
      ...{ mac: mac[n], network, bridge: `pl_vm_${network}`, tap: `vnet${n}`, model: 'virtio' },
    });
    expect(await ask('libvirt.domain')).toEqual({
      ...{ exists: true, name: 'podlab.vm.node1', state: 'running', type: 'qemu', cpus: 2, memory_mib: 2048 },
      nics: [nic('nat', 0), nic('isolated', 1)],
      count: 2,
      disks: [
        { file: '/rooms/node1/disk.qcow2', target: 'vda', readonly: false },
        { file: '/rooms/node1/seed.iso', target: 'vdb', readonly: true },
      ],
    });
  });

  test('that is not there, or shut off, is an answer', async () => {
    expect(await ask('libvirt.domain', {}, { 'virsh --quiet list --name --all': '\n' })).toMatchObject({
      exists: false,
    });
    const off = { 'virsh --quiet domstate podlab.vm.node1': 'shut off\n\n' };
    expect(await ask('libvirt.domain', {}, off)).toMatchObject({ exists: true, state: 'shut off' });
  });
});
