// A workshop whose seats are pods: on podlab's own cluster, which is to it what any other is.

import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClusterDesk, describeClusters, withClusters } from '../../support/cluster-desk.ts';

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly hostUsers?: boolean;
      readonly containers: readonly [{ readonly securityContext: { readonly privileged?: boolean } }];
    };
  }[];
}

/** A default StorageClass, and for each seat a volume that outlives its pods. */
const storage = (volumes: number) =>
  [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'manual', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ...Array.from({ length: volumes }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `volume-${index}` },
      spec: {
        storageClassName: 'manual',
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: `/var/lib/volumes/${index}`, type: 'DirectoryOrCreate' },
      },
    })),
  ].map((object) => JSON.stringify(object));

const stackLines = (image: string) => [
  'podlab:engine: kubernetes',
  'podlab:nodes: { count: 1 }',
  'podlab:cni: { name: bridge }',
  `podlab:workloads: { images: [${image}] }`,
];

/** PODLAB_SEAT_IMAGE names an archive that is kept between runs. */
async function openCluster(desk: ClusterDesk): Promise<void> {
  const image = process.env.PODLAB_SEAT_IMAGE ?? join(desk.root, 'seat.tar');
  if (!existsSync(image)) {
    const made = await desk.podlab('fleet', 'image', '--output', image);
    expect(made.exitCode, made.stderr).toBe(0);
  }
  const up = await desk.podlab('up', desk.stackFile('house', ...stackLines(image)));
  expect(up.exitCode, up.stderr).toBe(0);
  const kubeconfig = join(desk.root, 'kubeconfig.yaml');
  desk.start('kubeconfig', 'house', '--forward', '--output', kubeconfig);
  for (let n = 0; n < 100 && !existsSync(kubeconfig); n++) await new Promise((done) => setTimeout(done, 100));
}

interface Board {
  readonly seats: readonly { readonly cells: Readonly<Record<string, { readonly diagnosis: string }>> }[];
}

interface Look {
  readonly room: { readonly view: { readonly nodes: readonly { readonly name: string }[] } };
}

