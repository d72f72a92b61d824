// A Service and its endpoints, as the API has them.

import type { V1EndpointSlice, V1Service } from '../cluster/api/objects.ts';
import type { ProbeContext } from './probe.ts';

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  /** `tcp`, `udp`, `sctp`. */
  readonly proto: string;
  /** Name of the port of the Service; '' when it has none. */
  readonly port_name: string;
  readonly pod: string;
  readonly node: string;
  readonly ready: boolean;
}

export interface ServiceFacts {
  readonly service: V1Service;
  /** Each address once for each port, sorted by address and port. */
  readonly endpoints: readonly Endpoint[];
  readonly slices: number;
}

/** Undefined when there is none of that name. */
export async function findService(
  context: ProbeContext,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<ServiceFacts | undefined> {
  const { core, discovery } = await context.cluster();
  const [services, slices] = await Promise.all([
    core.listNamespacedService({ namespace, fieldSelector: `metadata.name=${name}` }),
    discovery.listNamespacedEndpointSlice({ namespace, labelSelector: `kubernetes.io/service-name=${name}` }),
  ]);
  const service = services.items[0];
  if (service === undefined) return undefined;
  return { service, endpoints: endpointsOf(slices.items), slices: slices.items.length };
}

export function endpointsOf(slices: readonly V1EndpointSlice[]): Endpoint[] {
  const all = slices
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints = [], ports = [] }) =>
      (endpoints ?? []).flatMap(({ addresses, targetRef, nodeName, conditions }) =>
        (ports ?? []).flatMap(({ port = 0, protocol = 'TCP', name = '' }) =>
          addresses.map((ip) => ({
            ip,
            port,
            proto: protocol.toLowerCase(),
            port_name: name,
            pod: targetRef?.kind === 'Pod' ? (targetRef.name ?? '') : '',
            node: nodeName ?? '',
            // Absent means ready (discovery/v1, EndpointConditions).
            ready: conditions?.ready ?? true,
          })),
        ),
      ),
    );
  const key = ({ ip, port }: Endpoint) =>
    `${ip
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.')}:${port}`;
  return all.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
