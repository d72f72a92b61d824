// One virtual machine with both NICs, from the image that podlab builds: what it is told, whom it reaches, and a cluster on it.

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { planCni } from '../../src/cluster/cni/plan-cni.ts';
import { Phases } from '../../src/cluster/phases.ts';
import { startCluster } from '../../src/cluster/start-cluster.ts';
import { openProgram } from '../../src/host/open-program.ts';
import { podlabPaths } from '../../src/host/paths.ts';
import { vmImage } from '../../src/image/build-image.ts';
import { machineNodes } from '../../src/infra/machine-nodes.ts';
import { libvirtNames } from '../../src/infra/names.ts';
import { silentReporter } from '../../src/reporter.ts';
import { imageStore } from '../../src/toolchain/image-store.ts';
import type { Workplace } from '../../src/toolchain/request.ts';
import { pinnedVersion, resolveToolchain } from '../../src/toolchain/resolve-toolchain.ts';
import { loadTopology } from '../../src/topology/load-topology.ts';
import { sshConnectArgv } from '../../src/vm/ssh-argv.ts';
import { describeLibvirt, path, withLibvirt } from '../support/libvirt-room.ts';
import { observe } from '../support/probing.ts';
import { must, startMachine, startNetworks } from '../support/room-machine.ts';

const home = join(import.meta.dirname, '..', '..');
const workplace: Workplace = {
  cacheDir: podlabPaths(0, process.env).cache,
  home,
  path,
  env: process.env,
  uid: 0,
  signal: new AbortController().signal,
};

const text = `config:
  podlab:driver: libvirt
  podlab:engine: kubernetes
  podlab:networks:
    nat:      { mode: nat,      cidr: 192.168.122.0/24 }
    isolated: { mode: isolated, cidr: 192.168.39.0/24 }
  podlab:nodes: [{ name: node1, networks: [nat, isolated] }]
  podlab:kubernetes: { proxyMode: nftables, apiPort: 8443 }
  podlab:cni: { name: bridge, routes: host-gw }
`;

/** Where a run notes how long things took, for whoever wants to know. */
const timesFile = process.env.PODLAB_TIMES ?? '';

