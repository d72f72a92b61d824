// What a virtual machine is told at its first boot: the three documents of cloud-init's NoCloud data source.

import { stringify } from 'yaml';
import { LabError } from '../error.ts';
import { renderHosts } from '../topology/hosts-file.ts';
import type { Node, Topology } from '../topology/topology.ts';

export interface VmAccess {
  /** Public keys in OpenSSH's one-line form; whoever has one of them may log in as root. */
  readonly authorizedKeys: readonly string[];
  /** The machine's own key, made before the machine, so that even the first connection knows whom it talks to. */
  readonly hostKey: SshKeyPair;
  /** For a machine whose image is not podlab's. */
  readonly foreign?: ForeignMachine;
  /** More files, which only root can read: absolute path → text. */
  readonly files?: ReadonlyMap<string, string>;
}

/** What a first boot does besides on a machine that starts from somebody else's image. */
export interface ForeignMachine {
  /** Packages of Debian and Ubuntu that a node needs; those that are there already stay. Left out where there is no way out. */
  readonly packages: readonly string[];
  /** Daemons that packages would start as they are installed. */
  readonly maskedUnits: readonly string[];
}

export interface SshKeyPair {
  /** PEM text of an ed25519 key, as `ssh-keygen` writes it: a secret. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly publicKey: string;
}

export interface CloudInit {
  /** Holds the private host key: a secret. */
  readonly userData: string;
  readonly metaData: string;
  readonly networkConfig: string;
}

/** A pure function of its arguments. @throws LabError NOT_FOUND when the topology has no such node */
export function cloudInit(topology: Topology, name: string, access: VmAccess): CloudInit {
  const node = topology.nodes.find((one) => one.name === name);
  if (node === undefined) throw new LabError('NOT_FOUND', `stack "${topology.stack}" has no node "${name}"`);
  return {
    userData: `#cloud-config\n${document(userData(topology, node, access))}`,
    // What a machine remembers of an earlier room is not this one's: the name of the stack is in it.
    metaData: document({ 'instance-id': `${topology.stack}-${name}`, 'local-hostname': name }),
    networkConfig: document(networkConfig(topology, node)),
  };
}

/** Routing between pods, and bridged packets shown to the rules of services: what kubeadm and every CNI ask for. */
const sysctls: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  // A node of a workshop has many watchers: each kubelet, containerd and pod.
  'fs.inotify.max_user_instances': '1024',
};

const modules = ['overlay', 'br_netfilter'] as const;

function userData(
  topology: Topology,
  node: Node,
  { authorizedKeys, hostKey, foreign, files: more = new Map() }: VmAccess,
): object {
  return {
    hostname: node.name,
    manage_etc_hosts: false,
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: `${hostKey.privateKey.trim()}\n`, ed25519_public: hostKey.publicKey },
    users: [{ name: 'root', lock_passwd: true, ssh_authorized_keys: authorizedKeys }],
    write_files: [
      ...Object.entries(files(topology, node)).map(([path, content]) => ({ path, content })),
      ...[...more].map(([path, content]) => ({ path, content, permissions: '0600' })),
    ],
    runcmd: [
      ['modprobe', '--all', ...modules],
      ['sysctl', '--quiet', '--load', '/etc/sysctl.d/90-podlab.conf'],
    ],
    ...(foreign === undefined ? {} : firstBootOf(foreign, node)),
  };
}

function firstBootOf({ packages, maskedUnits }: ForeignMachine, { defaultGateway }: Node): object {
  const hasWayOut = defaultGateway !== '';
  return {
    // Before files are written and packages installed, and at no later boot.
    bootcmd: [
      // Often a link to what a resolver of the image's own writes. The one server that there is, is written here.
      ...(hasWayOut ? [['cloud-init-per', 'instance', 'podlab-resolver', 'rm', '-f', '/etc/resolv.conf']] : []),
      ['cloud-init-per', 'instance', 'podlab-units', 'systemctl', '--quiet', 'mask', ...maskedUnits],
    ],
    ...(hasWayOut ? { package_update: true, packages } : {}),
  };
}

function files(topology: Topology, node: Node): Readonly<Record<string, string>> {
  const ip = clusterAddress(topology, node);
  const settings = Object.entries(sysctls).map(([name, value]) => `${name} = ${value}\n`);
  return {
    // Of the others it hears when it is up: nodes come and go, and a machine has one first boot.
    '/etc/hosts': renderHosts({ ...topology, nodes: [node] }, false),
    '/etc/modules-load.d/podlab.conf': modules.map((name) => `${name}\n`).join(''),
    '/etc/sysctl.d/90-podlab.conf': settings.join(''),
    // Read by the kubelet's unit. With two NICs it would take the address of the one with the default route.
    ...(ip === '' ? {} : { '/etc/default/kubelet': `KUBELET_EXTRA_ARGS=--node-ip=${ip}\n` }),
    ...(node.defaultGateway === '' ? {} : { '/etc/resolv.conf': `nameserver ${node.defaultGateway}\n` }),
  };
}

/** '' for a topology without a cluster, and for a node that is not on its network. */
function clusterAddress({ engine, kubernetes }: Topology, { nics }: Node): string {
  if (engine !== 'kubernetes') return '';
  return nics.find(({ network }) => network === kubernetes.advertise)?.ip ?? '';
}

/** NICs by MAC: the order in which a machine finds them is nobody's promise. Addresses are leases, reserved by MAC. */
function networkConfig({ networks }: Topology, { nics, defaultGateway }: Node): object {
  const gatewayOf = (name: string) => networks.find((network) => network.name === name)?.gateway;
  const ethernets = nics.map(({ iface, mac, mtuBytes, network }) => [
    iface,
    {
      match: { macaddress: mac },
      'set-name': iface,
      mtu: mtuBytes,
      dhcp4: true,
      // The server of every libvirt network names itself as the way out, but one of them is.
      'dhcp4-overrides': { 'use-routes': gatewayOf(network) === defaultGateway, 'use-mtu': false },
    },
  ]);
  return { version: 2, ethernets: Object.fromEntries(ethernets) };
}

function document(value: object): string {
  return stringify(value, { lineWidth: 0 });
}
