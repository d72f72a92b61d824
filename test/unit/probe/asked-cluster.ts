// Questions about a cluster of two nodes, and the objects that its API answers with.

import { fakeApi } from '../../support/fake-api.ts';
import { fakeExecutor } from '../../support/fake-executor.ts';
import { observe, twoNodes } from '../../support/probing.ts';

const node1 = fakeExecutor('node1', {
  'find /var/lib/data/ -mindepth 1 -maxdepth 1 -printf %y %s %f\\n': 'f 5 log.txt\nd 4096 sub dir\nf 7 a\n',
  'head -c 4096 /var/lib/data/log.txt': 'kept\n',
  'head -c 4096 /var/lib/data/other': { exitCode: 1 },
  'find /var/lib/kubelet/pods/uid-own/volumes/kubernetes.io~empty-dir/scratch/ -mindepth 1 -maxdepth 1 -printf %y %s %f\\n':
    { exitCode: 1 },
});
export const ask = (probe: string, args: Record<string, string>, answers: Readonly<Record<string, unknown>>) =>
  observe(probe, args, node1, twoNodes, fakeApi(answers));

export const pod = (name: string, more: { spec?: object; status?: object; metadata?: object } = {}) => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}`, ...more.metadata },
  spec: { nodeName: 'node1', containers: [{ name: 'web', image: 'podlab.local/box:1' }], ...more.spec },
  status: { phase: 'Running', podIP: '10.244.0.9', ...more.status },
});
export const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

/** A static pod of the control plane, as the API lists it. */
export const flags = (...command: string[]) => ({
  items: [pod('x', { spec: { containers: [{ name: 'x', command }] } })],
});
