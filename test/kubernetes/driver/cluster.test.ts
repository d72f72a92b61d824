// One cluster with nothing at its default: every setting of the stack file is looked for where it ends up.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeClusters, withClusters } from '../../support/cluster-desk.ts';
import { ownLinks, tracesOf } from '../../support/traces.ts';

interface Nodes {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly podCIDR: string; readonly taints?: readonly object[] };
    readonly status: {
      readonly addresses: readonly { readonly type: string; readonly address: string }[];
      readonly nodeInfo: { readonly kubeletVersion: string };
      readonly conditions: readonly { readonly type: string; readonly status: string }[];
    };
  }[];
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName: string };
    readonly status: { readonly phase: string; readonly podIP: string };
  }[];
}

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
      containers:
        - { name: web, image: podlab.local/box:1, command: [sh, -c, 'hostname >/index.html; httpd -f -p 8080 -h /'] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }], clusterIP: 10.60.7.7 }
`;

const proxyMode = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/10249; printf "GET /proxyMode HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3'`;

const lines = [
  'podlab:engine: kubernetes',
  'podlab:networks:',
  '  lan: { mode: nat,      cidr: 172.30.1.0/24 }',
  '  api: { mode: isolated, cidr: 172.30.2.0/24 }',
  'podlab:nodes:',
  '  - { name: head, networks: [lan, api] }',
  '  - { name: slow, networks: [lan, api], cpus: 0.5, memory: 700MiB }',
  'podlab:kubernetes:',
  '  { podSubnet: 10.50.0.0/20, nodePrefix: 25, serviceSubnet: 10.60.0.0/16, advertise: api, apiPort: 7443, proxyMode: iptables }',
  'podlab:cni: { name: bridge, routes: vxlan }',
  'podlab:workloads: { manifests: [./web.yaml] }',
];

