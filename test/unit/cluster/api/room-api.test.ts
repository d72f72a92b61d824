import { expect, test } from 'vitest';
import { lazyRoomApi } from '../../../../src/cluster/api/room-api.ts';
import { adminKubeconfig } from '../../../../src/cluster/node-paths.ts';
import { LabError } from '../../../../src/error.ts';
import { fakeExecutor } from '../../../support/fake-executor.ts';
import { twoNodes } from '../../../support/probing.ts';

const cluster = { ...twoNodes, engine: 'kubernetes' } as const;
const config =
  'clusters: [{ name: c, cluster: { server: "https://192.168.39.11:6443" } }]\nusers: []\ncontexts: [{ name: x, context: { cluster: c, user: u } }]\ncurrent-context: x\n';
const connect = async () => {
  throw new LabError('STACK_NOT_UP', 'stack "two-nodes" is not up');
};

test('a room without a cluster says which engine it has', async () => {
  const api = lazyRoomApi(twoNodes, () => ({ node: fakeExecutor('node1', {}), connect }));
  await expect(api()).rejects.toMatchObject({
    code: 'PROBE_FAILED',
    message: 'stack "two-nodes" has no cluster: its engine is none',
  });
});

test('the kubeconfig is read once, from the first node; a failure is not remembered', async () => {
  const reads: string[] = [];
  const node = {
    name: 'node1',
    run: async (argv: readonly [string, ...string[]]) => {
      reads.push(argv.join(' '));
      const exitCode = reads.length === 1 ? 1 : 0;
      const stdout = exitCode === 0 ? config : '';
      return { argv, exitCode, stdout, stderr: 'No such file', timedOut: false, truncated: false, durationMs: 1 };
    },
  };
  const api = lazyRoomApi(cluster, () => ({ node, connect }));
  await expect(api()).rejects.toThrow(`node1: no kubeconfig at ${adminKubeconfig}: No such file`);
  const [first, second] = await Promise.all([api(), api()]);
  expect(first).toBe(second);
  expect(reads).toEqual([`cat ${adminKubeconfig}`, `cat ${adminKubeconfig}`]);
  await expect(first.raw('/version')).rejects.toThrow(
    'GET /version from 192.168.39.11:6443: stack "two-nodes" is not up',
  );
});
