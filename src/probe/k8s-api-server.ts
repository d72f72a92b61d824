// k8s.api_server: where the API server says that it is, where it listens, and for which names its certificate is good.

import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { LabError } from '../error.ts';
import { containsAddress, parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ipv4.ts';
import { ipv4Addresses } from './links.ts';
import { waitingSockets } from './net-listening.ts';
import { attempt, type NetView, netView } from './net-view.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { mainRoutes } from './route-table.ts';
import { findService } from './services.ts';

export const k8sApiServer = defineProbe({
  name: 'k8s.api_server',
  summary: 'Which address does the API server advertise, where does it listen, which names are in its certificate?',
  runs: [
    'GET /apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=kubernetes',
    'grep -shE PATTERN /proc/net/tcp /proc/net/tcp6 (on the node that has the address)',
    'ip -j -d -4 route, ip -j -4 addr (there)',
    'openssl s_client -connect ADDRESS:PORT (there)',
  ],
  take: 'advertised',
  args: v.strictObject({
    name: v.optional(v.pipe(v.string(), v.maxLength(253), v.description('Name or address for `valid_for`.'))),
  }),
  returns: {
    answers:
      'it answers podlab, and its certificate is good for the address at which everybody in the cluster calls it',
    reason: 'why not, or empty; all that follows is then taken from the stack in place of the Service',
    advertised: 'address behind the Service `kubernetes`: where everybody in the cluster is sent; empty without one',
    port: 'port there; 0 without one',
    network: 'network of the stack in which that address is, or empty',
    mode: 'mode of that network: isolated, nat; empty without one',
    node: 'name of the node that has the address, or empty',
    default_address: 'address of that node towards its default route: what kubeadm takes when it is told nothing',
    listens_on: 'addresses on which a socket with that port waits, sorted; `0.0.0.0` and `::` stand for every address',
    listens: 'in a word: `every address`, `one address`, `loopback`, `nowhere`',
    subject: 'name of the owner in the certificate',
    san_ips: 'addresses for which the certificate is good, sorted',
    san_names: 'host names for which it is good, sorted',
    valid_for: 'it is good for `name`; false without `name`',
    serial: 'serial number of the certificate: another one is another certificate',
  },
  async observe(context, { name }) {
    const { endpoint, reason } = await advertisedEndpoint(context);
    const node = context.topology.nodes.find(({ nics }) => nics.some(({ ip }) => ip === endpoint?.ip));
    if (endpoint === undefined || node === undefined) return { answers: reason === '', reason, ...nowhere };
    const view = await netView(context, { on: node.name, netns: '' });
    const [sockets, fallback, certificate] = await Promise.all([
      waitingSockets(view, 'tcp'),
      defaultAddress(view),
      certificateAt(view, endpoint.ip, endpoint.port, context.patience),
    ]);
    const listens = distinct(sockets.filter(({ port }) => port === endpoint.port).map(({ address }) => address));
    const network = networkOf(context, endpoint.ip);
    return {
      answers: reason === '',
      reason,
      advertised: endpoint.ip,
      port: endpoint.port,
      network: network?.name ?? '',
      mode: network?.mode ?? '',
      node: node.name,
      default_address: fallback,
      listens_on: listens,
      listens: inAWord(listens),
      ...describe(certificate, name),
    };
  },
});

/** A server whose certificate was spoilt must still be seen: then the stack says where it should be. */
async function advertisedEndpoint(context: ProbeContext) {
  try {
    const service = await findService(context, { namespace: 'default', name: 'kubernetes' });
    return { endpoint: service?.endpoints[0], reason: '' };
  } catch (cause) {
    const { engine, kubernetes } = context.topology;
    if (!(cause instanceof LabError) || cause.code !== 'PROBE_FAILED' || engine !== 'kubernetes') throw cause;
    return { endpoint: { ip: kubernetes.advertiseAddress, port: kubernetes.apiPort }, reason: cause.message };
  }
}

const noCertificate = { subject: '', san_ips: [], san_names: [], valid_for: false, serial: '' };

const nowhere = {
  advertised: '',
  port: 0,
  network: '',
  mode: '',
  node: '',
  default_address: '',
  listens_on: [],
  listens: 'nowhere',
  ...noCertificate,
};

function inAWord(addresses: readonly string[]): string {
  if (addresses.length === 0) return 'nowhere';
  if (addresses.includes('0.0.0.0') || addresses.includes('::')) return 'every address';
  return addresses.every((address) => address === '::1' || address.startsWith('127.')) ? 'loopback' : 'one address';
}

/** kubeadm looks for the interface of the default route (k8s.io/apimachinery, pkg/util/net, ChooseHostInterface). */
async function defaultAddress(view: NetView): Promise<string> {
  const [routes, addresses] = await Promise.all([mainRoutes(view), ipv4Addresses(view)]);
  const dev = routes.find(({ dst }) => dst === 'default')?.dev;
  return addresses.find(({ iface }) => iface === dev)?.ip ?? '';
}

/** Undefined when nobody speaks TLS there: the API server may be starting. */
async function certificateAt(
  view: NetView,
  ip: string,
  port: number,
  patience: number,
): Promise<X509Certificate | undefined> {
  const argv = ['timeout', `${5 * patience}`, 'openssl', 's_client', '-connect', `${ip}:${port}`] as const;
  const { stdout } = await attempt(view.executor, argv);
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(stdout)?.[0];
  return pem === undefined ? undefined : new X509Certificate(pem);
}

function describe(certificate: X509Certificate | undefined, name: string | undefined) {
  if (certificate === undefined) return noCertificate;
  const names = (certificate.subjectAltName ?? '').split(', ');
  const after = (prefix: string) =>
    distinct(names.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)));
  return {
    subject: certificate.subject.replace(/^CN=/, ''),
    san_ips: after('IP Address:'),
    san_names: after('DNS:'),
    valid_for: name !== undefined && isGoodFor(certificate, name),
    serial: certificate.serialNumber,
  };
}

function isGoodFor(certificate: X509Certificate, name: string): boolean {
  // checkIP throws when it is given a name.
  return (parseIp(name) === undefined ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function networkOf(context: ProbeContext, ip: string) {
  const address = parseIp(ip);
  return context.topology.networks.find(({ cidr }) => {
    const { cidr: parsed } = parseCidr(cidr);
    return address !== undefined && parsed !== undefined && containsAddress(parsed, address);
  });
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
