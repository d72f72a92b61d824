// The programs that podlab starts, and the Debian packages that they come in.

import { locateProgram } from '../../host/programs.ts';
import type { Finding, Need } from './finding.ts';

interface Program {
  readonly name: string;
  readonly debian: string;
  readonly need: Need;
  readonly purpose: string;
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
];

/** @param path colon-separated directories */
export function checkPrograms(path: string): readonly Finding[] {
  return programs.map(({ name, debian, need, purpose }) => {
    const found = locateProgram(name, path);
    return {
      id: `program-${name}`,
      need,
      isOk: found !== undefined,
      what: found === undefined ? `${name} is missing (${purpose})` : `${name} ${purpose}`,
      evidence: found ?? `not in ${path}`,
      fix: found === undefined ? `apt-get install -y ${debian}` : '',
    };
  });
}

/** Debian packages whose programs are missing for these needs, sorted. */
export function missingPackages(path: string, needs: readonly Need[]): readonly string[] {
  const missing = programs.filter(({ name, need }) => needs.includes(need) && locateProgram(name, path) === undefined);
  return [...new Set(missing.map(({ debian }) => debian))].sort();
}
