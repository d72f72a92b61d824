// k8s.service: a Service, its addresses and ports, and the endpoints behind it.

import * as v from 'valibot';
import { namespace, objectName } from './args.ts';
import { defineProbe } from './probe.ts';
import { type Endpoint, findService } from './services.ts';

export const k8sService = defineProbe({
  name: 'k8s.service',
  summary: 'Which address, ports and endpoints has a Service?',
  runs: [
    'GET /api/v1/namespaces/NAMESPACE/services?fieldSelector=metadata.name=NAME',
    'GET /apis/discovery.k8s.io/v1/namespaces/NAMESPACE/endpointslices?labelSelector=kubernetes.io/service-name=NAME',
  ],
  take: 'cluster_ip',
  args: v.strictObject({ name: objectName('Name of the Service.'), namespace }),
  returns: {
    exists: 'there is such a Service',
    type: 'ClusterIP, NodePort, LoadBalancer, ExternalName; empty when there is none',
    cluster_ip: 'its address; empty for a headless one and when there is none',
    headless: 'it has no address on purpose (clusterIP: None)',
    port: 'its first port; 0 when there is none',
    node_port: 'node port of its first port; 0 when it has none',
    ports: 'for each: name, protocol, port, target_port (number or name, as text), node_port (0 when it has none)',
    node_ports: 'all its node ports',
    selector: 'labels of the pods behind it, name → value',
    endpoints: 'for each address and port, ready or not: ip, port, proto, port_name, pod (name, or empty), node, ready',
    targets: '`IP:PORT` of the ready ones, sorted, each once',
    ready_count: 'number of different addresses that are ready',
    not_ready_count: 'number of different addresses that are not',
    ready_pods: 'names of the pods of the ready ones, sorted',
    not_ready_pods: 'names of the pods of the others, sorted',
    slices: 'number of EndpointSlices',
    external_ips: 'spec.externalIPs',
    ingress_ips: 'addresses that a load balancer gave it (status.loadBalancer.ingress)',
    pending: 'it is of type LoadBalancer and has no such address yet',
    session_affinity: 'None or ClientIP; empty when there is no Service',
    external_traffic_policy: 'Cluster or Local; empty where it does not apply',
    internal_traffic_policy: 'Cluster or Local; empty where it does not apply',
    external_name: 'name that an ExternalName stands for, or empty',
  },
  async observe(context, args) {
    const found = await findService(context, args);
    const { spec, status } = found?.service ?? {};
    const ports = (spec?.ports ?? []).map(({ name = '', protocol = 'TCP', port, targetPort, nodePort = 0 }) => ({
      name,
      protocol,
      port,
      target_port: String(targetPort ?? port),
      node_port: nodePort,
    }));
    const endpoints = [...(found?.endpoints ?? [])];
    const ready = endpoints.filter((endpoint) => endpoint.ready);
    const addresses = (of: typeof endpoints) => new Set(of.map(({ ip }) => ip));
    const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
    const clusterIp = spec?.clusterIP ?? '';
    return {
      exists: found !== undefined,
      type: spec?.type ?? '',
      cluster_ip: clusterIp === 'None' ? '' : clusterIp,
      headless: clusterIp === 'None',
      port: ports[0]?.port ?? 0,
      node_port: ports[0]?.node_port ?? 0,
      ports,
      node_ports: ports.map(({ node_port }) => node_port).filter((port) => port !== 0),
      selector: { ...spec?.selector },
      endpoints: endpoints.map((endpoint) => ({ ...endpoint })),
      targets: [...new Set(ready.map(({ ip, port }) => `${ip}:${port}`))],
      ready_count: addresses(ready).size,
      not_ready_count: addresses(endpoints.filter((endpoint) => !endpoint.ready)).size,
      ready_pods: podsOf(ready),
      not_ready_pods: podsOf(endpoints.filter((endpoint) => !endpoint.ready)),
      slices: found?.slices ?? 0,
      external_ips: spec?.externalIPs ?? [],
      ingress_ips: ingress,
      pending: spec?.type === 'LoadBalancer' && ingress.length === 0,
      session_affinity: spec?.sessionAffinity ?? '',
      external_traffic_policy: spec?.externalTrafficPolicy ?? '',
      internal_traffic_policy: spec?.internalTrafficPolicy ?? '',
      external_name: spec?.externalName ?? '',
    };
  },
});

function podsOf(endpoints: readonly Endpoint[]): string[] {
  return [...new Set(endpoints.map(({ pod }) => pod).filter((name) => name !== ''))].sort();
}