/** Somebody on a node of the cluster with a browser: the page of a seat through its Service. */
function visitor(desk: ClusterDesk, address: string) {
  let cookie = '';
  return async (path: string, body?: object) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const head = [
      `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.0`,
      ...[`Host: ${address}`, `Origin: http://${address}`, `Content-Length: ${Buffer.byteLength(text)}`],
      ...(cookie === '' ? [] : [`Cookie: ${cookie}`]),
      ...(body === undefined ? [] : ['Content-Type: application/json']),
    ];
    // By a program that every node has: this machine's own Node may lie where nodes do not see it.
    const asked = Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`).toString('base64');
    // Left open for writing: the server takes a visitor who has closed his half for one who is gone.
    const talk = `exec 3<>/dev/tcp/${address}/80; echo ${asked} | base64 -d >&3; cat <&3`;
    const said = await desk.on('house', 'node1', `bash -c '${talk}'`);
    const [heads = '', ...rest] = said.split('\r\n\r\n');
    const answer = {
      status: Number(/^HTTP\/1\.\d (\d+)/.exec(heads)?.[1]),
      cookie: /^set-cookie: (.*)$/im.exec(heads)?.[1] ?? '',
      text: rest.join('\r\n\r\n'),
    };
    if (answer.cookie !== '') cookie = answer.cookie.split(';')[0] ?? '';
    return answer;
  };
}

/** The instructor's page of a workshop, on the machine from which the cluster is only one connection away. */
async function openInstructor(desk: ClusterDesk, file: string) {
  const child = desk.start('serve', '--workshop', file, '--json');
  const [chunk] = await once(child.stdout ?? child, 'data');
  const link = new URL((JSON.parse(String(chunk)) as { url: string }).url);
  const entered = await fetch(link);
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return async <T>(path: string, body?: object): Promise<T> => {
    const headers = { origin: link.origin, cookie, 'content-type': 'application/json' };
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await fetch(link.origin + path, { headers, ...post })).json() as Promise<T>;
  };
}

function fleetOf(desk: ClusterDesk, name: string, ...lines: readonly string[]) {
  const file = join(desk.root, `${name}.yaml`);
  const head = [`name: ${name}`, 'stack: quickstart', 'labs: [by-hand]', 'place: kubernetes', 'kubernetes:'];
  const settings = ['kubeconfig: ./kubeconfig.yaml', ...lines.slice(1)].map((line) => `  ${line}`);
  writeFileSync(file, [...head, ...settings, lines[0], ''].join('\n'));
  return async (...words: readonly string[]) => {
    const at = words.indexOf('--');
    const own = ['--json', '--workshop', file];
    const outcome = await desk.podlab(
      'fleet',
      ...(at < 0 ? [...words, ...own] : [...words.slice(0, at), ...own, ...words.slice(at)]),
    );
    return { ...outcome, answer: outcome.stdout === '' ? undefined : JSON.parse(outcome.stdout) };
  };
}

describeClusters('seats on a cluster', () => {
  test('come up, are worked in, keep progress, are reset, fail alone and leave nothing', async () => {
    await withClusters(async (desk) => {
      await openCluster(desk);
      const kubectl = (script: string) => desk.on('house', 'node1', `kubectl ${script}`);
      await desk.on(
        'house',
        'node1',
        `for object in ${storage(4)
          .map((text) => `'${text}'`)
          .join(' ')}; do echo "$object" | kubectl apply -f -; done`,
      );
      const fleet = fleetOf(desk, 'day1', 'seats: 3\nhints: locked');

      const up = await fleet('up');
      expect(up.exitCode, up.stdout + up.stderr).toBe(0);
      expect(up.answer.seats.map(({ result }: { result: object }) => result)).toEqual(Array(3).fill({ created: true }));
      expect((await fleet('up')).answer.seats[0].result).toEqual({ created: false });
      const { items: pods } = await desk.get<Pods>('house', 'pods', '-n', 'podlab-day1');
      expect(pods.map(({ metadata }) => metadata.name.slice(0, 7)).sort()).toEqual(['day1-01', 'day1-02', 'day1-03']);
      for (const { spec } of pods) expect(spec.containers[0].securityContext.privileged ?? false).toBe(false);
      expect(await kubectl('get networkpolicy -n podlab-day1 -o name')).toBe('networkpolicy.networking.k8s.io/day1\n');

      // Whoever sits there is nobody, and cannot become anybody.
      const who = await fleet(
        'exec',
        'localhost',
        '1',
        '--',
        'sh',
        '-c',
        'id -u; grep -E "^(Cap(Eff|Bnd)|NoNewPrivs)" /proc/self/status',
      );
      expect(who.answer.seats[0].stdout.replaceAll('\t', ' ')).toBe(
        ['1000', 'CapEff: 0000000000000000', 'CapBnd: 0000000000000000', 'NoNewPrivs: 1', ''].join('\n'),
      );

      // The room of the seat, another room beside it, and a check.
      const names = await fleet('exec', 'node2', '--', 'hostname');
      expect(names.answer.seats.map(({ stdout }: { stdout: string }) => stdout)).toEqual(Array(3).fill('node2\n'));
      expect(await fleet('exec', 'localhost', '2', '--', 'podlab', 'up', 'quickstart')).toMatchObject({ exitCode: 0 });
      const check = await fleet('exec', 'localhost', '2', '--', 'podlab', 'check', 'by-hand/namespace', '--json');
      expect(check.answer.seats[0].exitCode, check.stdout).toBe(1);
      expect(JSON.parse(check.answer.seats[0].stdout).checks[0].verdict.kind).toBe('fail');

      // What takes too long is ended in the container, and said so.
      const long = await fleet(
        'exec',
        '--timeout',
        '2',
        'localhost',
        '1',
        '--',
        'sh',
        '-c',
        'echo begun; exec sleep 4321',
      );
      expect(long.answer.seats).toMatchObject([{ exitCode: 137, stdout: 'begun\n', timedOut: true }]);
      expect((await fleet('exec', 'localhost', '1', '--', 'pgrep', '-f', 'sleep 4321$')).answer.seats[0].stdout).toBe(
        '',
      );

      // A card opens the page of its seat at its Service; what is done there is on the instructor's board, and the other way round.
      const csv = join(desk.root, 'cards.csv');
      expect(await fleet('cards', '3', '--csv', csv)).toMatchObject({ exitCode: 0 });
      const [, token = ''] =
        /^day1-03,.*http:\/\/127\.0\.0\.1:8080\/seat#([\w-]+),/m.exec(readFileSync(csv, 'utf8')) ?? [];
      const service = await kubectl('get service -n podlab-day1 day1-03 -o jsonpath={.spec.clusterIP}');
      const page = visitor(desk, service);
      expect(await page('/seat')).toMatchObject({ status: 200, text: expect.stringContaining('<div id="page">') });
      expect((await page('/seat/enter', { token: `${token}x` })).status).toBe(403);
      await expect.poll(async () => (await page('/seat/enter', { token })).status, { timeout: 20_000 }).toBe(200);
      const task = { exercise: 'by-hand/namespace', task: 'make' };
      expect(JSON.parse((await page('/seat/api/check', { ...task, given: '' })).text)).toMatchObject({
        verdict: { kind: 'fail', id: 'absent' },
      });
      const hint = async () => JSON.parse((await page('/seat/api/hint', task)).text).hint.kind;
      expect(await hint()).toBe('locked');

      const instructor = await openInstructor(desk, join(desk.root, 'day1.yaml'));
      const cells = async () => {
        const { seats } = await instructor<Board>('/api/board');
        return seats.map((seat) => seat.cells['by-hand/namespace/make']?.diagnosis);
      };
      await expect.poll(cells, { timeout: 20_000 }).toEqual([undefined, 'absent', 'absent']);
      const look = await instructor<Look>('/api/seat?seat=day1-01&task=by-hand/namespace/make');
      expect(look.room.view.nodes.map(({ name }) => name)).toEqual(['node1', 'node2']);
      await instructor('/api/unlock', { seats: ['day1-03'], task: 'by-hand/namespace/make' });
      await expect.poll(hint, { timeout: 20_000 }).toBe('hint');

      // Another pod, the same progress.
      const at = async () =>
        (await fleet('status')).answer.seats.map((seat: { progress: { at: string } }) => seat.progress.at);
      const before = await at();
      const begun = expect.stringContaining('by-hand/namespace/');
      expect(before).toEqual(['', begun, begun]);
      await kubectl('delete pod -n podlab-day1 -l podlab/seat=day1-02');
      expect((await fleet('up', '2')).exitCode).toBe(0);
      expect(await at()).toEqual(before);

      // A reset of one seat is a new room for that seat, from the command line and from the instructor's page.
      await fleet('exec', 'node1', '--', 'ip', 'netns', 'add', 'mine');
      expect((await fleet('reset', '3')).exitCode).toBe(0);
      expect(await instructor('/api/reset', { seat: 'day1-01', exercise: '' })).toMatchObject({ done: true });
      const netns = await fleet('exec', 'node1', '--', 'sh', '-c', 'ip netns list | wc -l');
      expect(netns.answer.seats.map(({ stdout }: { stdout: string }) => stdout.trim())).toEqual(['0', '1', '0']);

      // One seat's name is taken by somebody else: the others come up.
      await kubectl('create deployment day1-04 -n podlab-day1 --image=podlab.local/box:1 --replicas=0');
      const more = fleetOf(desk, 'day1', 'seats: 4');
      const partly = await more('up');
      expect(partly.exitCode).toBe(1);
      expect(partly.answer.seats.map(({ state }: { state: string }) => state)).toEqual([
        'done',
        'done',
        'done',
        'failed',
      ]);
      expect(partly.answer.seats[3].fault).toMatchObject({ code: 'STACK_CHANGED' });

      // Whoever shortens the workshop still takes down all of it, and what is not of it stays.
      const down = await fleetOf(desk, 'day1', 'seats: 1')('down');
      expect(down.exitCode, down.stderr).toBe(0);
      expect(await kubectl('get deployment -n podlab-day1 -o name')).toBe('deployment.apps/day1-04\n');
      expect(down.answer.seats.flatMap(({ result }: { result: { removed: string[] } }) => result.removed)).toHaveLength(
        9,
      );
    });
  });
});
