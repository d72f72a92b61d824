// Workshop files and rosters: what they give, and where each mistake is.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderProblem } from '../../../src/error.ts';
import { parseWorkshop } from '../../../src/fleet/parse-workshop.ts';

const minimal = 'name: day1\nstack: quickstart\nlabs: [by-hand]\n';

function parse(text: string, roster?: string) {
  const { workshop, problems } = parseWorkshop({
    text,
    file: 'workshop.yaml',
    roster: (path) => (roster === undefined ? undefined : { text: roster, file: path }),
  });
  return { workshop, problems: problems.map(renderProblem) };
}

test('a number of seats gives numbered rooms', () => {
  expect(parse(`${minimal}seats: 3\n`)).toEqual({
    problems: [],
    workshop: {
      name: 'day1',
      title: 'day1',
      stack: 'quickstart',
      labs: ['by-hand'],
      place: 'local',
      hints: 'open',
      opensAt: 0,
      closesAt: 0,
      seats: [
        { number: 1, stack: 'day1-01', person: '' },
        { number: 2, stack: 'day1-02', person: '' },
        { number: 3, stack: 'day1-03', person: '' },
      ],
    },
  });
});

test('a place on a cluster has everything filled in but what the engine of the template says', () => {
  expect(parse(`${minimal}seats: 1\nplace: kubernetes\n`).workshop?.kubernetes).toEqual({
    ...{ kubeconfig: '', context: '', namespace: 'podlab-day1', image: '', users: 'auto' },
    storage: { size: '', class: '' },
    requests: { cpu: '', memory: '' },
    limits: { cpu: '', memory: '' },
    ...{ ingress: undefined, nodePorts: undefined, allowFrom: [], reach: [] },
  });
});

test.each([
  [
    'kubernetes: {}',
    'workshop.yaml:5:1: error: kubernetes is for another place\n    Write place: kubernetes, or leave it out.',
  ],
  [
    'place: kubernetes\nkubernetes: { requests: { memory: lots } }',
    'workshop.yaml:6:35: error: kubernetes.requests.memory: "lots" is not a quantity\n    Write a quantity such as 512Mi.',
  ],
  [
    'place: kubernetes\nkubernetes: { ingress: { host: lab.example } }',
    'workshop.yaml:6:32: error: the seat is to be in the name or in the path, in one of them\n    Write host: "*.lab.example", or host: lab.example and path: /seats/*.',
  ],
  [
    'place: kubernetes\nkubernetes: { ingress: { host: "*.lab.example", path: /x/* } }',
    'workshop.yaml:6:55: error: the seat is to be in the name or in the path, in one of them\n    Write host: "*.lab.example", or host: lab.example and path: /seats/*.',
  ],
  [
    'place: kubernetes\nkubernetes: { ingress: { host: a.b, path: /x/* }, nodePorts: { address: n, first: 30001 } }',
    'workshop.yaml:6:51: error: pages have an Ingress already\n    Leave one of them out.',
  ],
])('what is wrong about a cluster is named: %s', (lines, problem) => {
  expect(parse(`${minimal}seats: 1\n${lines}\n`).problems).toEqual([problem]);
});

test('a place on libvirt has everything filled in', () => {
  expect(parse(`${minimal}seats: 1\nplace: libvirt\n`).workshop?.libvirt).toEqual({
    hosts: [{ uri: 'qemu:///system', memoryMiB: 0, cpus: 0, type: '', directory: '' }],
    cidr: '10.200.0.0/14',
    parallel: 2,
  });
  const hosts = '[{ uri: "qemu+ssh://lab@two:2222/system", memory: 64GiB, cpus: 16, type: kvm, directory: /srv/x }]';
  expect(
    parse(`${minimal}seats: 1\nplace: libvirt\nlibvirt: { hosts: ${hosts}, cidr: 172.20.0.0/16, parallel: 4 }\n`),
  ).toMatchObject({
    problems: [],
    workshop: {
      libvirt: {
        hosts: [
          { uri: 'qemu+ssh://lab@two:2222/system', memoryMiB: 65_536, cpus: 16, type: 'kvm', directory: '/srv/x' },
        ],
        ...{ cidr: '172.20.0.0/16', parallel: 4 },
      },
    },
  });
});

