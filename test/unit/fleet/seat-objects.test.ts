// The objects of a workshop on a cluster, as they are applied.

import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { placeFor } from '../../../src/fleet/kubernetes-place.ts';
import { parseWorkshop } from '../../../src/fleet/parse-workshop.ts';
import { seatObjects, tokensObject, workshopObjects } from '../../../src/fleet/seat-objects.ts';
import {
  type KubernetesObject,
  pageUrl,
  type SeatPlan,
  seatLabel,
  workshopLabel,
} from '../../../src/fleet/seat-plan.ts';

const head = 'name: day1\nstack: quickstart\nlabs: [by-hand]\nseats: 3\nplace: kubernetes\n';

function planOf(text: string, changes: Partial<SeatPlan> = {}): SeatPlan {
  const { workshop, problems } = parseWorkshop({ text, file: 'workshop.yaml', roster: () => undefined });
  expect(problems).toEqual([]);
  if (workshop?.kubernetes === undefined) throw new Error('no workshop on a cluster');
  return {
    workshop: { ...workshop, kubernetes: placeFor(workshop.kubernetes, changes.template?.engine ?? 'none') },
    template: { text: 'config:\n  podlab:engine: none\n', engine: 'none' },
    ...{ hasOwnUsers: false, hasClaims: true, ownsNamespace: true, ...changes },
  };
}

function objectsOf(plan: SeatPlan): readonly KubernetesObject[] {
  return [...workshopObjects(plan), ...plan.workshop.seats.flatMap((seat) => seatObjects(plan, seat))];
}

const yaml = (objects: readonly KubernetesObject[]) =>
  objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');

test("seats with the node's user ids", async () => {
  const plan = planOf(head.replace('3', '1'));
  await expect(yaml(objectsOf(plan))).toMatchFileSnapshot('../../golden/fleet/node-users.yaml');
});

test('seats with everything that a workshop file can say', async () => {
  const plan = planOf(
    `${head.replace('3', '1')}kubernetes:
  namespace: courses
  image: registry.example/seat:7
  storage: { size: 1Gi, class: fast }
  requests: { cpu: 0.5, memory: 300Mi }
  limits: { cpu: 1500m, memory: 2Gi }
  ingress: { host: "*.lab.example", class: nginx, tlsSecret: lab-tls }
  allowFrom: [192.0.2.0/24]
  reach: [198.51.100.7/32]
`,
    { hasOwnUsers: true, ownsNamespace: false },
  );
  await expect(yaml(objectsOf(plan))).toMatchFileSnapshot('../../golden/fleet/own-users.yaml');
});

test.each([
  ['ingress: { host: "*.lab.example" }', 'http://day1-02.lab.example/'],
  ['ingress: { host: "*.lab.example", tlsSecret: lab-tls }', 'https://day1-02.lab.example/'],
  ['ingress: { host: lab.example, path: /day1/* }', 'http://lab.example/day1/day1-02/'],
  ['nodePorts: { address: 10.0.0.7, first: 30801 }', 'http://10.0.0.7:30802/'],
  ['namespace: lab', ''],
])('with %s the page of seat 2 is at %s, and its pod knows it', (text, url) => {
  const plan = planOf(`${head}kubernetes: { ${text} }\n`);
  const [, seat] = plan.workshop.seats;
  if (seat === undefined) throw new Error('no seat 2');
  expect(pageUrl(plan.workshop.kubernetes, seat)).toBe(url);
  const objects = yaml(seatObjects(plan, seat));
  if (url === '') expect(objects).not.toContain('PODLAB_PAGE_URL');
  else expect(objects).toContain(`- name: PODLAB_PAGE_URL\n              value: ${url}`);
  const { port } = new URL(url === '' ? 'http://x/' : url);
  if (port !== '') expect(objects).toContain(`type: NodePort`);
  if (port !== '') expect(objects).toContain(`nodePort: ${port}`);
  if (text.includes('path:')) expect(objects).toContain('path: /day1/day1-02\n            pathType: Prefix');
});

