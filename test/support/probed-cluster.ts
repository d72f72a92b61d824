// A cluster for tests of probes: built once for several tests, asked as the runner asks.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazyRoomApi } from '../../src/cluster/api/room-api.ts';
import { sandboxDriver } from '../../src/driver/sandbox/sandbox-driver.ts';
import type { Executor } from '../../src/host/host.ts';
import { podlabPaths } from '../../src/host/paths.ts';
import type { Json } from '../../src/probe/probe.ts';
import { loadTopology } from '../../src/topology/load-topology.ts';
import { withClusters } from './cluster-desk.ts';
import { type Observed, observe } from './probing.ts';

export interface ProbedCluster {
  /** What a probe sees. */
  ask(probe: string, args?: Readonly<Record<string, Json>>): Promise<Observed>;
  /** Asks until the observation has these fields with these values, as a clause with `wait` does. @throws Error after a minute */
  until(probe: string, args: Readonly<Record<string, Json>>, fields: Readonly<Record<string, Json>>): Promise<Observed>;
  /** Standard output of a shell script on a node; kubectl works there. @throws Error with its standard error */
  on(node: string, script: string): Promise<string>;
  /** Applies a manifest and waits until all pods with the label `test: ready` are. */
  apply(manifest: string): Promise<void>;
  leave(): Promise<void>;
}

/** @param lines of the stack file, under `config:` */
export async function openCluster(stack: string, ...lines: readonly string[]): Promise<ProbedCluster> {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open, reject } = Promise.withResolvers<Omit<ProbedCluster, 'leave'>>();
  const over = withClusters(async (desk) => {
    const file = desk.stackFile(stack, ...lines);
    const { exitCode, stderr } = await desk.podlab('up', file);
    if (exitCode !== 0) throw new Error(stderr);
    open(await probed(desk.root, stack, file));
    await left;
  });
  over.catch(reject);
  return {
    ...(await opened),
    leave: () => {
      leave();
      return over;
    },
  };
}

async function probed(root: string, stack: string, file: string): Promise<Omit<ProbedCluster, 'leave'>> {
  const uid = process.geteuid?.() ?? 0;
  const env = { ...process.env, PODLAB_ROOT: root };
  const driver = sandboxDriver({
    paths: podlabPaths(uid, env),
    home: join(import.meta.dirname, '../..'),
    env,
    uid,
    path: `${process.env.PATH}:/usr/sbin:/sbin`,
  });
  const topology = loadTopology(readFileSync(file, 'utf8'), { file, stack });
  const executors = await Promise.all(topology.nodes.map(({ name }) => driver.executor(stack, name)));
  const node = (name: string): Executor => {
    const found = executors.find((executor) => executor.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  };
  const connect = (host: string, port: number) => driver.connect(stack, host, port);
  const cluster = await lazyRoomApi(topology, () => ({ node: node(topology.nodes[0]?.name ?? ''), connect }))();
  const ask: ProbedCluster['ask'] = (probe, args = {}) => observe(probe, args, executors, topology, cluster);
  const on = async (name: string, script: string, input = '') => {
    const options = { env: { KUBECONFIG: '/etc/kubernetes/admin.conf' }, timeoutMs: 120_000, input };
    const { exitCode, stdout, stderr } = await node(name).run(['sh', '-euc', script], options);
    if (exitCode !== 0) throw new Error(`${name}: ${script}: exit code ${exitCode}: ${stderr}`);
    return stdout;
  };
  const first = topology.nodes[0]?.name ?? '';
  return {
    ask,
    on: (name, script) => on(name, script),
    until: async (probe, args, fields) => {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const seen = await ask(probe, args);
        const isSo = Object.entries(fields).every(
          ([key, value]) => JSON.stringify(seen[key]) === JSON.stringify(value),
        );
        if (isSo) return seen;
        if (Date.now() > deadline)
          throw new Error(`${probe} sees ${JSON.stringify(seen)}, not ${JSON.stringify(fields)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    apply: async (manifest) => {
      await on(first, 'kubectl apply -f - >/dev/null', manifest);
      await on(
        first,
        'for n in $(seq 50); do [ -n "$(kubectl get pods -A -l test=ready -o name)" ] && break; sleep 0.2; done; kubectl wait pods -A -l test=ready --for condition=Ready --timeout 90s >/dev/null',
      );
    },
  };
}
