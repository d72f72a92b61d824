// One row per rule: what the linter says, where, and what it proposes. Here of files as such; more in the files beside it.

import { describe, expect, test } from 'vitest';
import { config, lint, networks, say } from './lint-file.ts';

describe('files without a problem', () => {
  test.each([
    ['an empty file', ''],
    ['a comment', '# nothing'],
    ['an empty config', 'config:\n'],
    ['what Pulumi writes', 'secretsprovider: passphrase\nencryptionsalt: v1:x=\nencryptedkey: k\nenvironment: [e]\n'],
    ['settings of others', config('libvirt:uri: qemu:///system', 'kubernetes:context: x', 'podlab:uplink: "true"')],
    ['aliases', config('podlab:nodes:', '  - { name: a, networks: &n [nat] }', '  - { name: b, networks: *n }')],
    ['the short form', config('podlab:nodes: { count: 200, prefix: n, networks: [nat] }')],
    [
      'more nodes than pod blocks without a cluster',
      `${networks('lan: { mode: isolated, cidr: 172.20.0.0/16 }')}\n  podlab:nodes: { count: 500 }`,
    ],
    [
      'every unit',
      networks('lan: { mode: nat, cidr: 10.1.0.0/24, delay: 1.5s, jitter: 100us, loss: 0.5%, rate: 1gbit }'),
    ],
  ])('%s', (_, text) => {
    expect(lint(text)).toEqual([]);
  });
});

describe('YAML', () => {
  test.each([
    [
      'config: [',
      say(
        '1:10',
        'this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
        'Correct the YAML at this place.',
      ),
    ],
    ['config:\n\tpodlab:driver: x', say('2:1', 'a tab is used for indentation', 'Indent with spaces.')],
    [
      'config:\n---\nconfig:\n',
      say('2:1', 'a second document begins here', 'Keep one document, and remove the line ---.'),
    ],
    [
      config('podlab:driver: sandbox', 'podlab:driver: sandbox'),
      say('3:3', 'the key podlab:driver is there twice', 'Remove one of the two.'),
    ],
    [
      config('podlab:driver: !env X'),
      [
        ...say(
          '2:23',
          'podlab:driver: "X" is not one of sandbox, libvirt, minikube, existing',
          'Write one of sandbox, libvirt, minikube, existing.',
        ),
        ...say('2:23', 'the tag !env is not supported', 'Remove the tag.'),
      ],
    ],
    [
      config('podlab:networks: { constructor: { mode: nat, cidr: 10.0.0.0/24 } }').replace(' { mode', ' { mode'),
      [
        ...say(
          '2:20',
          'podlab:networks: {} is not a map of at least one network',
          'Write a map of at least one network.',
        ),
        ...say('2:22', 'the key constructor is not allowed', 'Choose another name.'),
      ],
    ],
    [config('? [a]', ': 1'), say('2:5', 'a key is not a plain word', 'Write a word before the colon.')],
    [
      config('podlab:driver: *x'),
      say('2:18', 'the alias *x is not defined before it is used', 'Write out what *x should stand for.'),
    ],
    ['- a\n', say('1:1', '["a"] is not a map with the key config', 'Write a map with the key config.')],
    ['config: 3\n', say('1:9', 'config: 3 is not a map of podlab: keys', 'Write a map of podlab: keys.')],
  ])('%j', (text, expected) => {
    expect(lint(text)).toEqual(expected);
  });

  test('an alias inside itself, and aliases that multiply, end with a problem', () => {
    expect(lint('config: &a { podlab:nodes: *a }')).toContain(
      say('1:28', 'the alias *a contains itself', 'Write out what *a should stand for.')[0],
    );
    const laughs = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(n === 0 ? 'x' : `*l${n}`)}]`,
    );
    expect(lint(laughs.join('\n'))).toEqual(
      say('1:1', 'the aliases (*name) multiply to too large a value', 'Write it out.'),
    );
  });

  test('a file that is too large or too deep is refused', () => {
    expect(lint('#'.repeat(1_048_577))).toEqual(say('1:1', 'the file has more than 1 MiB', 'Make it smaller.'));
    expect(lint('['.repeat(50_000)).map((line) => line.replace(/:\d+: /, ':N: '))).toEqual(
      say('1:N', 'the file is nested too deeply', 'Remove some levels.'),
    );
  });
});

test.each([
  ['Lab', 'has capital letters'],
  ['', 'is empty'],
  ['a/b', 'contains "/"'],
  ['a'.repeat(41), 'has 41 characters, more than 40'],
])('the stack name %j is refused', (stack, fault) => {
  const hint = 'Name the file Pulumi.NAME.yaml, with a NAME of lower-case letters, digits and dashes, at most 40.';
  expect(lint('', stack)).toEqual(say('1:1', `the stack name ${JSON.stringify(stack)} ${fault}`, hint));
});

test('a wrong value does not bring its default into other complaints', () => {
  expect(lint(config('podlab:engine: kubernets', 'podlab:cni: { name: flannel }'))).toEqual(
    say('2:18', 'podlab:engine: "kubernets" is not one of none, docker, kubernetes', 'Write kubernetes.'),
  );
  expect(lint(`${config('podlab:networks: [lan]')}\n  podlab:nodes: [{ name: a, networks: [lan] }]`)).toEqual(
    say(
      '2:20',
      'podlab:networks: ["lan"] is not a map',
      'Write a map such as { nat: { mode: nat, cidr: 192.168.50.0/24 } }.',
    ),
  );
});
