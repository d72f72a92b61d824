// Clusters that are there: kubeconfigs as people have them, the ways onto nodes, what a stack file gets wrong.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ownKubeconfig } from '../../../src/cluster/api/own-kubeconfig.ts';
import { type ClusterFacts, differences } from '../../../src/driver/existing/cluster-facts.ts';
import { debugPod } from '../../../src/driver/existing/debug-pods.ts';
import { existingDriver, kubeconfigOf } from '../../../src/driver/existing/existing-driver.ts';
import { type NodeWay, readExitMark, wayArgv, withExitMark } from '../../../src/driver/existing/node-way.ts';
import { type RunHere, wayExecutor, wayInteractive } from '../../../src/driver/existing/way-executor.ts';
import type { Argv } from '../../../src/host/host.ts';
import { runProgram } from '../../../src/host/run.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import type { NodeAccess } from '../../../src/topology/topology.ts';

const files: Readonly<Record<string, string>> = {
  '/home/me/.kube/config': `
apiVersion: v1
kind: Config
current-context: work
contexts:
  - { name: work, context: { cluster: a, user: me } }
  - { name: training, context: { cluster: b, user: admin, namespace: web } }
  - { name: half, context: { cluster: a, user: nobody } }
clusters:
  - { name: a, cluster: { server: https://10.0.0.1:6443, certificate-authority: pki/ca.crt } }
  - { name: b, cluster: { server: https://10.0.0.2:6443, certificate-authority-data: QQ== } }
users:
  - { name: me, user: { client-certificate: /pki/me.crt, client-key: pki/me.key } }
  - { name: admin, user: { token: secret, tokenFile: token } }
`,
  '/home/me/.kube/pki/ca.crt': 'authority',
  '/pki/me.crt': 'certificate',
  '/home/me/.kube/pki/me.key': 'key',
  '/broken': 'a: [',
};
const read = (path: string) => files[path];
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('of a kubeconfig one context is taken, with the files that it names inside', () => {
  expect(parse(ownKubeconfig('/home/me/.kube/config', '', read))).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'work',
    contexts: [{ name: 'work', context: { cluster: 'a', user: 'me' } }],
    clusters: [
      { name: 'a', cluster: { server: 'https://10.0.0.1:6443', 'certificate-authority-data': base64('authority') } },
    ],
    users: [
      { name: 'me', user: { 'client-certificate-data': base64('certificate'), 'client-key-data': base64('key') } },
    ],
  });
  const { users, clusters } = parse(ownKubeconfig('/home/me/.kube/config', 'training', read));
  expect(clusters[0].cluster).toEqual({ server: 'https://10.0.0.2:6443', 'certificate-authority-data': 'QQ==' });
  expect(users[0].user).toEqual({ token: 'secret', tokenFile: '/home/me/.kube/token' });
});

test.each([
  ['/none', '', 'NOT_FOUND', 'there is no kubeconfig /none'],
  ['/broken', '', 'USAGE', '/broken is not a kubeconfig'],
  ['/home/me/.kube/config', 'home', 'NOT_FOUND', 'no context "home"'],
  ['/home/me/.kube/config', 'half', 'NOT_FOUND', 'no context "half" with a cluster and a user'],
])('%s, context %j', (path, context, code, message) => {
  const take = () => ownKubeconfig(path, context, read);
  expect(take).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
});

test('the kubeconfig is that of the stack file, else that of kubectl', () => {
  const existing = { kubeconfig: '../k.yaml', context: 'c', access: { by: 'docker' } } as const;
  const of = (kubeconfig: string, env: Record<string, string>) =>
    kubeconfigOf({ ...existing, kubeconfig }, '/lab/stacks/Pulumi.x.yaml', { env }).kubeconfig;
  expect(of('../k.yaml', {})).toBe('/lab/k.yaml');
  expect(of('~/k.yaml', { HOME: '/home/me' })).toBe('/home/me/k.yaml');
  expect(of('', { HOME: '/home/me', KUBECONFIG: '/a:/b' })).toBe('/a');
  expect(of('', { HOME: '/home/me' })).toBe('/home/me/.kube/config');
});

const way = (access: NodeAccess, more: Partial<NodeWay> = {}): NodeWay => ({
  name: 'node1',
  address: '10.0.0.11',
  access,
  kubectl: ['kubectl', '--kubeconfig', '/k', '--context', 'c'],
  pod: 'podlab-lab-node1',
  keyFile: '',
  controlPath: '/run/ssh-x',
  ...more,
});

