// One virtual machine of a topology in a libvirt of the test's own.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Executor } from '../../src/host/host.ts';
import type { VmImage } from '../../src/image/vm-image.ts';
import { libvirtNames } from '../../src/infra/names.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { type CloudInit, cloudInit } from '../../src/vm/cloud-init.ts';
import { domainXml, networkXml } from '../../src/vm/libvirt-xml.ts';
import { keyArgv, overlayArgv, seedArgv, seedFiles } from '../../src/vm/machine-files.ts';
import { knownHost, type SshTarget } from '../../src/vm/ssh-argv.ts';
import { type SshExecutor, sshExecutor } from '../../src/vm/ssh-executor.ts';
import type { LibvirtRoom } from './libvirt-room.ts';

/** Defines and starts every network of the topology. */
export async function startNetworks(room: LibvirtRoom, topology: Topology): Promise<void> {
  for (const network of topology.networks) {
    const names = libvirtNames(topology).networks.get(network.name);
    if (names === undefined) throw new Error(`no names for ${network.name}`);
    const file = join(room.dir, `${names.name}.xml`);
    writeFileSync(file, networkXml(topology, network, names));
    await room.virsh('net-define', file);
    await room.virsh('net-start', names.name);
  }
}

/** Defines and starts the machine of a node. @returns the way in, which may not answer yet */
export async function startMachine(
  room: LibvirtRoom,
  topology: Topology,
  name: string,
  image: VmImage,
): Promise<{ readonly target: SshTarget; readonly node: SshExecutor }> {
  const names = libvirtNames(topology);
  const node = topology.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const dir = join(room.dir, name);
  mkdirSync(dir);
  const at = (file: string) => join(dir, file);
  const read = (file: string) => readFileSync(at(file), 'utf8').trim();
  for (const key of ['user', 'host']) await must(room.host, keyArgv(at(key), 'podlab'));
  const hostKey = { privateKey: readFileSync(at('host'), 'utf8'), publicKey: read('host.pub') };
  const documents = cloudInit(topology, name, { authorizedKeys: [read('user.pub')], hostKey });
  for (const [document, file] of Object.entries(seedFiles))
    writeFileSync(at(file), documents[document as keyof CloudInit]);
  await must(room.host, seedArgv(dir, at('seed.iso')));
  await must(room.host, overlayArgv(image.disk, at('disk.qcow2')));
  const domain = names.nodes.get(name)?.domain ?? '';
  const xml = domainXml({
    name: domain,
    type: 'qemu',
    node,
    defaults: { cpus: 2, memoryMiB: 2048 },
    networkName: (network) => names.networks.get(network)?.name ?? '',
    boot: image,
    disk: at('disk.qcow2'),
    seed: at('seed.iso'),
    consoleLog: join(room.dir, 'log', `${name}.console`),
  });
  writeFileSync(at('domain.xml'), xml);
  await room.virsh('define', at('domain.xml'));
  await room.virsh('start', domain);
  const alias = `${name}.${topology.stack}`;
  writeFileSync(at('known_hosts'), knownHost(alias, hostKey.publicKey));
  const target: SshTarget = {
    name,
    address: node.nics.find(({ network }) => network === topology.kubernetes.advertise)?.ip ?? '',
    port: 22,
    user: 'root',
    identityFile: at('user'),
    knownHostsFile: at('known_hosts'),
    hostKeyAlias: alias,
    controlPath: at('ssh'),
    jump: '',
  };
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    KUBECONFIG: '/etc/kubernetes/admin.conf',
  };
  return { target, node: sshExecutor((argv, options) => room.host.run(argv, options), { target, env, patience: 8 }) };
}

export async function must(
  executor: Executor,
  argv: Parameters<Executor['run']>[0],
  timeoutMs = 60_000,
): Promise<string> {
  const { exitCode, stdout, stderr } = await executor.run(argv, { timeoutMs });
  if (exitCode !== 0)
    throw new Error(`${argv.join(' ')} on ${executor.name}: exit code ${exitCode}: ${stderr || stdout}`);
  return stdout;
}