// Minutes went by until it is up: what is wrong of it is told at once, not one fault each run.
describeLibvirt('a room of one virtual machine', () => {
  test('is as its stack file says, and kubeadm makes a cluster of it on the isolated network', async ({ annotate }) => {
    const topology = loadTopology(text, { stack: 'vm', file: 'vm.yaml' });
    const [nat, isolated] = topology.nodes[0]?.nics ?? [];
    if (nat === undefined || isolated === undefined) throw new Error('a node without NICs');
    const names = libvirtNames(topology);
    const times = stopwatch();
    const toolchain = await resolveToolchain({ ...workplace, version: pinnedVersion(home) }, silentReporter);
    const store = await imageStore({ ...workplace, toolchain, extraImages: [] }, silentReporter);
    const image = await vmImage({ ...workplace, toolchain, store }, silentReporter);
    times('image');

    await withLibvirt(async (room) => {
      times('libvirt');
      await startNetworks(room, topology);
      times('networks');
      const { node, target } = await startMachine(room, topology, 'node1', image);
      times('define and start');
      const consoleText = () => readFileSync(join(room.dir, 'log', 'node1.console'), 'utf8').slice(-3000);
      try {
        // Leases, as reserved: asked of libvirt, not of the machine.
        for (const nic of [nat, isolated]) {
          const network = names.networks.get(nic.network)?.name ?? '';
          const lease = await until(900, async () => {
            const leases = await room.virsh('net-dhcp-leases', network);
            return leases.includes(nic.mac) ? leases : undefined;
          });
          expect.soft(lease).toContain(` ${nic.ip}/24 `);
          times(`lease on ${nic.network}`);
        }
        await until(900, async () => {
          const answer = await node.run(['true']).catch(() => undefined);
          return answer?.exitCode === 0 ? answer : undefined;
        });
        times('SSH');
        expect.soft(await must(node, ['cloud-init', 'status', '--wait'], 120_000)).toContain('status: done');
        times('cloud-init');

        // The documents of the node.
        expect.soft(await must(node, ['hostname'])).toBe('node1\n');
        const links = JSON.parse(await must(node, ['ip', '-json', 'address']));
        const macs = links.map((link: { ifname: string; address: string; addr_info: { local: string }[] }) =>
          [link.ifname, link.address, link.addr_info[0]?.local].join(' '),
        );
        expect
          .soft(macs)
          .toEqual([
            'lo 00:00:00:00:00:00 127.0.0.1',
            `eth0 ${nat.mac} ${nat.ip}`,
            `eth1 ${isolated.mac} ${isolated.ip}`,
          ]);
        const routes = JSON.parse(await must(node, ['ip', '-json', 'route', 'show', 'default']));
        expect.soft(routes).toMatchObject([{ gateway: '192.168.122.1', dev: 'eth0' }]);
        expect
          .soft(
            await must(node, ['cat', '/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/bridge/bridge-nf-call-iptables']),
          )
          .toBe('1\n1\n');
        expect.soft(await must(node, ['getent', 'hosts', 'node1.isolated'])).toContain(isolated.ip);
        expect
          .soft(await must(node, ['cat', '/etc/default/kubelet']))
          .toBe(`KUBELET_EXTRA_ARGS=--node-ip=${isolated.ip}\n`);
        expect.soft((await node.run(['systemctl', '--failed', '--quiet', '--plain'])).stdout).toBe('');
        // Its own host key and none that came with the image.
        const ownKey = readFileSync(join(room.dir, 'node1', 'host.pub'), 'utf8').trim();
        expect.soft((await must(node, ['sh', '-c', 'cat /etc/ssh/ssh_host_*.pub'])).trim()).toBe(ownKey);

        // Words, exit codes, signals and time limits go through as they are.
        const odd = ['a b', `'"$HOME`, '*', ''];
        expect.soft((await node.run(['printf', '[%s]', ...odd])).stdout).toBe(odd.map((word) => `[${word}]`).join(''));
        expect.soft((await node.run(['sh', '-c', 'cat; exit 3'], { input: 'said' })).stdout).toBe('said');
        expect.soft((await node.run(['sh', '-c', 'exit 3'])).exitCode).toBe(3);
        expect.soft(await node.run(['sleep', '1000'], { timeoutMs: 250 })).toMatchObject({ timedOut: true });
        expect.soft((await node.run(['pgrep', '--exact', 'sleep'])).exitCode).toBe(1);
        times('documents');

        // What labs ask of libvirt.
        const ask = (probe: string, args: Readonly<Record<string, string>>) =>
          observe(probe, args, { ...room.host, name: 'gateway' }, topology);
        expect.soft(await ask('libvirt.network', {})).toMatchObject({ active: true, mode: 'nat', mtu: 1500 });
        expect.soft(await ask('libvirt.network', { network: 'isolated' })).toMatchObject({
          ...{ active: true, mode: 'isolated', ip: '192.168.39.1' },
          reservations: [{ name: 'node1', mac: isolated.mac, ip: isolated.ip }],
        });
        for (const network of ['nat', 'isolated']) {
          expect.soft(await ask('libvirt.leases', { network })).toMatchObject({ count: 1, as_reserved: ['node1'] });
        }
        const { state, nics } = await ask('libvirt.domain', {});
        expect.soft({ state, nics: nics.map((nic: { network: string }) => nic.network) }).toEqual({
          ...{ state: 'running', nics: ['nat', 'isolated'] },
        });

        // NAT: beyond the gateway the machine has the gateway's address. From the isolated network nothing gets there, nor back.
        const server = room.outside.run(['socat', 'TCP-LISTEN:8080,reuseaddr', 'SYSTEM:echo $SOCAT_PEERADDR'], {
          timeoutMs: 240_000,
        });
        const peer = await must(node, ['socat', '-u', 'TCP:203.0.113.1:8080,retry=20', '-'], 20_000);
        expect.soft(peer).toBe('203.0.113.2\n');
        await server;
        expect.soft((await node.run(['ping', '-c', '1', '-W', '5', '203.0.113.1'])).exitCode).toBe(0);
        expect.soft((await node.run(['ping', '-c', '1', '-W', '5', '-I', 'eth1', '203.0.113.1'])).exitCode).toBe(1);
        expect.soft((await node.run(['ping', '-c', '1', '-W', '5', '-I', 'eth1', '192.168.39.1'])).exitCode).toBe(0);
        await must(room.outside, ['ip', 'route', 'add', '192.168.0.0/16', 'via', '203.0.113.2']);
        expect.soft((await room.outside.run(['ping', '-c', '1', '-W', '5', isolated.ip])).exitCode).toBe(1);
        times('NAT and isolation');

        const phases = new Phases();
        const place = {
          topology,
          toolchain,
          node: () => node,
          connect: async (host: string, port: number) =>
            openProgram(room.enter(sshConnectArgv(target, host, port)), { PATH: path, HOME: '/root' }),
          nodes: machineNodes('qemu'),
          bootstrapToken: 'abcdef.0123456789abcdef',
          signal: workplace.signal,
        } as const;
        const cni = planCni(topology, undefined);
        try {
          await startCluster({ place, cni, phases, workloads: [], run: 'a1b2c3', reporter: silentReporter });
        } finally {
          note(phases.all.map(({ name, ms }) => `  cluster ${name}: ${ms} ms`));
        }
        times('cluster');
        const server1 = JSON.parse(
          await must(node, ['kubectl', 'get', 'endpointslices', 'kubernetes', '--output', 'json']),
        );
        expect(server1).toMatchObject({ endpoints: [{ addresses: [isolated.ip] }], ports: [{ port: 8443 }] });
        const { items } = JSON.parse(await must(node, ['kubectl', 'get', 'nodes', '--output', 'json']));
        expect(items[0].status.addresses).toContainEqual({ type: 'InternalIP', address: isolated.ip });
        // The API, over a connection of the machine and not of this network.
        const [program, ...words] = sshConnectArgv(target, isolated.ip, 8443);
        const hello = await room.host.run(
          ['sh', '-c', 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | "$@"', 'sh', program, ...words],
          { timeoutMs: 120_000 },
        );
        expect(hello.stdout).toContain('Client sent an HTTP request to an HTTPS server.');
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\nconsole:\n${consoleText()}`, {
          cause: error,
        });
      }
    });
    await annotate(times('end'));
  });
});

/** Says what has passed since it was last asked. */
function stopwatch(): (what: string) => string {
  let last = performance.now();
  const all: string[] = [];
  return (what) => {
    const now = performance.now();
    const line = `${what}: ${((now - last) / 1000).toFixed(1)} s`;
    last = now;
    all.push(line);
    note([line]);
    return all.join(', ');
  };
}

function note(lines: readonly string[]): void {
  if (timesFile !== '') appendFileSync(timesFile, lines.map((line) => `${line}\n`).join(''));
}

async function until<T>(seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`not seen within ${seconds} s`);
    await sleep(1000);
  }
}
