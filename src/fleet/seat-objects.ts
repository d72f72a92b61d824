// Seats → the objects of Kubernetes that they are. Pure.

import { createHash } from 'node:crypto';
import type { Ingress, KubernetesPlace } from './kubernetes-place.ts';
import {
  type KubernetesObject,
  nodePortOf,
  pagePort,
  pageUrl,
  policyKey,
  type SeatPlan,
  seatLabel,
  stackKey,
  tokensName,
  workshopLabel,
} from './seat-plan.ts';
import { seatPod } from './seat-pod.ts';
import { renderSeatPolicy } from './seat-policy.ts';
import type { Seat } from './workshop.ts';

/** Objects that all seats share, in the order in which they are made. */
export function workshopObjects(plan: SeatPlan): readonly KubernetesObject[] {
  const { workshop, template, ownsNamespace } = plan;
  const { name, kubernetes } = workshop;
  const labels = labelsOf(name);
  return [
    ...(ownsNamespace ? [namespaceObject(kubernetes.namespace, labels)] : []),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: kubernetes.namespace, labels },
      data: { [stackKey]: template.text, [policyKey]: renderSeatPolicy(workshop) },
    },
    networkPolicy(name, kubernetes, labels),
  ];
}

/** Objects of one seat, in the order in which they are made. */
export function seatObjects(plan: SeatPlan, seat: Seat): readonly KubernetesObject[] {
  const { workshop, hasClaims } = plan;
  const { kubernetes } = workshop;
  const metadata = {
    name: seat.stack,
    namespace: kubernetes.namespace,
    labels: { ...labelsOf(workshop.name), [seatLabel]: seat.stack },
  };
  return [
    ...(hasClaims ? [claim(kubernetes, metadata)] : []),
    deployment(plan, seat, metadata),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: service(kubernetes, seat),
    },
    ...(kubernetes.ingress === undefined
      ? []
      : [ingress(kubernetes.ingress, new URL(pageUrl(kubernetes, seat)), metadata)]),
  ];
}

/** Hashes of tokens, by the seat: all of them. */
export function tokensObject(
  { name, kubernetes: { namespace } }: SeatPlan['workshop'],
  hashes: Readonly<Record<string, string>>,
): KubernetesObject {
  const data = Object.fromEntries(Object.entries(hashes).map(([seat, hash]) => [seat, btoa(hash)]));
  const metadata = { name: tokensName(name), namespace, labels: labelsOf(name) };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
}

/** Of the page, at the Service of its seat. */
const servicePort = 80;

function service({ nodePorts }: KubernetesPlace, { stack, number }: Seat): object {
  const page = { name: 'page', port: servicePort, targetPort: pagePort, protocol: 'TCP' };
  return {
    ...(nodePorts === undefined ? {} : { type: 'NodePort' }),
    selector: { [seatLabel]: stack },
    ports: [nodePorts === undefined ? page : { ...page, nodePort: nodePortOf(nodePorts, number) }],
  };
}

type Metadata = KubernetesObject['metadata'] & { readonly labels: Readonly<Record<string, string>> };

function labelsOf(workshop: string) {
  return {
    'app.kubernetes.io/name': 'podlab-seat',
    'app.kubernetes.io/managed-by': 'podlab',
    [workshopLabel]: workshop,
  };
}

/** Seats make namespaces of their own, which no other level of Pod Security admits. */
function namespaceObject(name: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  const level = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels, ...level } } };
}

/** Nobody who is a seat reaches a seat; seats reach name servers, and what the workshop names. */
function networkPolicy(
  name: string,
  { namespace, allowFrom, reach }: KubernetesPlace,
  labels: Readonly<Record<string, string>>,
): KubernetesObject {
  const block = (cidr: string) => ({ ipBlock: { cidr } });
  const noSeat = { matchExpressions: [{ key: seatLabel, operator: 'DoesNotExist' }] };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels },
    spec: {
      podSelector: { matchLabels: { [workshopLabel]: name } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ namespaceSelector: {}, podSelector: noSeat }, ...allowFrom.map(block)],
          ports: [{ protocol: 'TCP', port: pagePort }],
        },
      ],
      egress: [
        {
          to: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
          ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })),
        },
        ...(reach.length === 0 ? [] : [{ to: reach.map(block) }]),
      ],
    },
  };
}

function claim({ storage }: KubernetesPlace, metadata: Metadata): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storage.class === '' ? {} : { storageClassName: storage.class }),
      resources: { requests: { storage: storage.size } },
    },
  };
}

function deployment(plan: SeatPlan, seat: Seat, metadata: Metadata): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      // Never two of one seat at a time: they would share its progress.
      strategy: { type: 'Recreate' },
      revisionHistoryLimit: 0,
      selector: { matchLabels: { [seatLabel]: seat.stack } },
      template: {
        metadata: {
          labels: metadata.labels,
          // Another template is another pod.
          annotations: {
            'podlab/stack': createHash('sha256').update(plan.template.text).digest('hex').slice(0, 16),
          },
        },
        spec: seatPod(plan, seat),
      },
    },
  };
}

function ingress(given: Ingress, { hostname: host, pathname }: URL, metadata: Metadata): KubernetesObject {
  const path = pathname.replace(/(?<=.)\/$/, '');
  // By number: not every controller knows ports by name.
  const service = { name: metadata.name, port: { number: servicePort } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: {
      ...(given.class === '' ? {} : { ingressClassName: given.class }),
      ...(given.tlsSecret === '' ? {} : { tls: [{ hosts: [host], secretName: given.tlsSecret }] }),
      rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend: { service } }] } }],
    },
  };
}
