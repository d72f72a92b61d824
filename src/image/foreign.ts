// What a machine needs that starts from somebody else's image: what podlab's own images have, as far as it can be brought to one.

import { labPackages, nodeFiles, nodePackages, ownDaemons } from './recipe.ts';

/** Only a cluster needs them. */
const clusterPackages = ['containerd', 'runc', 'containernetworking-plugins', 'nfs-common', 'bird2'];

/** Packages of Debian and Ubuntu, which have them under the same names. */
export function foreignPackages(hasCluster: boolean): readonly string[] {
  const all = [...nodePackages, ...labPackages];
  return hasCluster ? all : all.filter((name) => !clusterPackages.includes(name));
}

/** Files of a machine's first boot: path → text. */
export const foreignFiles: Readonly<Record<string, string>> = {
  ...nodeFiles,
  // As the packages of podlab's own images were installed; and a mirror that does not answer is not asked for minutes.
  '/etc/apt/apt.conf.d/90podlab':
    'APT::Install-Recommends "false";\nAcquire::Retries "1";\nAcquire::http::Timeout "20";\nAcquire::https::Timeout "20";\n',
};

/** Packages would start them as they are installed. */
export const foreignMaskedUnits = ownDaemons;

export interface NeededProgram {
  readonly name: string;
  /** What brings it on Debian and Ubuntu. */
  readonly package: string;
  /** Whether there is no cluster without it; labs alone want the others. */
  readonly isEssential: boolean;
}

const essential = (name: string, from = name): NeededProgram => ({ name, package: from, isEssential: true });
const forLabs = (name: string, from = name): NeededProgram => ({ name, package: from, isEssential: false });

const programs: readonly NeededProgram[] = [
  ...[essential('containerd'), essential('ctr', 'containerd'), essential('runc'), essential('iptables')],
  ...[essential('nft', 'nftables'), essential('conntrack'), essential('ip', 'iproute2'), essential('tc', 'iproute2')],
  // Not a program of PATH: the kubelet's network is made by it.
  essential('/opt/cni/bin/bridge', 'containernetworking-plugins'),
  ...[forLabs('ethtool'), forLabs('socat'), forLabs('ipset'), forLabs('bird', 'bird2')],
  ...[forLabs('mount.nfs', 'nfs-common'), forLabs('ping', 'iputils-ping'), forLabs('tcpdump')],
  ...[forLabs('busybox', 'busybox-static'), forLabs('wrk'), forLabs('ipvsadm')],
  ...[forLabs('jq'), forLabs('curl'), forLabs('openssl'), forLabs('python3')],
];

/** What is looked for on a machine that has booted. */
export function neededPrograms(hasCluster: boolean): readonly NeededProgram[] {
  if (hasCluster) return programs;
  const others = programs.filter((one) => !clusterPackages.includes(one.package));
  return others.map((one) => ({ ...one, isEssential: false }));
}
