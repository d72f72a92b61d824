// The API of a cluster that knows its answers beforehand: real clients on a transport without a network.

import type { ApiRequest, ClusterApi } from '../../src/cluster/api/cluster-api.ts';
import { typedApi } from '../../src/cluster/api/typed-api.ts';

/**
 * Answers by the whole path with its query, decoded for people. An object is sent as JSON, text as it is, a number is a
 * status without a body. What is not in the table has status 404.
 */
export function fakeApi(answers: Readonly<Record<string, unknown>>): ClusterApi {
  return typedApi(async ({ path }: ApiRequest) => {
    const answer = answers[decodeURIComponent(path.replaceAll('+', ' '))] ?? 404;
    const isText = typeof answer === 'string';
    const body = isText ? answer : typeof answer === 'number' ? '' : JSON.stringify(answer);
    const type = isText ? 'text/plain' : 'application/json';
    return { status: typeof answer === 'number' ? answer : 200, headers: { 'content-type': type }, body };
  });
}