describeClusters('a cluster', () => {
  test('is as its stack file says, works, and leaves nothing behind', async () => {
    const links = ownLinks();
    await withClusters(async (desk) => {
      writeFileSync(join(desk.root, 'web.yaml'), web);
      const file = desk.stackFile('odd', ...lines);
      const up = await desk.podlab('up', file, '--json');
      expect(up.exitCode, up.stderr).toBe(0);
      expect(JSON.parse(up.stdout)).toMatchObject({ created: true, nodes: ['head', 'slow'] });
      expect(JSON.parse(up.stdout).phases.map(({ name }: { name: string }) => name)).toContain('init');
      expect(await desk.podlab('up', file)).toMatchObject({ exitCode: 0, stdout: 'odd: is up already\n' });

      // Blocks in the order of the file, the node's address on the network that it advertises, no taints.
      const { items: nodes } = await desk.get<Nodes>('odd', 'nodes');
      const about = nodes.map(({ metadata, spec, status }) => ({
        name: metadata.name,
        block: spec.podCIDR,
        taints: spec.taints ?? [],
        ip: status.addresses.find(({ type }) => type === 'InternalIP')?.address,
        isReady: status.conditions.find(({ type }) => type === 'Ready')?.status,
      }));
      expect(about).toEqual([
        { name: 'head', block: '10.50.0.0/25', taints: [], ip: '172.30.2.11', isReady: 'True' },
        { name: 'slow', block: '10.50.0.128/25', taints: [], ip: '172.30.2.12', isReady: 'True' },
      ]);

      // The API: port, advertise address, names in its certificate.
      const flags = await desk.on('odd', 'head', 'tr "\\0" "\\n" </proc/$(pgrep -x kube-apiserver)/cmdline');
      expect(flags).toContain('--advertise-address=172.30.2.11\n');
      expect(flags).toContain('--secure-port=7443\n');
      expect(flags).toContain('--service-cluster-ip-range=10.60.0.0/16\n');
      const certificate = 'openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -ext subjectAltName';
      const names = await desk.on('odd', 'head', certificate);
      for (const address of ['172.30.1.11', '172.30.2.11', '10.60.0.1', '127.0.0.1']) {
        expect(names).toContain(`IP Address:${address}`);
      }

      // Workloads run when `up` ends; from either node, and from a pod, the Service leads to both of its pods by the overlay.
      const { items: pods } = await desk.get<Pods>('odd', 'pods');
      expect(pods.map(({ status }) => status.phase)).toEqual(['Running', 'Running']);
      expect(pods.map(({ spec }) => spec.nodeName).sort()).toEqual(['head', 'slow']);
      // kube-proxy hears of endpoints a moment later than whoever waits for the rollout.
      const ask = (get: string) =>
        `for i in $(seq 50); do ${get} >/dev/null 2>&1 && break; sleep 0.1; done; for i in $(seq 30); do ${get}; done | sort -u | wc -l`;
      // By the shell: not every machine has curl.
      const request = 'exec 3<>/dev/tcp/10.60.7.7/80; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; tail -n 1 <&3';
      for (const node of ['head', 'slow']) {
        expect(await desk.on('odd', node, ask(`timeout 5 bash -c '${request}'`))).toBe('2\n');
      }
      const inPod = `kubectl exec ${pods[0]?.metadata.name} -- sh -c '${ask('timeout 5 wget -qO- http://web.default.svc.cluster.local/')}'`;
      expect(await desk.on('odd', 'head', inPod)).toBe('2\n');
      expect(await desk.on('odd', 'head', proxyMode)).toContain('\niptables');
      expect(await desk.on('odd', 'head', 'iptables-save -t nat')).toContain('-d 10.60.7.7/32');
      expect(await desk.on('odd', 'slow', 'ip route show 10.50.0.0/25')).toContain('dev vxlan1');

      // Limits hold for all of a node: its daemons and its pods.
      const limits = await desk.on(
        'odd',
        'slow',
        'for group in /sys/fs/cgroup/cpu /sys/fs/cgroup; do cat $group/podlab/odd.*/slow/cpu.cfs_quota_us $group/podlab/odd.*/slow/cpu.max 2>/dev/null || true; done',
      );
      expect(limits).toMatch(/^50000(\n| 100000\n)$/);
      const groups = await desk.on('odd', 'slow', 'cat /proc/$(pgrep -x kubelet)/cgroup');
      expect(groups).toMatch(/\/podlab\/odd\.[0-9a-f]{8}\/slow\/system/);

      // Nothing listens on this machine, and no secret is readable by others or in a log.
      expect(ownLinks()).toEqual(links);
      expect(readFileSync('/proc/net/tcp', 'utf8')).not.toMatch(/ [0-9A-F]{8}:1D13 [0-9A-F:]+ 0A /); // 7443
      const logs = (await desk.podlab('logs', 'odd')).stdout;
      expect(logs).toContain('==> kubeadm on head <==');
      expect(logs).not.toMatch(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/);

      expect(await desk.podlab('down', 'odd')).toMatchObject({ exitCode: 0, stdout: 'odd: removed\n' });
      expect(tracesOf('odd', join(desk.root, 'run'))).toEqual([]);
    });
  });

  test('with proxyMode ipvs is refused, with the evidence, where the kernel has none', async ({ skip }) => {
    skip(readFileSync('/proc/net/dev', 'utf8') === '' || hasIpvs(), 'this kernel has ip_vs');
    await withClusters(async (desk) => {
      const file = desk.stackFile(
        'ipvs',
        'podlab:engine: kubernetes',
        'podlab:kubernetes: { proxyMode: ipvs }',
        'podlab:cni: { name: bridge }',
      );
      expect(await desk.podlab('up', file)).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining('proxyMode ipvs: the kernel has no ip_vs (there is no /proc/net/ip_vs)'),
      });
    });
  });
});

function hasIpvs(): boolean {
  try {
    readFileSync('/proc/net/ip_vs');
    return true;
  } catch {
    return false;
  }
}
