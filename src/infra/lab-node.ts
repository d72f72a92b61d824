// A machine: its disk, its cloud-init documents, itself, the wait until it has booted, and what its image lacks.

import { join } from 'node:path';
import { local, remote } from '@pulumi/command';
import { CloudinitDisk, Domain, type Network, Volume } from '@pulumi/libvirt';
import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  output,
  type Resource,
  secret,
} from '@pulumi/pulumi';
import { quoteCommand } from '../host/run.ts';
import { foreignFiles, foreignMaskedUnits, foreignPackages } from '../image/foreign.ts';
import type { Node, Topology } from '../topology/topology.ts';
import { cloudInit } from '../vm/cloud-init.ts';
import { connectionTo } from './connection.ts';
import type { LabImage } from './lab-image.ts';
import type { NodeNames } from './names.ts';
import { replaced } from './replace-options.ts';
import type { ForeignImage, RoomSettings } from './room-settings.ts';
import { waitForPackages, waitScript } from './wait-scripts.ts';

export interface LabNodeArgs {
  readonly topology: Topology;
  readonly node: Node;
  readonly names: NodeNames;
  readonly settings: RoomSettings;
  readonly image: LabImage;
  /** By the network's name in the topology. */
  readonly networks: ReadonlyMap<string, Network>;
  /** The reservations of its addresses: it asks for them when it boots. */
  readonly leases: readonly Resource[];
  /** Files that it finds at its first boot: absolute path → text. */
  readonly files: ReadonlyMap<string, string>;
  /** Run on it when it is up, and again when it is another: what it has to know of the other nodes. */
  readonly peers: string;
  /** Address by which this machine is reached. */
  readonly address: string;
}

export class LabNode extends ComponentResource {
  readonly domain: Domain;
  /** There when the machine has booted, with all its addresses, and has all that a node needs. */
  readonly ready: Resource;
  /** There when it knows the other nodes. */
  readonly peers: remote.Command;