test('each way is one command line', () => {
  const enter = ['nsenter', '-t', '1', '-m', '-u', '-i', '-n', '--', 'sh', '-c', 'id; ls'];
  const kubectl = ['kubectl', '--kubeconfig', '/k', '--context', 'c', 'exec', '--quiet', '--stdin'];
  const pod = ['--namespace', 'kube-system', 'podlab-lab-node1', '--'];
  expect(wayArgv(way({ by: 'debug-pod', image: 'x' }), 'id; ls')).toEqual([...kubectl, ...pod, ...enter]);
  expect(wayArgv(way({ by: 'debug-pod', image: 'x' }), 'id; ls', true)).toEqual([
    ...kubectl,
    '--tty',
    ...pod,
    ...enter,
  ]);
  expect(wayArgv(way({ by: 'docker' }), 'id; ls')).toEqual([
    'docker',
    'exec',
    '--interactive',
    'node1',
    'sh',
    '-c',
    'id; ls',
  ]);
  expect(wayArgv(way({ by: 'minikube', profile: 'p' }), 'id; ls')).toEqual([
    ...['minikube', 'ssh', '--profile', 'p', '--node', 'node1', '--native-ssh=false', '--'],
    "sudo -n sh -c 'id; ls'",
  ]);
  const ssh = wayArgv(way({ by: 'ssh', user: 'me', port: 2222, key: 'k', jump: 'gate' }, { keyFile: '/k' }), 'id; ls');
  expect(ssh.slice(0, 3)).toEqual(['ssh', '-o', 'BatchMode=yes']);
  expect(ssh.slice(-10)).toEqual([
    '-p',
    '2222',
    '-i',
    '/k',
    '-J',
    'gate',
    '-T',
    '--',
    'me@10.0.0.11',
    "sudo -n sh -c 'id; ls'",
  ]);
  const root = wayArgv(way({ by: 'ssh', user: 'root', port: 0, key: '', jump: '' }), 'id; ls');
  expect(root.slice(-4)).toEqual(['-T', '--', 'root@10.0.0.11', "sh -c 'id; ls'"]);
});

test('a mark at the end of standard error carries the exit code', () => {
  for (const [script, code, stderr] of [
    ['exit 0', 0, ''],
    ['echo no >&2; exit 7', 7, 'no\n'],
    ['printf without-end >&2; false', 1, 'without-end'],
  ] as const) {
    const both = execFileSync('sh', ['-c', `{ ${withExitMark(script, 'a1')}; } 2>&1`], { encoding: 'utf8' });
    expect(readExitMark(both, 'a1')).toEqual({ code, stderr });
    expect(readExitMark(both, 'b2')).toBeUndefined();
  }
});

/** A way that leads to this machine: the shell that each way starts in the end. */
const here: RunHere = (argv, options) =>
  runProgram(argv.slice(argv.indexOf('sh')) as unknown as Argv, {
    ...options,
    env: { PATH: process.env.PATH ?? '', ...options.env },
  });
const env = { PATH: process.env.PATH ?? '', GREETING: "it's me" };

test('programs on a node get words, input and environment as they are, and end as they end', async () => {
  const node = wayExecutor(here, way({ by: 'docker' }), env);
  const odd = ['a b', `'"$HOME`, '*', ''];
  const printed = await node.run(['printf', '[%s]', ...odd]);
  expect(printed).toMatchObject({ stdout: odd.map((word) => `[${word}]`).join(''), stderr: '', exitCode: 0 });
  const script = 'cat; echo "$GREETING $MORE" >&2; exit 3';
  expect(await node.run(['sh', '-c', script], { input: 'said', env: { MORE: 'x y' } })).toMatchObject({
    ...{ stdout: 'said', stderr: "it's me x y\n", exitCode: 3, timedOut: false },
    argv: ['sh', '-c', script],
  });
  // Without input there is none, rather than what this process reads.
  expect(await node.run(['cat'])).toMatchObject({ stdout: '', exitCode: 0 });
  expect(await node.run(['/no/such/program'])).toMatchObject({ exitCode: 127 });
  expect(await node.run(['sleep', '100'], { timeoutMs: 200 })).toMatchObject({ timedOut: true, exitCode: 137 });
});

test('a way that breaks is no exit code', async () => {
  const broken: RunHere = async (argv) => ({
    ...{ argv, exitCode: 1, stdout: '', timedOut: false, truncated: false, durationMs: 1 },
    stderr: 'E1 something\nError from server (NotFound): pods "podlab-lab-node1" not found\n',
  });
  const node = wayExecutor(broken, way({ by: 'debug-pod', image: 'x' }), {});
  await expect(node.run(['true'])).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: `node "node1" can't be reached: Error from server (NotFound): pods "podlab-lab-node1" not found`,
    hint: expect.stringContaining('podlab reset'),
  });
  const missing: RunHere = async (argv) => ({ ...(await broken(argv, {})), exitCode: 127, stderr: '' });
  await expect(wayExecutor(missing, way({ by: 'docker' }), {}).run(['true'])).rejects.toMatchObject({
    message: `node "node1" can't be reached: there is no program docker`,
  });
});

