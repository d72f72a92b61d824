// Puts the generated clients of @kubernetes/client-node on a transport. Loaded late: it costs a quarter of a second.

import {
  AppsV1Api,
  CoreV1Api,
  createConfiguration,
  DiscoveryV1Api,
  EventsV1Api,
  NetworkingV1Api,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  StorageV1Api,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
import { LabError } from '../../error.ts';
import type { ApiAnswer, ApiRequest, ClusterApi, Transport } from './cluster-api.ts';

export function typedApi(transport: Transport): ClusterApi {
  const configuration = createConfiguration({
    // The clients want a whole URL; of it the transport takes the path alone.
    baseServer: new ServerConfiguration('https://cluster', {}),
    httpApi: wrapHttpLibrary({ send: (context) => sendContext(transport, context) }),
  });
  return {
    core: new CoreV1Api(configuration),
    apps: new AppsV1Api(configuration),
    discovery: new DiscoveryV1Api(configuration),
    events: new EventsV1Api(configuration),
    networking: new NetworkingV1Api(configuration),
    storage: new StorageV1Api(configuration),
    raw: async (path) =>
      (await ask(transport, { method: 'GET', path, headers: { accept: '*/*' }, body: undefined })).body,
  };
}

async function sendContext(transport: Transport, context: RequestContext): Promise<ResponseContext> {
  const { pathname, search } = new URL(context.getUrl());
  const { status, headers, body } = await ask(transport, {
    method: context.getHttpMethod(),
    path: pathname + search,
    headers: context.getHeaders(),
    body: context.getBody() as string | undefined,
  });
  return new ResponseContext(
    status,
    { ...headers },
    {
      text: async () => body,
      binary: async () => Buffer.from(body),
      stream: () => {
        throw new Error('answers are read whole');
      },
    },
  );
}

async function ask(transport: Transport, request: ApiRequest): Promise<ApiAnswer> {
  const answer = await transport(request);
  if (answer.status < 300) return answer;
  const what = `${request.method} ${request.path}: status ${answer.status}: ${reasonOf(answer.body)}`;
  throw new LabError(answer.status === 404 ? 'NOT_FOUND' : 'PROBE_FAILED', what);
}

/** The message of a Status object, or the first line of whatever else was sent. */
function reasonOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not every server behind the API server answers in JSON.
  }
  return body.trim().split('\n')[0]?.slice(0, 300) ?? '';
}