  constructor(name: string, args: LabNodeArgs, options?: ComponentResourceOptions) {
    super('podlab:infra:LabNode', name, {}, options);
    const { topology, node, names, settings, image, networks } = args;
    const { foreign } = settings.image;
    const access = {
      authorizedKeys: [settings.keys.user.publicKey, ...settings.authorizedKeys],
      hostKey: settings.keys.hostKey(node.name),
      files: foreign === undefined ? args.files : new Map([...Object.entries(foreignFiles), ...args.files]),
      ...(foreign === undefined ? {} : { foreign: firstBootOf(topology) }),
    };
    const documents = cloudInit(topology, node.name, access);
    // Written below the temporary directory and named by its content, which has the stack's name in it: no two rooms share it.
    const iso = new CloudinitDisk(
      `${name}-cloudinit`,
      { name: names.seed, ...documents, userData: secret(documents.userData) },
      { parent: this, ...replaced },
    );
    const pool = image.pool.name;
    const seed = new Volume(
      `${name}-seed`,
      { name: names.seed, pool, create: { content: { url: iso.path } } },
      { parent: this, ...replaced },
    );
    // A machine that is told something else at its first boot has to have a first boot.
    const disk = new Volume(
      `${name}-disk`,
      {
        name: names.disk,
        pool,
        capacity: settings.diskGiB,
        capacityUnit: 'GiB',
        target: { format: { type: 'qcow2' } },
        backingStore: { path: image.disk, format: { type: 'qcow2' } },
      },
      { parent: this, ...replaced, replaceWith: [seed, ...image.volumes] },
    );
    const cables = node.nics.map((nic) => ({ nic, network: networks.get(nic.network) }));
    this.domain = new Domain(
      name,
      {
        name: names.domain,
        title: `podlab: ${node.name} of ${topology.stack}`,
        type: settings.type,
        memory: node.memoryMiB || settings.defaults.memoryMiB,
        memoryUnit: 'MiB',
        vcpu: node.cpus || settings.defaults.cpus,
        // Without it, a domain is only defined.
        running: true,
        autostart: false,
        cpu: { mode: settings.type === 'kvm' ? 'host-passthrough' : 'maximum' },
        os: {
          type: 'hvm',
          typeArch: 'x86_64',
          typeMachine: 'q35',
          ...(image.boot ?? { bootDevices: [{ dev: 'hd' }] }),
        },
        features: { acpi: true, apic: {} },
        clock: { offset: 'utc' },
        onPoweroff: 'destroy',
        onReboot: 'restart',
        onCrash: 'destroy',
        update: { shutdown: { timeout: 30 } },
        // Nothing on it is worth the time that shutting down takes.
        destroy: { graceful: false },
        devices: {
          // Paths and not volumes: where AppArmor guards QEMU, it is told of a path's backing file, of a volume's not.
          disks: [
            {
              source: { file: { file: disk.path } },
              target: { dev: 'vda', bus: 'virtio' },
              driver: { name: 'qemu', type: 'qcow2', cache: 'unsafe', discard: 'unmap' },
            },
            // A virtio disk and no CD-ROM: Debian's kernel for virtual machines has no driver for that.
            {
              source: { file: { file: seed.path } },
              target: { dev: 'vdb', bus: 'virtio' },
              driver: { name: 'qemu', type: 'raw' },
              readOnly: true,
            },
          ],
          // In the topology's order; inside, names go by MAC. No `waitForIp`: when it fails, the provider removes the machine.
          interfaces: cables.map(({ nic, network }) => ({
            source: { network: { network: network?.name ?? output('') } },
            model: { type: 'virtio' },
            mac: { address: nic.mac },
            target: { dev: names.ports.get(nic.network) ?? nic.port },
          })),
          serials: [
            {
              target: { port: 0 },
              log: { file: `${settings.logDirectory}/${names.domain}.console.log`, append: 'off' },
            },
          ],
          consoles: [{ target: { type: 'serial', port: 0 } }],
          rngs: [{ model: 'virtio', backend: { random: '/dev/urandom' } }],
          memBalloon: { model: 'none' },
        },
      },
      {
        parent: this,
        dependsOn: [...args.leases],
        deleteBeforeReplace: true,
        // A replaced network leaves the machine's cable behind, and only its name stands in the machine's own properties.
        replaceWith: [disk, seed, ...cables.flatMap(({ network }) => (network === undefined ? [] : [network]))],
      },
    );
    const inside = { parent: this, deletedWith: this.domain, deleteBeforeReplace: true };
    const command = (logical: string, script: string, limit: string, after: readonly Resource[]) =>
      new remote.Command(
        `${name}-${logical}`,
        {
          connection: connectionTo(args.address, node.name, settings),
          create: script,
          triggers: [this.domain.uuid],
          logging: remote.Logging.Stderr,
          addPreviousOutputInEnv: false,
        },
        { ...inside, dependsOn: [...after], customTimeouts: { create: limit } },
      );
    const [wait, atMost] = foreign === undefined ? [waitScript, '20m'] : [waitForPackages, '60m'];
    const booted = command('ready', wait, atMost, []);
    this.ready = foreign === undefined ? booted : this.#complete(args, foreign, booted, inside);
    this.peers = command('peers', args.peers, '20m', [this.ready]);
    this.registerOutputs({ uuid: this.domain.uuid });
  }

  /** Has podlab look what the machine lacks, and bring it: files of hundreds of megabytes are nothing for a state. */
  #complete({ topology, node }: LabNodeArgs, { home }: ForeignImage, booted: Resource, inside: CustomResourceOptions) {
    // By node: only npm marks programs as such, a checkout does not.
    const podlab = ['node', join(home, 'bin', 'podlab.mjs')];
    const complete = [...podlab, 'image', 'complete', node.name, '--stack', topology.stack];
    return new local.Command(
      `${node.name}-complete`,
      {
        // Behind the person's own programs there is one that npm has brought.
        create: `PATH="$PATH:"${quoteCommand([join(home, 'node_modules', '.bin')])} exec ${quoteCommand(complete)}`,
        // podlab may lie elsewhere now: that changes nothing on a machine.
        update: 'true',
        triggers: [this.domain.uuid],
        logging: local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      { ...inside, dependsOn: [booted], customTimeouts: { create: '120m' } },
    );
  }
}

function firstBootOf({ engine }: Topology) {
  return { packages: foreignPackages(engine === 'kubernetes'), maskedUnits: foreignMaskedUnits };
}
