// What of a room is told of libvirt's machine: what somebody does to the room there shows, what that machine does by itself does not.

import { expect, test } from 'vitest';
import { roomTraces } from '../../../../src/driver/libvirt/room-traces.ts';
import { compareFootprints } from '../../../../src/workshop/footprint.ts';
import { fakeExecutor } from '../../../support/fake-executor.ts';
import { recorded, recordedRoom as topology } from '../../../support/recorded-libvirt.ts';

const link = (ifname: string, more: object = {}) => ({ ifname, flags: ['UP', 'LOWER_UP'], mtu: 1500, ...more });
const links = [
  link('eth0', { addr_info: [{ local: '10.0.0.7', prefixlen: 24, scope: 'global' }] }),
  link('pl_vm_nat', {
    addr_info: [
      { local: '192.168.122.1', prefixlen: 24, scope: 'global' },
      { local: 'fe80::1', prefixlen: 64, scope: 'link' },
    ],
  }),
  link('vnet0', { master: 'pl_vm_nat' }),
  link('vnet7', { master: 'virbr0' }),
];
const nat = recorded('virsh-9.0.0-net-nat.xml');
const isolated = recorded('virsh-9.0.0-net-isolated.xml');
const domain = recorded('virsh-9.0.0-domain.xml');
const room = {
  'virsh --quiet list --all': ' 1    podlab.vm.node1   running\n 4    podlab.vm2.node1   running\n',
  'virsh --quiet list --all --autostart --name': '\n',
  'virsh --quiet net-list --all':
    ' default   active   yes   yes\n podlab.vm.isolated   active   no   yes\n podlab.vm.nat   active   no   yes\n',
  'virsh --quiet net-list --all --autostart --name': 'default\n\n',
  'virsh --quiet net-dumpxml podlab.vm.nat': nat,
  'virsh --quiet net-dumpxml --inactive podlab.vm.nat': nat,
  'virsh --quiet net-dhcp-leases podlab.vm.nat': '',
  'virsh --quiet net-dumpxml podlab.vm.isolated': isolated,
  'virsh --quiet net-dumpxml --inactive podlab.vm.isolated': isolated,
  'virsh --quiet net-dhcp-leases podlab.vm.isolated': recorded('virsh-9.0.0-leases-isolated.txt'),
  'virsh --quiet dumpxml podlab.vm.node1': domain,
  'virsh --quiet dumpxml --inactive podlab.vm.node1': domain,
  'ip -j address show': JSON.stringify(links),
};

const tracesOf = (more: Partial<typeof room> = {}) =>
  roomTraces(topology, fakeExecutor('gateway', { ...room, ...more }));
const changeBy = async (more: Partial<typeof room>) => compareFootprints(await tracesOf(), await tracesOf(more));
const nothing = { added: [], removed: [] };

test('networks, leases, machines and the interfaces of the room are told, and nothing else of that machine', async () => {
  const traces = await tracesOf();
  expect(traces.filter((line) => !/^(network|machine) /.test(line))).toEqual([
    'address 192.168.122.1/24 on pl_vm_nat',
    'link pl_vm_nat mtu 1500 up',
    'link vnet0 mtu 1500 up port of pl_vm_nat',
  ]);
  expect(traces).toContain('network isolated: active');
  expect(traces).toContain('network isolated: lease 192.168.39.11/24 of 52:54:00:3e:35:00');
  expect(traces).toContain('machine node1: running');
  expect(traces.filter((line) => line.includes("<mac address='52:54:00:3e:35:00'/>"))).toHaveLength(2);
  expect(traces.filter((line) => line.includes('default') || line.includes('vm2'))).toEqual([]);
});

test('what that machine does by itself, and what another start of the machine changes, is nothing', async () => {
  const restarted = domain
    .replace("id='1'", "id='9'")
    .replaceAll('/dev/pts/0', '/dev/pts/3')
    .replaceAll('5167ff4f-5dd4-4095-b766-90c830f3c21f', '00000000-5dd4-4095-b766-90c830f3c21f');
  expect(restarted).not.toBe(domain);
  expect(
    await changeBy({
      'virsh --quiet dumpxml podlab.vm.node1': restarted,
      'virsh --quiet list --all': ' 9    podlab.vm.node1   running\n',
      'virsh --quiet net-dumpxml podlab.vm.nat': nat.replace("connections='1'", "connections='2'"),
      'virsh --quiet net-list --all':
        ' mine   active   yes   yes\n podlab.vm.isolated   active   no   yes\n podlab.vm.nat   active   no   yes\n',
      'virsh --quiet net-list --all --autostart --name': 'mine\n\n',
      'virsh --quiet net-dhcp-leases podlab.vm.isolated': room[
        'virsh --quiet net-dhcp-leases podlab.vm.isolated'
      ].replace('12:22:58', '13:22:58'),
      'ip -j address show': JSON.stringify([...links, link('docker0')]),
    }),
  ).toEqual(nothing);
});

test('a network that is stopped, or starts with its host, is one', async () => {
  const stopped = await changeBy({
    'virsh --quiet net-list --all': ' podlab.vm.isolated   inactive   no   yes\n podlab.vm.nat   active   no   yes\n',
  });
  expect(stopped).toEqual({
    added: ['network isolated: not active'],
    removed: ['network isolated: active', 'network isolated: lease 192.168.39.11/24 of 52:54:00:3e:35:00'],
  });
  const byItself = { 'virsh --quiet net-list --all --autostart --name': 'default\npodlab.vm.nat\n\n' };
  expect(await changeBy(byItself)).toEqual({ added: ['network nat: starts with its host'], removed: [] });
});

test('a reservation is one where it was written: in force, or only for the next start', async () => {
  const host = "      <host mac='52:54:00:1a:b0:1c' name='printer' ip='192.168.39.40'/>\n    </dhcp>";
  const more = isolated.replace('    </dhcp>', host);
  const inForce = await changeBy({ 'virsh --quiet net-dumpxml podlab.vm.isolated': more });
  expect(inForce.added).toEqual([expect.stringMatching(/^network isolated: <dhcp> .*name='printer'/)]);
  const later = await changeBy({ 'virsh --quiet net-dumpxml --inactive podlab.vm.isolated': more });
  expect(later.added).toEqual([expect.stringMatching(/^network isolated, when it starts again: <dhcp> .*'printer'/)]);
});

test('a cable that is pulled is one, a cable that was plugged in again is none; two that were exchanged are', async () => {
  const cable = (state: string) => domain.replace("<target dev='vnet0'/>", `<target dev='vnet0'/>\n      ${state}`);
  const now = (text: string) => changeBy({ 'virsh --quiet dumpxml podlab.vm.node1': text });
  const pulled = await now(cable("<link state='down'/>"));
  expect(pulled.added).toEqual([expect.stringContaining("<link state='down'/>")]);
  expect(await now(cable("<link state='up'/>"))).toEqual(nothing);
  const exchanged = domain
    .replaceAll('podlab.vm.nat', 'podlab.vm.other')
    .replaceAll('podlab.vm.isolated', 'podlab.vm.nat')
    .replaceAll('podlab.vm.other', 'podlab.vm.isolated');
  expect((await now(exchanged)).added).toHaveLength(2);
});

test('a bridge that is switched off is one', async () => {
  const off = links.map((one) => (one.ifname === 'pl_vm_nat' ? { ...one, flags: [] } : one));
  expect(await changeBy({ 'ip -j address show': JSON.stringify(off) })).toEqual({
    added: ['link pl_vm_nat mtu 1500'],
    removed: ['link pl_vm_nat mtu 1500 up'],
  });
});