test('the Secret of tokens has hashes, each for its seat, and no token', () => {
  const { workshop } = planOf(head);
  expect(tokensObject(workshop, { 'day1-01': 'ab12' })).toMatchObject({
    kind: 'Secret',
    metadata: { name: 'day1-tokens', namespace: 'podlab-day1', labels: { [workshopLabel]: 'day1' } },
    data: { 'day1-01': 'YWIxMg==' },
  });
});

test('everything carries the label that fleet down goes by, and names of one seat are never those of another', () => {
  const objects = objectsOf(planOf(head));
  expect(objects.map(({ metadata }) => metadata.labels?.[workshopLabel])).toEqual(objects.map(() => 'day1'));
  const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  const ofSeats = objects.filter(({ metadata }) => metadata.labels?.[seatLabel] !== undefined);
  expect(ofSeats.map(({ metadata }) => metadata.name)).toEqual(
    ofSeats.map(({ metadata }) => metadata.labels?.[seatLabel]),
  );
});

test('only engines make a seat privileged', () => {
  const isPrivileged = (plan: SeatPlan) => /privileged: true/.test(yaml(objectsOf(plan)));
  expect(isPrivileged(planOf(head))).toBe(false);
  expect(isPrivileged(planOf(head, { hasOwnUsers: true }))).toBe(false);
  expect(isPrivileged(planOf(head, { template: { text: '', engine: 'kubernetes' } }))).toBe(true);
});

test.each([
  ['none', 'podlab.local/seat:1', '256Mi', '1Gi', '/home/podlab'],
  ['docker', 'podlab.local/seat-docker:1', '1Gi', '2Gi', '/var/lib/podlab'],
  ['kubernetes', 'podlab.local/seat-kubernetes:1', '4Gi', '4Gi', '/var/lib/podlab'],
] as const)(
  'a seat with engine %s has an image, a volume and a limit of memory that suit it',
  (engine, image, size, memory, kept) => {
    const text = yaml(objectsOf(planOf(head, { template: { text: '', engine } })));
    expect(text).toContain(`image: ${image}`);
    expect(text).toContain(`storage: ${size}`);
    expect(text).toMatch(new RegExp(`limits:\\s+cpu: "\\d"\\s+memory: ${memory}`));
    expect(text).toContain(`mountPath: ${kept}`);
  },
);

test('what a workshop file says goes before what is usual with an engine', () => {
  const said = 'kubernetes: { image: "own:2", storage: { size: 9Gi }, requests: { cpu: 3 }, limits: { memory: 8Gi } }';
  const plan = planOf(`${head}${said}\n`, { template: { text: '', engine: 'kubernetes' } });
  expect(plan.workshop.kubernetes).toMatchObject({
    image: 'own:2',
    storage: { size: '9Gi' },
    requests: { cpu: '3', memory: '2Gi' },
    limits: { cpu: '4', memory: '8Gi' },
  });
});

test('without a volume to claim, progress is in the pod', () => {
  const text = yaml(objectsOf(planOf(head, { hasClaims: false })));
  expect(text).not.toContain('PersistentVolumeClaim');
  expect(text).toContain('emptyDir:\n            sizeLimit: 256Mi');
});

test('another template is another pod', () => {
  const of = (text: string) => yaml(seatObjects(planOf(head, { template: { text, engine: 'none' } }), seat));
  const seat = { number: 1, stack: 'day1-01', person: '' };
  expect(of('a')).not.toBe(of('b'));
  expect(of('a')).toBe(of('a'));
});

test('names of people are in no object', () => {
  const plan = planOf(head);
  const seat = { number: 1, stack: 'day1-01', person: '<b>Ada</b>' };
  expect(yaml(seatObjects(plan, seat))).not.toContain('Ada');
});
