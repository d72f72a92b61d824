// A cluster that podlab has made, taken for one of somebody else: by its kubeconfig alone.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClusterDesk, describeClusters, withClusters } from '../../support/cluster-desk.ts';

const cluster = [
  'podlab:engine: kubernetes',
  'podlab:networks: { lan: { mode: nat, cidr: 172.30.7.0/24 } }',
  'podlab:nodes: [{ name: cp }, { name: worker }]',
  'podlab:cni: { name: bridge }',
];

/** Enters a pod of the lab's own, so that what it needs is seen on both nodes. */
const exercise = `---
lab: 1
id: mine/name
title: Who am I
minutes: 1
requires: { nodes: 2, tools: [kubectl, ip], engine: kubernetes }
---

\`\`\`sh setup
kubectl create configmap lab-mine
\`\`\`

\`\`\`sh reset
kubectl delete configmap lab-mine --ignore-not-found
\`\`\`

:::: task block Which pods belong to the worker?

\`\`\`yaml check
ask: cidr
truth: { probe: k8s.pod_cidr, node: worker, take: cidr }
diagnose:
  - { id: all, when: "given.endsWith('/16')", say: "Those are everybody's." }
wrong:
  - { give: "'10.244.0.0/16'", expect: all }
\`\`\`

\`\`\`yaml solve
answer: truth
\`\`\`

::: hint
kubectl get nodes
:::

::::
`;

/** Names of pods, without those that a kubelet has from files: it tells the API server of them whenever it comes to it. */
async function podsOf(desk: ClusterDesk, stack: string): Promise<readonly string[]> {
  type Pod = { readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> } };
  const { items } = await desk.get<{ items: readonly Pod[] }>(stack, 'pods', '--all-namespaces');
  const own = items.filter(({ metadata }) => metadata.annotations?.['kubernetes.io/config.mirror'] === undefined);
  return own.map(({ metadata }) => metadata.name).sort();
}

describeClusters('driver existing', () => {
  test('attaches to a cluster, works on its nodes, names what is wrong, and leaves it as it was', async () => {
    await withClusters(async (desk) => {
      const up = await desk.podlab('up', desk.stackFile('theirs', ...cluster));
      expect(up.exitCode, up.stderr).toBe(0);
      const before = await podsOf(desk, 'theirs');
      const kubeconfig = join(desk.root, 'kubeconfig.yaml');
      const forward = desk.start('kubeconfig', 'theirs', '--forward', '--output', kubeconfig);
      await new Promise((done) => forward.stderr?.once('data', done));

      const mine = [
        'podlab:driver: existing',
        'podlab:existing: { kubeconfig: ./kubeconfig.yaml, image: "podlab.local/box:1" }',
        ...cluster,
      ];
      const file = desk.stackFile('mine', ...mine);
      const attached = await desk.podlab('up', file, '--json');
      expect(attached.exitCode, attached.stderr).toBe(0);
      expect(JSON.parse(attached.stdout)).toMatchObject({ created: true, nodes: ['cp', 'worker'] });
      expect(await desk.podlab('up', file)).toMatchObject({ exitCode: 0, stdout: 'mine: is up already\n' });
      expect(JSON.parse((await desk.podlab('status', 'mine', '--json')).stdout)).toMatchObject({
        ...{ driver: 'existing', state: 'up' },
        nodes: [
          { name: 'cp', running: true },
          { name: 'worker', running: true },
        ],
      });

      // On the node itself: its name, its links, its files, its processes.
      expect(await desk.on('mine', 'worker', 'hostname; ip -br link show cni0 | wc -l')).toBe('worker\n1\n');
      expect(await desk.on('mine', 'cp', 'echo $PODLAB_STACK; pgrep -x kube-apiserver | wc -l')).toBe('mine\n1\n');
      expect(await desk.podlab('exec', '--stack', 'mine', 'cp', '--', 'sh', '-c', 'exit 7')).toMatchObject({
        exitCode: 7,
      });
      const run = ['exec', '--json', '--stack', 'mine', 'worker', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'];
      expect(JSON.parse((await desk.podlab(...run)).stdout)).toMatchObject({
        ...{ exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false },
      });
      const nodes = await desk.get<{ items: readonly { metadata: { name: string } }[] }>('mine', 'nodes');
      expect(nodes.items.map(({ metadata }) => metadata.name)).toEqual(['cp', 'worker']);
      expect((await desk.podlab('kubeconfig', 'mine')).stdout).toContain('https://127.0.0.1:');

      // What the file gets wrong is named, and nothing is left of the try.
      const other = desk.stackFile('wrong', ...mine.map((line) => line.replace('{ name: worker }', '{ name: ghost }')));
      const refused = await desk.podlab('up', other);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain('podlab:nodes[1].name: the cluster has no node ghost; it has cp, worker');
      expect((await desk.podlab('list')).stdout).not.toContain('wrong');

      // A lab, with its own room's names.
      const lab = join(desk.root, 'mine');
      mkdirSync(lab);
      writeFileSync(join(lab, 'README.md'), '---\nlab: 1\ntitle: Mine\nstack: mine\n---\n\nA story.\n');
      writeFileSync(join(lab, '01-name.md'), exercise);
      expect(await desk.podlab('trust', lab)).toMatchObject({ exitCode: 0 });
      const answer = await desk.podlab('answer', 'block', '10.244.1.0/24', '--lab', lab, '--stack', file);
      expect(answer.exitCode, answer.stderr).toBe(0);
      // One of podlab's that calls its nodes otherwise says so.
      const pods = await desk.podlab('check', 'pods/veths', '--lab', 'pods', '--stack', file);
      expect(pods.exitCode).toBe(4);
      expect(pods.stderr).toContain('pods/veths requires node1');

      expect(await desk.podlab('down', 'mine')).toMatchObject({ exitCode: 0, stdout: 'mine: removed\n' });
      expect(await podsOf(desk, 'theirs')).toEqual(before);
      expect((await desk.podlab('status', 'mine')).exitCode).toBe(1);
    });
  });
});
