// The shell scripts of rooms of machines, run by this machine's shell with programs that only write down how they were called.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planCni } from '../../../src/cluster/cni/plan-cni.ts';
import { runProgram } from '../../../src/host/run.ts';
import { leaseScript } from '../../../src/infra/node-lease.ts';
import { peersScript } from '../../../src/infra/peers-script.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  for (const part of ['bin', 'etc', 'etc/podlab']) mkdirSync(join(dir, part));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** @param body what it does besides; it is told its arguments */
function program(name: string, body = ''): void {
  const file = join(dir, 'bin', name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>'${dir}/calls'\n${body}\n`);
  chmodSync(file, 0o755);
}

const sh = (input: string, ...args: readonly string[]) =>
  runProgram(['sh', '-eu', '-s', ...args], { env: { PATH: `${join(dir, 'bin')}:/usr/bin:/bin` }, input });
const calls = () => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n');

const host = "<host mac='52:54:00:00:00:02' name='node2' ip='10.1.0.12'/>";
const lease = ['lab.nat', '52:54:00:00:00:02', 'node2', '10.1.0.12'];
const changed = (what: string, where: string) =>
  `virsh --quiet net-update lab.nat ${what} ip-dhcp-host ${host} ${where}`;

interface Libvirt {
  readonly all: string;
  readonly active: string;
  readonly document: string;
  readonly refuses?: boolean;
}

/** A virsh with these answers. */
function libvirt({ all, active, document, refuses = false }: Libvirt): void {
  writeFileSync(join(dir, 'document'), document);
  program(
    'virsh',
    `case "$*" in
  *net-update*) ${refuses ? 'echo "error: there is one already" >&2; exit 1' : ':'} ;;
  *net-list*--all*) printf '${all}\\n\\n' ;;
  *net-list*) printf '${active}\\n\\n' ;;
  *net-dumpxml*) cat '${dir}/document' ;;
esac`,
  );
}

test('an address is reserved for now and for the next start, on a network that stands still for the next start only', async () => {
  libvirt({ all: 'lab.nat', active: 'other\\nlab.nat', document: '<network/>' });
  expect((await sh(leaseScript, 'reserve', ...lease)).exitCode).toBe(0);
  expect(calls().at(-1)).toBe(changed('add-last', '--config --live'));
  libvirt({ all: 'lab.nat', active: 'other', document: '<network/>' });
  expect((await sh(leaseScript, 'reserve', ...lease)).exitCode).toBe(0);
  expect(calls().at(-1)).toBe(changed('add-last', '--config'));
});

test('one that is reserved already is as well, one of somebody else is an error', async () => {
  const there = { all: 'lab.nat', active: 'lab.nat', refuses: true };
  libvirt({ ...there, document: `<dhcp>\n  ${host}\n</dhcp>` });
  expect((await sh(leaseScript, 'reserve', ...lease)).exitCode).toBe(0);
  libvirt({ ...there, document: `<dhcp>\n  ${host.replace('node2', 'node3')}\n</dhcp>` });
  expect(await sh(leaseScript, 'reserve', ...lease)).toMatchObject({
    exitCode: 1,
    stderr: 'error: there is one already\n',
  });
});

test('it is given up where it is, and where it is not there is nothing to do', async () => {
  libvirt({ all: 'lab.nat', active: 'lab.nat', document: `<dhcp>\n  ${host}\n</dhcp>` });
  expect((await sh(leaseScript, 'give-up', ...lease)).exitCode).toBe(0);
  expect(calls().at(-1)).toBe(changed('delete', '--config --live'));
  rmSync(join(dir, 'calls'));
  libvirt({ all: 'lab.nat', active: 'lab.nat', document: '<network/>' });
  expect((await sh(leaseScript, 'give-up', ...lease)).exitCode).toBe(0);
  libvirt({ all: 'other', active: '', document: '' });
  expect((await sh(leaseScript, 'give-up', ...lease)).exitCode).toBe(0);
  expect(calls().filter((call) => call.includes('net-update'))).toEqual([]);
});

test('without an answer of libvirt nothing is taken for given up', async () => {
  program('virsh', 'echo "error: failed to connect" >&2; exit 1');
  expect(await sh(leaseScript, 'give-up', ...lease)).toMatchObject({
    exitCode: 1,
    stderr: 'error: failed to connect\n',
  });
});

function room(count: number, cni: string) {
  const text = `config:\n  podlab:engine: kubernetes\n  podlab:nodes: { count: ${count} }\n  podlab:cni: ${cni}\n`;
  return loadTopology(text, { stack: 'lab', file: 'x' });
}

/** Tells node1 of a room of so many nodes. */
async function tell(count: number, cni: string): Promise<readonly string[]> {
  const topology = room(count, cni);
  const text = peersScript(topology, 'node1', planCni(topology, undefined)).replaceAll('/etc', `${dir}/etc`);
  rmSync(join(dir, 'calls'), { force: true });
  expect(await sh(text)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  return calls();
}

test('a machine is told of others again and again: what is new comes, what is gone goes, and the rest stays', async () => {
  for (const name of ['ip', 'nft', 'bridge']) program(name);
  program('systemctl', '[ "$1" != is-active ]');
  const cni = '{ name: bridge, routes: host-gw }';
  expect(await tell(1, cni)).toEqual([
    'systemctl is-active --quiet podlab-network.service',
    'systemctl enable --quiet --now podlab-network.service',
  ]);
  program('systemctl');
  const routes = (all: readonly string[]) =>
    all.flatMap((call) => /^ip route (\w+ 10\.244\.\d)\.0\/24 via /.exec(call)?.[1] ?? []);
  expect(routes(await tell(3, cni))).toEqual(['replace 10.244.1', 'replace 10.244.2']);
  expect(routes(await tell(2, cni))).toEqual(['del 10.244.2', 'replace 10.244.1']);
  expect(routes(await tell(2, cni))).toEqual(['replace 10.244.1']);
  expect(routes(await tell(1, cni))).toEqual(['del 10.244.1']);
  expect(readFileSync(join(dir, 'etc', 'hosts'), 'utf8')).not.toContain('node2');
});

test('in an overlay all three things that lead to a node go with it', async () => {
  for (const name of ['ip', 'nft', 'bridge', 'systemctl']) program(name);
  await tell(2, '{ name: bridge, routes: vxlan }');
  const gone = (await tell(1, '{ name: bridge, routes: vxlan }')).filter((call) => / del /.test(call));
  expect(gone).toEqual([
    expect.stringMatching(/^ip neighbour del 10\.244\.1\.0 dev vxlan1$/),
    expect.stringMatching(/^bridge fdb del 0e:50:[\da-f:]{11} dev vxlan1 dst [\d.]+$/),
    expect.stringMatching(/^ip route del 10\.244\.1\.0\/24 via 10\.244\.1\.0 dev vxlan1$/),
  ]);
});

test('BIRD gets another file, and is told to read it', async () => {
  for (const name of ['nft', 'systemctl', 'mkdir']) program(name);
  program('birdc', 'echo BIRD ready.');
  const cni = '{ name: bridge, routes: bgp, as: 65000 }';
  expect(await tell(2, cni)).toContain('birdc -s /run/bird/bird.ctl configure');
  expect(readFileSync(join(dir, 'etc', 'podlab', 'bird.conf'), 'utf8')).toContain('protocol bgp node2 ');
  await tell(1, cni);
  expect(readFileSync(join(dir, 'etc', 'podlab', 'bird.conf'), 'utf8')).not.toContain('node2');
});