test.each([
  ['libvirt: {}', 'workshop.yaml:5:1: error: libvirt is for another place\n    Write place: libvirt, or leave it out.'],
  [
    'place: libvirt\nlibvirt:\n  hosts:\n    - { uri: qemu:///session }',
    'workshop.yaml:8:14: error: libvirt.hosts[0].uri: "qemu:///session" is not a libvirt\n    Write a libvirt such as qemu:///system or qemu+ssh://lab@host2/system.',
  ],
  [
    'place: libvirt\nlibvirt:\n  hosts: [{ uri: "qemu:///system" }, { uri: "qemu:///system" }]',
    'workshop.yaml:7:45: error: host qemu:///system is there twice, first as libvirt.hosts[0]\n    Remove one of the two.',
  ],
  [
    'place: libvirt\nlibvirt: { hosts: [] }',
    'workshop.yaml:6:19: error: libvirt.hosts: [] is not a list of hosts\n    Write a list of hosts such as [{ uri: "qemu:///system" }].',
  ],
  [
    'place: libvirt\nlibvirt: { hosts: [{ uri: "qemu:///system", memory: 64 GB }] }',
    'workshop.yaml:6:53: error: libvirt.hosts[0].memory: "64 GB" is not a size\n    Write a size such as "64GiB".',
  ],
  [
    'place: libvirt\nlibvirt: { cidr: 10.200.0.0/33 }',
    'workshop.yaml:6:18: error: libvirt.cidr: 10.200.0.0/33 has a prefix length of 33, more than 32\n    Write an IPv4 network such as 10.200.0.0/14.',
  ],
  [
    'place: libvirt\nlibvirt: { cidr: 10.200.1.0/14 }',
    'workshop.yaml:6:18: error: libvirt.cidr: 10.200.1.0/14 has host bits set\n    Write 10.200.0.0/14.',
  ],
  [
    'place: libvirt\nlibvirt: { cidr: 8.0.0.0/8 }',
    'workshop.yaml:6:18: error: libvirt.cidr: 8.0.0.0/8 is not a private network\n    Write a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.',
  ],
  [
    'place: libvirt\nlibvirt: { cidr: 10.0.0.0/31 }',
    'workshop.yaml:6:18: error: libvirt.cidr: 10.0.0.0/31 has 2 addresses for 1 seats\n    Write a larger network; two networks of 256 addresses for each seat are usual.',
  ],
  ['place: libvirt\nlibvirt: { host: x }', 'workshop.yaml:6:12: error: unknown key host in libvirt\n    Write hosts.'],
])('what is wrong about libvirt hosts is named: %s', (lines, problem) => {
  expect(parse(`${minimal}seats: 1\n${lines}\n`).problems).toEqual([problem]);
});

test('people with a number sit there, the others where there is room', () => {
  const { workshop } = parse(
    `${minimal}roster: people.csv\n`,
    '\ufeffName,Seat\n"Liskov, Barbara",3\nKarel\n\nAda,1\n',
  );
  expect(workshop?.seats.map(({ number, person }) => [number, person])).toEqual([
    [1, 'Ada'],
    [2, 'Karel'],
    [3, 'Liskov, Barbara'],
  ]);
});

test('a hundred seats have three digits', () => {
  expect(parse(`${minimal}seats: 100\n`).workshop?.seats.at(-1)?.stack).toBe('day1-100');
  expect(parse(`${minimal}seats: 100\n`).workshop?.seats[0]?.stack).toBe('day1-001');
});

test('times are told from their zone', () => {
  const { workshop } = parse(
    `${minimal}seats: 1\nopens: 2026-11-23T09:00:00+01:00\ncloses: "2026-11-23T17:00:00+01:00"\n`,
  );
  expect([workshop?.opensAt, workshop?.closesAt]).toEqual([Date.UTC(2026, 10, 23, 8), Date.UTC(2026, 10, 23, 16)]);
});

test.each<[string, string, string | undefined, string]>([
  [
    'no seats',
    minimal,
    undefined,
    'workshop.yaml:1:1: error: nobody has a seat\n    Add seats: 10, or roster: people.csv.',
  ],
  [
    'a roster that is not there',
    `${minimal}roster: x.csv\n`,
    undefined,
    'workshop.yaml:4:9: error: there is no file x.csv\n    Write the path of the roster, relative to this file.',
  ],
  [
    'too few seats',
    `${minimal}seats: 1\nroster: x.csv\n`,
    'name\nA\nB\n',
    'workshop.yaml:4:8: error: the roster needs 2 seats, but there are 1\n    Write seats: 2, or leave it out.',
  ],
  [
    'one seat for two',
    `${minimal}roster: x.csv\n`,
    'name,seat\nA,2\nB,2\n',
    'x.csv:3:1: error: seat 2 is given twice, first in line 2\n    Give one of the two another seat.',
  ],
  [
    'a seat that is no number',
    `${minimal}roster: x.csv\n`,
    'name,seat\nA,front\n',
    'x.csv:2:1: error: seat front is not a whole number from 1 to 500\n    Write its number.',
  ],
  [
    'no column name',
    `${minimal}roster: x.csv\n`,
    'who\nA\n',
    'x.csv:1:1: error: no column is called name; there are: who\n    Call one of them name.',
  ],
  [
    'an unknown key',
    `${minimal}seats: 2\nlab: x\n`,
    undefined,
    'workshop.yaml:5:1: error: unknown key lab\n    Write labs.',
  ],
  [
    'an end before the beginning',
    `${minimal}seats: 1\nopens: 2026-11-23T09:00:00Z\ncloses: 2026-11-23T08:00:00Z\n`,
    undefined,
    'workshop.yaml:6:9: error: the workshop closes before it opens\n    Write a later time.',
  ],
  [
    'a name that is no label',
    minimal.replace('day1', 'Day_1'),
    undefined,
    'workshop.yaml:1:7: error: name: "Day_1" is not a name of at most 20 lower-case letters, digits and dashes\n    Write a name of at most 20 lower-case letters, digits and dashes such as day1.',
  ],
])('%s is a problem with a place', (_, text, roster, problem) => {
  const found = parse(text, roster);
  expect(found.workshop).toBeUndefined();
  expect(found.problems).toEqual([problem]);
});

test('any text gives a workshop or a problem', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, roster) => {
      for (const given of [text, `${minimal}roster: x\n${text}`]) {
        const { workshop, problems } = parse(given, roster);
        if (workshop === undefined) expect(problems).not.toEqual([]);
        else expect(new Set(workshop.seats.map(({ stack }) => stack)).size).toBe(workshop.seats.length);
      }
    }),
  );
});
