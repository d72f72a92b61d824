// The stack file of a seat: the template's room with the seat's own networks, addresses and host.

import { createHmac } from 'node:crypto';
import type { Problem } from '../error.ts';
import { cidrOf, formatCidr, nthAddress } from '../net/cidr.ts';
import { formatIp, parseIp } from '../net/ipv4.ts';
import { lintStack } from '../topology/load-topology.ts';
import type { Impairment, Nic, Node, Topology } from '../topology/topology.ts';
import { renderDelay, renderMemory, renderRate } from '../topology/units.ts';
import { readYaml } from '../topology/yaml-document.ts';
import type { SeatHost } from './libvirt-place.ts';
import { markKey, renderYaml } from './pulumi-stack-file.ts';
import { seatMac, seatNetworks } from './seat-addresses.ts';
import type { Seat } from './workshop.ts';

export interface SeatTemplate {
  /** As the workshop file names it. */
  readonly name: string;
  readonly topology: Topology;
  /** All that the file has under `config`. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface SeatStackRequest {
  readonly template: SeatTemplate;
  readonly workshop: string;
  /** What all seats take their networks from: a CIDR with room for this one. */
  readonly cidr: string;
  readonly seat: Seat;
  readonly host: SeatHost;
}

/**
 * The template as virtual machines, whatever driver it names. Never throws.
 *
 * @param absolute makes a path absolute that is relative to the template's file: a seat's file lies elsewhere
 */
export function readTemplate(
  { name, text, file }: { readonly name: string; readonly text: string; readonly file: string },
  workshop: string,
  absolute: (path: string) => string,
): { readonly template: SeatTemplate | undefined; readonly problems: readonly Problem[] } {
  const { topology, problems } = lintStack(text, { stack: workshop, file, driver: 'libvirt' });
  if (topology === undefined) return { template: undefined, problems };
  const { config = {} } = (readYaml(text, file).data ?? {}) as { config?: Record<string, unknown> };
  const moved = Object.entries(config).map(([key, value]) => [key, (paths[key] ?? same)(value, absolute)]);
  return { template: { name, topology, config: Object.fromEntries(moved) }, problems };
}

/** Prefix lengths of the networks that each seat needs, in the order of the file. */
export function networkPrefixes({ networks }: Topology): readonly number[] {
  return networks.map(({ cidr }) => cidrOf(cidr).prefix);
}

/**
 * The text of the file, the same every time. What it says of networks and nodes is all written out, so that it can be read.
 *
 * @throws RangeError for a seat that `cidr` has no room for
 */
export function renderSeatStack(request: SeatStackRequest): string {
  const { template, workshop, seat, host } = request;
  const { topology, config } = template;
  const kept = Object.entries(config).filter(([key]) => !isOurs(key));
  const directory = host.directory || (config['vm:directory'] as string | undefined);
  const seed = config['vm:seed'];
  const text = renderYaml({
    config: {
      'podlab:driver': 'libvirt',
      ...Object.fromEntries(kept),
      ...roomOf(request, topology),
      'libvirt:uri': host.uri,
      ...(host.type === '' ? {} : { 'vm:type': host.type }),
      // Two rooms in one directory would be one pool.
      ...(directory === undefined ? {} : { 'vm:directory': `${directory.replace(/\/$/, '')}/${seat.stack}` }),
      ...(typeof seed === 'string'
        ? { 'vm:seed': ownSeed(seed, seat) }
        : seed === undefined
          ? {}
          : { 'vm:seed': seed }),
      [markKey]: `${workshop}/${seat.number}`,
    },
  });
  const head = `# Written by podlab: seat ${seat.number} of workshop ${workshop}, from stack ${template.name}.`;
  return `${head}\n${text}`;
}

/** Those that the seat has of its own, or that are about other drivers. */
function isOurs(key: string): boolean {
  const own = [
    'podlab:driver',
    'podlab:networks',
    'podlab:nodes',
    'podlab:uplink',
    'podlab:minikube',
    'podlab:existing',
  ];
  return [...own, 'libvirt:uri', 'vm:directory', 'vm:seed', markKey].includes(key);
}