test('an interactive command keeps its words', () => {
  const argv = wayInteractive(way({ by: 'docker' }), ['sh', '-c', 'echo "$A"'], { A: 'b c' }, true);
  expect(argv).toEqual([
    'docker',
    'exec',
    '--interactive',
    '--tty',
    'node1',
    'sh',
    '-c',
    `exec env 'A=b c' sh -c 'echo "$A"'`,
  ]);
});

const topology = loadTopology(
  `config:
  podlab:driver: existing
  podlab:engine: kubernetes
  podlab:networks: { lan: { mode: nat, cidr: 10.0.7.0/24 } }
  podlab:nodes: [{ name: cp, networks: [{ network: lan, ip: 10.0.7.10 }] }, { name: w1, networks: [{ network: lan, ip: 10.0.7.11 }] }]
  podlab:kubernetes: { version: v1.34.2 }
  podlab:cni: { name: flannel }
`,
  { stack: 'mine', file: 'f' },
);
const node = (name: string, ip: string, podCidr: string, more: object = {}) => ({
  ...{ name, internalIps: [ip], podCidr, isReady: true, isControlPlane: name === 'cp', runtime: 'containerd://2.1.4' },
  ...more,
});
const facts: ClusterFacts = {
  version: 'v1.34.2+k3s1',
  apiServiceIp: '10.96.0.1',
  nodes: [node('cp', '10.0.7.10', '10.244.0.0/24'), node('w1', '10.0.7.11', '10.244.1.0/24')],
};

test('a file that says what is there has no difference', () => {
  expect(differences(topology, facts)).toEqual([]);
});

test.each<[string, Partial<ClusterFacts>, string, string, boolean]>([
  [
    'a node that is not there',
    { nodes: [facts.nodes[0] as never] },
    'podlab:nodes[1].name',
    'the cluster has no node w1; it has cp',
    true,
  ],
  [
    'another address',
    { nodes: [node('cp', '10.0.7.99', '10.244.0.0/24'), facts.nodes[1] as never] },
    'podlab:nodes[0].networks',
    'in the cluster cp has 10.0.7.99, not 10.0.7.10; write { network: lan, ip: … }',
    true,
  ],
  [
    'other pods',
    { nodes: [facts.nodes[0] as never, node('w1', '10.0.7.11', '10.42.1.0/24')] },
    'podlab:kubernetes.podSubnet',
    'w1 has the pods of 10.42.1.0/24',
    true,
  ],
  [
    'other Services',
    { apiServiceIp: '10.43.0.1' },
    'podlab:kubernetes.serviceSubnet',
    'the Service kubernetes has 10.43.0.1',
    true,
  ],
  [
    'another control plane',
    {
      nodes: [
        node('cp', '10.0.7.10', '', { isControlPlane: false }),
        node('w1', '10.0.7.11', '', { isControlPlane: true }),
      ],
    },
    'podlab:nodes[0]',
    'cp is not the control plane, and labs take the first node for it',
    true,
  ],
  [
    'a node that is not Ready',
    { nodes: [facts.nodes[0] as never, node('w1', '10.0.7.11', '', { isReady: false })] },
    'podlab:nodes[1]',
    'w1 is not Ready',
    false,
  ],
  [
    'one node more',
    { nodes: [...facts.nodes, node('w2', '10.0.7.12', '')] },
    'podlab:nodes',
    'the cluster also has w2',
    false,
  ],
  ['another version', { version: 'v1.33.0' }, 'podlab:kubernetes.version', 'the API server is v1.33.0', false],
])('%s is named', (_, changed, setting, says, matters) => {
  expect(differences(topology, { ...facts, ...changed })).toEqual([{ setting, says, matters }]);
});

test('the pods belong to nobody else, and the plan shows them', () => {
  expect(debugPod('mine', 'cp', 'busybox:1.37')).toMatchObject({
    metadata: { name: 'podlab-mine-cp', namespace: 'kube-system', labels: { 'podlab/stack': 'mine' } },
    spec: { nodeName: 'cp', hostPID: true, automountServiceAccountToken: false },
  });
  const options = {
    paths: { runtime: '', state: '', cache: '' },
    env: {},
    path: '',
    now: () => 0,
    sleep: async () => {},
  };
  const [step, ...others] = existingDriver(options).plan?.(topology) ?? [];
  expect(others).toEqual([]);
  expect(step).toMatchObject({ on: 'localhost', run: ['kubectl', 'apply', '--filename', '-'] });
  const { items } = JSON.parse(step?.input ?? '{}');
  expect(items.map((item: { spec: { nodeName: string } }) => item.spec.nodeName)).toEqual(['cp', 'w1']);
});
