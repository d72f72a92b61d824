// k8s.get: any object or list of the API, as it is.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import { defineProbe, type Json } from './probe.ts';

export const k8sGet = defineProbe({
  name: 'k8s.get',
  summary: 'What does the API server answer at this path? For objects that have no probe of their own.',
  runs: ['GET PATH'],
  take: 'exists',
  args: v.strictObject({
    path: v.pipe(
      v.string(),
      v.regex(/^\/apis?\/\S+$/, 'expected a path such as /apis/apps/v1/namespaces/default/deployments/web'),
      v.description('Path, with a query if need be, such as `/apis/apps/v1/namespaces/default/deployments/web`.'),
    ),
  }),
  returns: {
    exists: 'the API server has it (it answered with anything but status 404)',
    object: 'the object, with the fields that the API documents; empty when there is none',
    items: 'what a list holds; empty for a single object',
    count: 'how many those are',
  },
  async observe(context, { path }) {
    const api = await context.cluster();
    try {
      const object = parse(path, await api.raw(path));
      const items = Array.isArray(object.items) ? (object.items as readonly Json[]) : [];
      return { exists: true, object: items.length > 0 ? { ...object, items: [] } : object, items, count: items.length };
    } catch (error) {
      if (error instanceof LabError && error.code === 'NOT_FOUND')
        return { exists: false, object: {}, items: [], count: 0 };
      throw error;
    }
  },
});

function parse(path: string, text: string): { readonly [key: string]: Json } {
  try {
    return JSON.parse(text);
  } catch {
    throw new LabError('PROBE_FAILED', `GET ${path}: the answer is not JSON`);
  }
}
