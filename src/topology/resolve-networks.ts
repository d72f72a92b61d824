// The networks of a stack file with addresses, bridges and defaults.

import { type Cidr, cidrOf, containsCidr, formatCidr, nthAddress, overlaps, parseCidr } from '../net/cidr.ts';
import { ifaceName } from '../net/iface-name.ts';
import { formatIp } from '../net/ipv4.ts';
import { impairmentOf } from './impairment.ts';
import type { Path, Problems } from './problems.ts';
import type { RawImpairment, RawNetwork, RawStack } from './raw-stack.ts';
import type { MinikubeDriver, Network } from './topology.ts';

/** A network on its way into the topology. */
export interface NetworkDraft extends Network {
  readonly path: Path;
  /** Undefined when the file's CIDR is unusable; rules about addresses then say nothing. */
  readonly range: Cidr | undefined;
  readonly written: RawImpairment;
}

/** The networks of a stack file that names none: libvirt's `default` and minikube's private one. */
const defaultNetworks: Readonly<Record<string, RawNetwork>> = {
  nat: { mode: 'nat', cidr: '192.168.122.0/24' },
  isolated: { mode: 'isolated', cidr: '192.168.39.0/24' },
};

/** Those that minikube has when it is told nothing. */
const minikubeNetworks: Readonly<Record<MinikubeDriver, Readonly<Record<string, RawNetwork>>>> = {
  kvm2: {
    'minikube-net': { mode: 'isolated', cidr: '192.168.39.0/24' },
    default: { mode: 'nat', cidr: '192.168.122.0/24' },
  },
  docker: { minikube: { mode: 'nat', cidr: '192.168.49.0/24' } },
};

export function resolveNetworks(raw: RawStack, problems: Problems): readonly NetworkDraft[] {
  const written = raw.settings['podlab:networks'] ?? defaultsOf(raw);
  const base = ['config', 'podlab:networks'];
  return Object.entries(written).flatMap(([name, network]) => {
    return network === undefined ? [] : [resolveNetwork(name, network, [...base, name], problems)];
  });
}

function defaultsOf({ settings }: RawStack): Readonly<Record<string, RawNetwork>> {
  if (settings['podlab:driver'] !== 'minikube') return defaultNetworks;
  return minikubeNetworks[settings['podlab:minikube']?.driver ?? 'kvm2'];
}

function resolveNetwork(name: string, network: RawNetwork, path: Path, problems: Problems): NetworkDraft {
  const subject = `network "${name}"`;
  const range = checkedRange(subject, network.cidr, [...path, 'cidr'], problems);
  if (range !== undefined && range.prefix > 30) {
    const message = `${subject}: ${formatCidr(range)} has no room for a gateway and a node`;
    problems.error([...path, 'cidr'], message, 'Write a prefix length of 30 or less.');
  }
  impairmentOf(subject, network, {}, path, problems);
  return {
    name,
    path,
    range,
    mode: network.mode ?? 'isolated',
    cidr: network.cidr ?? '',
    gateway: range === undefined || range.prefix > 30 ? '' : formatIp(nthAddress(range, 1)),
    bridge: ifaceName('br', name),
    mtuBytes: network.mtu ?? 1500,
    written: network,
  };
}

/** Ranges that mean something else to every IP stack (RFC 6890). */
const specialRanges = [
  ['0.0.0.0/8', '"this network"'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local addresses'],
  ['224.0.0.0/3', 'multicast and reserved addresses'],
] as const;

/** Reads a CIDR of the stack file; undefined, with a problem reported, when it can't be used. */
export function checkedRange(
  subject: string,
  text: string | undefined,
  path: Path,
  problems: Problems,
): Cidr | undefined {
  if (text === undefined) return undefined;
  const { cidr, fault } = parseCidr(text);
  if (fault !== undefined) {
    const wanted = fault.reason === 'host-bits' ? fault.canonical : 'an IPv4 network such as 192.168.50.0/24';
    problems.error(path, `${subject}: ${text} ${fault.detail}`, `Write ${wanted}.`);
    return undefined;
  }
  const special = specialRanges.find(([range]) => overlaps(cidrOf(range), cidr));
  if (special === undefined) return cidr;
  const how = containsCidr(cidrOf(special[0]), cidr) ? 'lies in' : 'contains';
  const hint = 'Write a private network such as 192.168.50.0/24.';
  problems.error(path, `${subject}: ${text} ${how} ${special[0]}, which is for ${special[1]}`, hint);
  return undefined;
}
