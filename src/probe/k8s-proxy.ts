// k8s.proxy: how a node translates Services, and what happens to packets for one of them.

import * as v from 'valibot';
import { parseIp } from '../net/ipv4.ts';
import { namespace, objectName, on, port } from './args.ts';
import { fetchHttp } from './http-fetch.ts';
import type { NatRule } from './nat-rules.ts';
import { netView, nodeName } from './net-view.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { type ServiceRules, serviceRules } from './service-rules.ts';
import { findService } from './services.ts';

/** kube-proxy's metrics address (KubeProxyConfiguration, metricsBindAddress). */
const proxyModeUrl = 'http://127.0.0.1:10249/proxyMode';

export const k8sProxy = defineProbe({
  name: 'k8s.proxy',
  summary:
    'How does a node translate Services, by how many rules, and to which endpoints does it send packets for one?',
  runs: [
    `GET ${proxyModeUrl} (on the node)`,
    'nft -j list ruleset',
    'iptables-nft-save, iptables-legacy-save (where they exist)',
    'cat /proc/net/ip_vs',
    'GET /api/v1/namespaces/NAMESPACE/services, GET /apis/discovery.k8s.io/v1/namespaces/NAMESPACE/endpointslices (with `service`)',
  ],
  take: 'mode',
  args: v.strictObject({
    on,
    service: v.optional(objectName('Service that the fields from `exists` on are about.')),
    namespace,
    port: v.optional(port('Which of its ports; the first if absent.')),
  }),
  returns: {
    mode: 'what kube-proxy says that it does: iptables, nftables, ipvs; empty when none runs on the node',
    kernel_mode: 'by what the kernel translates Services: nftables, iptables, ipvs; empty when by nothing',
    kernel_modes: 'all of these that are there; two are remains of a change of modes',
    rule_count:
      'number of rules for Services: in table kube-proxy of nftables, and in the KUBE-… chains of iptables; for IPVS the virtual servers',
    chain_count: 'number of chains that hold them',
    element_count:
      "number of elements in kube-proxy's maps and sets of nftables, where a Service is an element and not a rule",
    dispatch_rules:
      'number of rules in the chain where Services are told apart: KUBE-SERVICES of iptables, services of nftables; a packet may be compared with all of them. 0 for IPVS',
    node_port_ips:
      "addresses of the node that take node ports: those of kube-proxy's set of nftables, else all that the stack gives it",
    virtual_ips: 'number of different ClusterIPs and external addresses that are translated',
    service_exists: 'the API has the Service `service`; false without `service`',
    cluster_ip: 'its ClusterIP, or empty',
    port: 'the port that was looked for; 0 without a Service',
    exists: 'the node translates packets to that address and port',
    chain:
      'chain of this Service: KUBE-SVC-… of iptables, service-… of nftables; empty for IPVS and when there is none',
    endpoint_chains:
      'chains of its endpoints, sorted: KUBE-SEP-… of iptables; with nftables the endpoints are in a map of the chain of the Service (before, they had chains endpoint-…)',
    endpoints: 'where packets go: `IP:PORT`, sorted',
    service_rules:
      'number of rules for this Service alone: in its chain and in those of its endpoints; with iptables also the one of KUBE-SERVICES that leads there',
    balance: 'how one of several is chosen: random (iptables, nftables), rr … (IPVS); empty with one or none',
    path: 'all chains on the way of the first endpoint, from the hook on',
    hooks: 'where it is translated: prerouting (packets of pods and others), output (of the node itself)',
    affinity: 'the rules send a client to the endpoint that it had before',
    node_port: 'node port of that port; 0 when it has none',
    node_port_endpoints: 'where packets to the node port go, sorted',
    matches_api: '`endpoints` are exactly the ready ones of the EndpointSlices; true for neither',
  },
  async observe(context, args) {
    const view = await netView(context, { on: args.on, netns: '' });
    const [answer, rules] = await Promise.all([fetchHttp(view, proxyModeUrl, 2), serviceRules(view)]);
    const modes = kernelModes(rules);
    return {
      mode: typeof answer === 'string' || answer.status !== 200 ? '' : answer.body.trim(),
      kernel_mode: modes[0] ?? '',
      kernel_modes: modes,
      rule_count: rules.nftables.rules + rules.iptables.rules + rules.ipvs.length,
      chain_count: rules.nftables.chains + rules.iptables.chains,
      element_count: rules.nftables.elements,
      dispatch_rules: rules.nftables.dispatch + rules.iptables.dispatch,
      node_port_ips: modes.length === 0 ? [] : [...(rules.nodePortIps ?? addressesOf(context, args.on))].sort(),
      virtual_ips: virtualIps(rules).size,
      ...(await serviceOn(context, rules, args)),
    };
  },
});

