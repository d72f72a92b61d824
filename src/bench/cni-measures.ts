// What `podlab bench cni` compares: the ways between two programs, and what is measured on each.

export const ways = ['same-node', 'across', 'service', 'host'] as const;
export type Way = (typeof ways)[number];

export const wayTitles: Readonly<Record<Way, string>> = {
  'same-node': 'pod to pod, one node',
  across: 'pod to pod, across nodes',
  service: 'pod to Service, across nodes',
  host: 'host mode, across nodes',
};

export const metrics = ['tcp', 'udp', 'rate', 'p50', 'p90', 'p99'] as const;
export type Metric = (typeof metrics)[number];

export interface MetricWords {
  readonly title: string;
  readonly unit: string;
  /** From the unit of a sample to `unit`. */
  readonly factor: number;
}

/** Samples are in bits per second, requests per second and microseconds. */
export const metricWords: Readonly<Record<Metric, MetricWords>> = {
  tcp: { title: 'TCP', unit: 'Gbit/s', factor: 1e-9 },
  udp: { title: 'UDP received', unit: 'Gbit/s', factor: 1e-9 },
  rate: { title: 'requests', unit: '1000/s', factor: 1e-3 },
  p50: { title: 'latency p50', unit: 'µs', factor: 1 },
  p90: { title: 'latency p90', unit: 'µs', factor: 1 },
  p99: { title: 'latency p99', unit: 'µs', factor: 1 },
};

/** Connections that the client of the request rate keeps open; latency is measured with one, where nothing waits for its turn. */
export const rateConnections = 16;

export type Measures = Readonly<Record<Metric, number>>;

/** All ways in one room, measured once. */
export interface Visit {
  readonly stack: string;
  /** From 0. */
  readonly round: number;
  readonly values: Readonly<Record<Way, Measures>>;
}
