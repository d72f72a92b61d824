// The API server of a cluster as podlab asks it: typed clients for objects, plain text for everything else.

import type {
  AppsV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  EventsV1Api,
  NetworkingV1Api,
  StorageV1Api,
} from '@kubernetes/client-node';

/**
 * Every call has a time limit and fails with a `LabError` that says which path was asked: NOT_FOUND for status 404,
 * else PROBE_FAILED.
 */
export interface ClusterApi {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly events: EventsV1Api;
  readonly networking: NetworkingV1Api;
  readonly storage: StorageV1Api;
  /** The body of an answer, for endpoints without a client: metrics, the kubelet's through the API server. */
  raw(path: string): Promise<string>;
}

export interface ApiRequest {
  readonly method: string;
  /** With the query, such as `/api/v1/pods?limit=1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** How long this answer may take; without it, as long as any. */
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Carries one request to the server. @throws LabError PROBE_FAILED when no answer comes, CANCELLED when it was called off */
export type Transport = (request: ApiRequest) => Promise<ApiAnswer>;
