// Topology → what the sandbox will do, as data: shown by `preview`, compared with golden files, applied by the room's scripts.

import { renderHosts } from '../../topology/hosts-file.ts';
import type { Impairment, Network, Nic, Topology } from '../../topology/topology.ts';
import type { PlanStep } from '../driver.ts';
import { gatewayRuleset } from './gateway-ruleset.ts';

/** The words of one `ip` or `tc` command, without the program's name. No word holds white space. */
export type Words = readonly string[];

export interface NodePlan {
  readonly name: string;
  readonly ip: readonly Words[];
  readonly tc: readonly Words[];
}

export interface RoomPlan {
  /** Bridges, then cables with both ends in place, then addresses, then ports up. */
  readonly gatewayIp: readonly Words[];
  readonly gatewayTc: readonly Words[];
  /** An nftables script; '' when no network needs one. */
  readonly gatewayNft: string;
  /** The nodes of the stack file, and `outside` if there is a NAT network. */
  readonly nodes: readonly NodePlan[];
  readonly hosts: string;
}

/** Pure and deterministic: the same topology gives the same plan on every machine. */
export function planRoom(topology: Topology): RoomPlan {
  const cables = topology.nodes.flatMap((node) => node.nics.map((nic) => ({ node: node.name, nic })));
  const nats = topology.networks.filter((network) => network.mode === 'nat');
  const outside = nats.length > 0 ? topology.outside : undefined;
  const bridgeOf = new Map(topology.networks.map((network) => [network.name, network.bridge]));
  const outsidePrefix = topology.outside.cidr.split('/')[1];

  return {
    gatewayIp: [
      ['link', 'set', 'lo', 'up'],
      ...topology.networks.map(addBridge),
      ...cables.map(({ node, nic }) => addCable(node, nic, bridgeOf.get(nic.network) ?? '')),
      ...(outside ? [['link', 'add', 'outside', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'outside']] : []),
      ...topology.networks.map((network) => ['addr', 'add', gatewayAddress(network), 'dev', network.bridge]),
      ...(outside ? [['addr', 'add', `${outside.gateway}/${outsidePrefix}`, 'dev', 'outside']] : []),
      // Ports come up last: a bridge that learns of hundreds of ports one by one is slower (docs/design/0002-sandbox.md).
      ...cables.map(({ nic }) => ['link', 'set', nic.port, 'up']),
      ...topology.networks.map((network) => ['link', 'set', network.bridge, 'up']),
      ...(outside ? [['link', 'set', 'outside', 'up']] : []),
    ],
    gatewayTc: cables.filter(({ nic }) => isImpaired(nic)).map(({ nic }) => impair(nic.port, nic.impairment)),
    gatewayNft: nats.length > 0 ? gatewayRuleset(topology) : '',
    nodes: [
      ...topology.nodes.map((node) => ({
        name: node.name,
        ip: [
          ['link', 'set', 'lo', 'up'],
          ...node.nics.map((nic) => ['addr', 'add', `${nic.ip}/${nic.prefix}`, 'dev', nic.iface]),
          ...node.nics.map((nic) => ['link', 'set', nic.iface, 'up']),
          ...(node.defaultGateway === '' ? [] : [['route', 'add', 'default', 'via', node.defaultGateway]]),
        ],
        tc: node.nics.filter(isImpaired).map((nic) => impair(nic.iface, nic.impairment)),
      })),
      ...(outside ? [planOutside(`${outside.ip}/${outsidePrefix}`)] : []),
    ],
    hosts: renderHosts(topology),
  };
}

/** The plan as commands that a person can paste into a root shell, in the order in which they work. */
export function planSteps(plan: RoomPlan): readonly PlanStep[] {
  const step = (on: string, program: string, words: Words): PlanStep => ({ on, run: [program, ...words], input: '' });
  return [
    ...plan.nodes.map((node) => step('gateway', 'ip', ['netns', 'add', node.name])),
    ...plan.gatewayIp.map((words) => step('gateway', 'ip', words)),
    ...(plan.gatewayNft === ''
      ? []
      : [
          { on: 'gateway', run: ['nft', '-f', '-'] as const, input: plan.gatewayNft },
          step('gateway', 'sysctl', ['-qw', 'net.ipv4.ip_forward=1']),
        ]),
    ...plan.gatewayTc.map((words) => step('gateway', 'tc', words)),
    ...plan.nodes.flatMap((node) => [
      ...node.ip.map((words) => step(node.name, 'ip', words)),
      ...node.tc.map((words) => step(node.name, 'tc', words)),
    ]),
  ];
}

function addBridge({ bridge, mtuBytes }: Network): Words {
  return ['link', 'add', bridge, 'mtu', `${mtuBytes}`, 'type', 'bridge'];
}

function addCable(node: string, nic: Nic, bridge: string): Words {
  const mtu = ['mtu', `${nic.mtuBytes}`];
  // The port is the first end, because the kernel ignores `master` on the second.
  const port = ['name', nic.port, ...mtu, 'master', bridge];
  return ['link', 'add', ...port, 'type', 'veth', 'peer', 'name', nic.iface, 'address', nic.mac, ...mtu, 'netns', node];
}

function gatewayAddress(network: Network): string {
  return `${network.gateway}/${network.cidr.split('/')[1]}`;
}

function planOutside(address: string): NodePlan {
  return {
    name: 'outside',
    ip: [
      ['link', 'set', 'lo', 'up'],
      ['addr', 'add', address, 'dev', 'eth0'],
      ['link', 'set', 'eth0', 'up'],
    ],
    tc: [],
  };
}

function isImpaired({ impairment }: Nic): boolean {
  return Object.values(impairment).some((value) => value > 0);
}

// netem on the way out of each end, so that every direction of the cable is impaired once.
function impair(iface: string, { delayMs, jitterMs, lossPercent, rateKbit }: Impairment): Words {
  return [
    ...['qdisc', 'add', 'dev', iface, 'root', 'netem'],
    ...(delayMs > 0 ? ['delay', `${delayMs}ms`, ...(jitterMs > 0 ? [`${jitterMs}ms`] : [])] : []),
    ...(lossPercent > 0 ? ['loss', `${lossPercent}%`] : []),
    ...(rateKbit > 0 ? ['rate', `${rateKbit}kbit`] : []),
  ];
}