function addressesOf(context: ProbeContext, on: string): string[] {
  const name = nodeName(context, on);
  return (context.topology.nodes.find((node) => node.name === name)?.nics ?? []).map(({ ip }) => ip);
}

function virtualIps({ nat, ipvs }: ServiceRules): ReadonlySet<string> {
  const translated = dnat(nat).map(({ daddr = '' }) => daddr);
  return new Set([...translated, ...ipvs.map(({ ip }) => ip)].filter((ip) => parseIp(ip) !== undefined));
}

function kernelModes({ nat, ipvs, iptables, nftables }: ServiceRules): string[] {
  const isService = (mark: RegExp) => dnat(nat).some(({ chains }) => chains.some((chain) => mark.test(chain)));
  return [
    ...(nftables.rules > 0 && isService(/^ip kube-proxy /) ? ['nftables'] : []),
    ...(iptables.rules > 0 && isService(/ KUBE-SERVICES$/) ? ['iptables'] : []),
    ...(ipvs.length > 0 ? ['ipvs'] : []),
  ];
}

function dnat(rules: readonly NatRule[]): NatRule[] {
  return rules.filter(
    ({ action, chains }) => action === 'dnat' && chains.some((chain) => /kube-proxy| KUBE-/.test(chain)),
  );
}

interface Asked {
  readonly service?: string | undefined;
  readonly namespace: string;
  readonly port?: number | undefined;
}

async function serviceOn(context: ProbeContext, rules: ServiceRules, asked: Asked) {
  const { service: name, namespace: space } = asked;
  const found = name === undefined ? undefined : await findService(context, { name, namespace: space });
  if (found === undefined) return noService;
  const ports = found.service.spec?.ports ?? [];
  const one = ports.find(({ port }) => port === asked.port) ?? (asked.port === undefined ? ports[0] : undefined);
  const clusterIp = found.service.spec?.clusterIP ?? '';
  const port = one?.port ?? asked.port ?? 0;
  const proto = (one?.protocol ?? 'TCP').toLowerCase();
  const ways = dnat(rules.nat).filter(
    (rule) => rule.daddr === clusterIp && rule.dport === String(port) && (rule.proto ?? proto) === proto,
  );
  const virtual = rules.ipvs.find(
    (server) => server.ip === clusterIp && server.port === port && server.proto === proto,
  );
  const nodePort = one?.nodePort ?? 0;
  const toNodePort = dnat(rules.nat).filter(({ dport, daddr }) => dport === String(nodePort) && daddr !== clusterIp);
  const endpoints = distinct([...ways.flatMap(({ targets }) => targets), ...(virtual?.targets ?? [])]);
  const ready = found.endpoints
    .filter((endpoint) => endpoint.ready && endpoint.proto === proto && endpoint.port_name === (one?.name ?? ''))
    .map((endpoint) => `${endpoint.ip}:${endpoint.port}`);
  const chain = chainsLike(/^(?:service-|KUBE-SV[CL]-)/, ways)[0] ?? '';
  const endpointChains = chainsLike(/^(?:endpoint-|KUBE-SEP-)/, ways);
  return {
    service_exists: true,
    cluster_ip: clusterIp === 'None' ? '' : clusterIp,
    port,
    exists: endpoints.length > 0,
    chain,
    endpoint_chains: endpointChains,
    service_rules:
      distinct([chain, ...endpointChains]).reduce((sum, name) => sum + (rules.rulesIn.get(name) ?? 0), 0) +
      (chain.startsWith('KUBE-') ? 1 : 0),
    endpoints,
    balance:
      endpoints.length < 2 ? '' : (virtual?.scheduler ?? ways.find(({ balance }) => balance !== '')?.balance ?? ''),
    path: (ways[0]?.chains ?? []).map(shortName),
    hooks: distinct(ways.map(({ hook }) => hook)),
    affinity: ways.some(({ other = [] }) => other.some((text) => /rcheck|affinity/.test(text))),
    node_port: nodePort,
    node_port_endpoints: nodePort === 0 ? [] : distinct(toNodePort.flatMap(({ targets }) => targets)),
    matches_api: distinct(ready).join() === endpoints.join(),
  };
}

const noService = {
  service_exists: false,
  cluster_ip: '',
  port: 0,
  exists: false,
  chain: '',
  endpoint_chains: [],
  service_rules: 0,
  endpoints: [],
  balance: '',
  path: [],
  hooks: [],
  affinity: false,
  node_port: 0,
  node_port_endpoints: [],
  matches_api: false,
};

function chainsLike(name: RegExp, rules: readonly NatRule[]): string[] {
  return distinct(rules.flatMap(({ chains }) => chains.map(shortName).filter((chain) => name.test(chain))));
}

/** Keys of chains begin with where the chain is; its own name has no blanks. */
function shortName(key: string): string {
  return key.slice(key.lastIndexOf(' ') + 1);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
