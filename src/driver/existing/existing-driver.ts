// The driver of clusters that are there already: up attaches and checks, down lets go. Of the cluster nothing changes but the pods
// by which podlab gets onto its nodes.

import { join } from 'node:path';
import { withLock } from '../../host/lock.ts';
import { markRoom, unmarkRoom } from '../../infra/room-mark.ts';
import type { Reporter } from '../../reporter.ts';
import type { Existing, Topology } from '../../topology/topology.ts';
import type { Driver, PlanStep } from '../driver.ts';
import { attach, letGo } from './attach.ts';
import { fromStackFile } from './attached-nodes.ts';
import { forgetAttached, readAttached } from './attached-record.ts';
import { type AttachOptions, attachedRooms, lockOf, sameRoom, silentNodes, stackDir } from './attached-rooms.ts';
import { debugPod } from './debug-pods.ts';

export function existingDriver(options: AttachOptions): Driver {
  const locked = <T>(stack: string, work: () => Promise<T>) =>
    withLock(lockOf(options, stack), `stack "${stack}"`, work);
  return {
    ...attachedRooms('existing', options),

    plan: planOf,

    up: ({ topology, file, anew = false }, reporter) =>
      locked(topology.stack, async () => {
        const dir = stackDir(options, topology.stack);
        const same = anew ? undefined : sameRoom(topology, options);
        if (same !== undefined && (await silentNodes(same, options)).length === 0) {
          return { created: false, from: '', phases: [] };
        }
        const earlier = readAttached(dir);
        if (earlier !== undefined) await letGo(earlier, options, reporter);
        markRoom(options.paths.state, topology.stack, 'existing');
        const started = options.now();
        try {
          await attach({ topology, file, ...kubeconfigOf(topology.existing, file, options) }, options, reporter);
        } catch (error) {
          await release(topology.stack, options, reporter);
          throw error;
        }
        return { created: true, from: '', phases: [{ name: 'attach', ms: options.now() - started }] };
      }),

    down: (stack, reporter) => locked(stack, async () => release(stack, options, reporter)),
  };
}

/** Whether there was something. */
async function release(stack: string, options: AttachOptions, reporter: Reporter): Promise<boolean> {
  const dir = stackDir(options, stack);
  const record = readAttached(dir);
  if (record !== undefined) await letGo(record, options, reporter);
  forgetAttached(dir);
  unmarkRoom(options.paths.state, stack);
  return record !== undefined;
}

/** The one that kubectl would take where the stack file names none. */
export function kubeconfigOf(
  existing: Existing | undefined,
  file: string,
  { env }: Pick<AttachOptions, 'env'>,
): { readonly kubeconfig: string; readonly context: string } {
  const { kubeconfig = '', context = '' } = existing ?? {};
  if (kubeconfig !== '') return { kubeconfig: fromStackFile(file, kubeconfig, env), context };
  const [first] = (env.KUBECONFIG ?? '').split(':').filter((path) => path !== '');
  return { kubeconfig: first ?? join(env.HOME ?? '/', '.kube', 'config'), context };
}

/** The pods, where that is the way; every other way leaves nothing. */
function planOf({ stack, nodes, existing }: Topology): readonly PlanStep[] {
  if (existing?.access.by !== 'debug-pod') return [];
  const { access, kubeconfig, context } = existing;
  const which = [
    ...(kubeconfig === '' ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === '' ? [] : ['--context', context]),
  ];
  const items = nodes.map(({ name }) => debugPod(stack, name, access.image));
  const input = `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 2)}\n`;
  return [{ on: 'localhost', run: ['kubectl', ...which, 'apply', '--filename', '-'], input }];
}
