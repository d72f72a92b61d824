// Check pods that a kubelet refused, and pods that are gone, against an API that remembers what it is asked.

import { expect, test } from 'vitest';
import type { AdminApi } from '../../../src/cluster/api/admin-api.ts';
import { replaceLostPods } from '../../../src/cluster/ready.ts';

const pods = ['a', 'b', 'c'].map((name) => ({ name, object: { metadata: { name } } }));

/** Pods by name and phase. A failed one stays until it is deleted; what is deleted is gone at the next look. */
function apiWith(phases: Record<string, string>) {
  const asked: string[] = [];
  const api: AdminApi = {
    get: async <T>() => {
      const items = Object.entries(phases).map(([name, phase]) => ({ metadata: { name }, status: { phase } }));
      return { items } as T;
    },
    create: async (_path, object) => {
      const { name } = (object as { metadata: { name: string } }).metadata;
      asked.push(`create ${name}`);
      phases[name] ??= 'Pending';
    },
    removeAll: async (path) => {
      const name = path.split('/').at(-1) ?? '';
      asked.push(`remove ${name}`);
      delete phases[name];
    },
  };
  return { api, asked };
}

test('pods that run are left alone', async () => {
  const { api, asked } = apiWith({ a: 'Running', b: 'Pending', c: 'Running' });
  expect(await replaceLostPods(api, pods)).toEqual({
    isDone: false,
    seen: 'a is Running; b is Pending; c is Running',
  });
  expect(asked).toEqual([]);
});

test('a pod that was refused is made anew, and the others keep running', async () => {
  const { api, asked } = apiWith({ a: 'Running', b: 'Failed', c: 'Failed' });
  await replaceLostPods(api, pods);
  expect(asked).toEqual(['remove b', 'remove c']);
  const { seen } = await replaceLostPods(api, pods);
  expect(asked.slice(2)).toEqual(['create b', 'create c']);
  expect(seen).toBe('b was not there; c was not there; a is Running');
  asked.length = 0;
  await replaceLostPods(api, pods);
  expect(asked).toEqual([]);
});
