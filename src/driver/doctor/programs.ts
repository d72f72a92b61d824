// The programs that podlab starts, and the Debian packages that they come in.

import { locateProgram } from '../../host/programs.ts';
import type { Finding, Need } from './finding.ts';

interface Program {
  readonly name: string;
  readonly debian: string;
  readonly need: Need;
  readonly purpose: string;
  /** Where it is when it is no program for people, instead of PATH. */
  readonly dir?: string;
}

const programs: readonly Program[] = [
  { name: 'unshare', debian: 'util-linux', need: 'sandbox', purpose: 'makes namespaces' },
  { name: 'nsenter', debian: 'util-linux', need: 'sandbox', purpose: 'enters nodes' },
  { name: 'setpriv', debian: 'util-linux', need: 'sandbox', purpose: 'gives up root' },
  { name: 'flock', debian: 'util-linux', need: 'sandbox', purpose: 'one podlab at a time for each stack' },
  { name: 'hostname', debian: 'hostname', need: 'sandbox', purpose: 'names nodes' },
  { name: 'ip', debian: 'iproute2', need: 'sandbox', purpose: 'makes links, addresses and routes' },
  { name: 'bridge', debian: 'iproute2', need: 'sandbox', purpose: 'shows bridge members' },
  { name: 'nft', debian: 'nftables', need: 'sandbox', purpose: 'translates addresses' },
  { name: 'tc', debian: 'iproute2', need: 'impairments', purpose: 'delays and drops packets' },
  { name: 'ping', debian: 'iputils-ping', need: 'labs', purpose: 'tells who answers' },
  { name: 'busybox', debian: 'busybox-static', need: 'labs', purpose: 'small servers and clients in exercises' },
  { name: 'socat', debian: 'socat', need: 'labs', purpose: 'TCP and UDP in exercises' },
  { name: 'wrk', debian: 'wrk', need: 'labs', purpose: 'measures requests per second' },
  { name: 'tcpdump', debian: 'tcpdump', need: 'labs', purpose: 'shows packets' },
  { name: 'ps', debian: 'procps', need: 'labs', purpose: 'shows processes' },
  { name: 'dockerd', debian: 'docker.io', need: 'docker', purpose: 'the engine on each node' },
  { name: 'docker', debian: 'docker.io', need: 'docker', purpose: 'its client' },
  { name: 'iptables', debian: 'iptables', need: 'docker', purpose: "dockerd's address translation" },
  { name: 'containerd', debian: 'containerd', need: 'kubernetes', purpose: 'runs the containers of each node' },
  { name: 'ctr', debian: 'containerd', need: 'kubernetes', purpose: 'fills the store of container images' },
  { name: 'runc', debian: 'runc', need: 'kubernetes', purpose: 'starts one container' },
  { name: 'iptables', debian: 'iptables', need: 'kubernetes', purpose: 'translates the addresses of services' },
  { name: 'conntrack', debian: 'conntrack', need: 'kubernetes', purpose: 'forgets connections to pods that are gone' },
  { name: 'ipset', debian: 'ipset', need: 'kubernetes', purpose: 'holds the sets of addresses of network policies' },
  { name: 'socat', debian: 'socat', need: 'kubernetes', purpose: 'forwards ports to pods' },
  { name: 'busybox', debian: 'busybox-static', need: 'kubernetes', purpose: 'small tools on nodes' },
  { name: 'jq', debian: 'jq', need: 'kubernetes', purpose: 'reads JSON in exercises' },
  { name: 'curl', debian: 'curl', need: 'kubernetes', purpose: 'asks servers in exercises' },
  { name: 'openssl', debian: 'openssl', need: 'kubernetes', purpose: 'shows certificates' },
  { name: 'python3', debian: 'python3', need: 'kubernetes', purpose: 'is a slow link in exercises' },
  { name: 'mmdebstrap', debian: 'mmdebstrap', need: 'kubernetes', purpose: 'makes container images from packages' },
  { name: 'bird', debian: 'bird2', need: 'kubernetes', purpose: 'speaks BGP' },
  { name: 'chromium', debian: 'chromium', need: 'browser', purpose: 'opens the pages in their tests' },
  { name: 'sshd', debian: 'openssh-server', need: 'sshd', purpose: 'lets tests into a node by SSH' },
  {
    ...{ name: 'bridge', dir: '/usr/lib/cni', debian: 'containernetworking-plugins', need: 'kubernetes' },
    purpose: 'connects pods: the standard CNI plugins',
  },
  { name: 'virsh', debian: 'libvirt-clients', need: 'libvirt', purpose: 'asks libvirt' },
  {
    name: 'libvirtd',
    debian: 'libvirt-daemon-system',
    need: 'libvirt',
    purpose: 'makes networks and virtual machines',
  },
  {
    name: 'virt-qemu-run',
    debian: 'libvirt-daemon-driver-qemu',
    need: 'libvirt',
    purpose: 'comes with QEMU for libvirt',
  },
  { name: 'qemu-system-x86_64', debian: 'qemu-system-x86', need: 'libvirt', purpose: 'is a virtual machine' },
  { name: 'qemu-img', debian: 'qemu-utils', need: 'libvirt', purpose: 'makes disks' },
  { name: 'dnsmasq', debian: 'dnsmasq-base', need: 'libvirt', purpose: "hands out libvirt's leases" },
  { name: 'genisoimage', debian: 'genisoimage', need: 'libvirt', purpose: "writes cloud-init's disk" },
  { name: 'ssh', debian: 'openssh-client', need: 'libvirt', purpose: 'reaches virtual machines' },
  { name: 'ssh-keygen', debian: 'openssh-client', need: 'libvirt', purpose: "makes machines' keys" },
  { name: 'mmdebstrap', debian: 'mmdebstrap', need: 'libvirt', purpose: 'makes the image of virtual machines' },
  { name: 'mke2fs', debian: 'e2fsprogs', need: 'libvirt', purpose: 'makes its file system' },
  { name: 'iperf3', debian: 'iperf3', need: 'bench', purpose: 'measures throughput' },
  { name: 'wrk', debian: 'wrk', need: 'bench', purpose: 'measures requests per second and latency' },
];

/** @param path colon-separated directories */
export function checkPrograms(path: string): readonly Finding[] {
  return programs.map(({ name, debian, need, purpose, dir }) => {
    const found = locateProgram(name, dir ?? path);
    return {
      id: dir === undefined ? `program-${name}` : `program-cni-${name}`,
      need,
      isOk: found !== undefined,
      what: found === undefined ? `${name} is missing (${purpose})` : `${name} ${purpose}`,
      evidence: found ?? `not in ${dir ?? path}`,
      fix: found === undefined ? `apt-get install -y ${debian}` : '',
    };
  });
}

/** Debian packages whose programs are missing for these needs, sorted. */
export function missingPackages(path: string, needs: readonly Need[]): readonly string[] {
  const missing = programs.filter(
    ({ name, need, dir }) => needs.includes(need) && locateProgram(name, dir ?? path) === undefined,
  );
  return [...new Set(missing.map(({ debian }) => debian))].sort();
}

/** All Debian packages of these needs, there or not, sorted. */
export function packagesFor(needs: readonly Need[]): readonly string[] {
  return [...new Set(programs.filter(({ need }) => needs.includes(need)).map(({ debian }) => debian))].sort();
}