function roomOf({ workshop, cidr, seat }: SeatStackRequest, topology: Topology) {
  const ranges = seatNetworks(cidrOf(cidr), networkPrefixes(topology), seat.number);
  const networks = topology.networks.map((network, n) => ({ network, range: ranges[n] ?? cidrOf(network.cidr) }));
  const moved = ({ network: name, ip }: Nic) => {
    const at = networks.find(({ network }) => network.name === name);
    if (at === undefined) return ip;
    return formatIp(nthAddress(at.range, (parseIp(ip) ?? 0) - cidrOf(at.network.cidr).base));
  };
  let count = 0;
  const nics = (node: Node) =>
    node.nics.map((nic) => {
      const mtu = topology.networks.find(({ name }) => name === nic.network)?.mtuBytes;
      return {
        ...{ network: nic.network, ip: moved(nic), mac: seatMac(workshop, seat.number, count++) },
        ...(nic.mtuBytes === mtu ? {} : { mtu: nic.mtuBytes }),
        ...impairmentOf(nic.impairment),
      };
    });
  return {
    'podlab:networks': Object.fromEntries(
      networks.map(({ network: { name, mode, mtuBytes }, range }) => {
        return [name, { mode, cidr: formatCidr(range), ...(mtuBytes === 1500 ? {} : { mtu: mtuBytes }) }];
      }),
    ),
    'podlab:nodes': topology.nodes.map((node) => ({
      name: node.name,
      ...(node.rack === '' ? {} : { rack: node.rack }),
      ...(node.cpus === 0 ? {} : { cpus: node.cpus }),
      ...(node.memoryMiB === 0 ? {} : { memory: renderMemory(node.memoryMiB) }),
      networks: nics(node),
    })),
  };
}

function impairmentOf({ delayMs, jitterMs, lossPercent, rateKbit }: Impairment): object {
  return {
    ...(delayMs === 0 ? {} : { delay: renderDelay(delayMs) }),
    ...(jitterMs === 0 ? {} : { jitter: renderDelay(jitterMs) }),
    ...(lossPercent === 0 ? {} : { loss: `${lossPercent}%` }),
    ...(rateKbit === 0 ? {} : { rate: renderRate(rateKbit) }),
  };
}

/** Who is root in one seat's machines has their keys, which must open nobody else's. */
function ownSeed(seed: string, { stack }: Seat): string {
  return createHmac('sha256', seed).update(stack).digest('hex');
}

type Move = (value: unknown, absolute: (path: string) => string) => unknown;

const same: Move = (value) => value;
const isPath = (value: unknown): value is string => typeof value === 'string' && /^\.{1,2}\//.test(value);
const moveEach: Move = (list, absolute) =>
  Array.isArray(list) ? list.map((one) => (isPath(one) ? absolute(one) : one)) : list;

/** Keys with paths in them that are relative to the stack file. */
const paths: Readonly<Record<string, Move>> = {
  'podlab:image': (value, absolute) => (isPath(value) ? absolute(value) : value),
  'vm:image': (value, absolute) => (typeof value !== 'string' || URL.canParse(value) ? value : absolute(value)),
  'podlab:cni': (value, absolute) => {
    const { manifest, ...cni } = (value ?? {}) as Record<string, unknown>;
    return typeof manifest === 'string' ? { ...cni, manifest: absolute(manifest) } : value;
  },
  'podlab:workloads': (value, absolute) => {
    const { manifests, images, ...others } = (value ?? {}) as Record<string, unknown>;
    // A manifest is always a file; an image is one where it looks like a path.
    const files = Array.isArray(manifests) ? manifests.map((path) => absolute(String(path))) : undefined;
    return {
      ...others,
      ...(files === undefined ? {} : { manifests: files }),
      ...(images === undefined ? {} : { images: moveEach(images, absolute) }),
    };
  },
};
