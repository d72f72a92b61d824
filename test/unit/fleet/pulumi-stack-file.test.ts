// Stack files that podlab writes for Pulumi's command line.

import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderClusterStack } from '../../../src/fleet/cluster-stack.ts';
import { markOf, renderYaml, withPulumisOwn } from '../../../src/fleet/pulumi-stack-file.ts';

test('a MAC of decimal digits is no number to a reader of YAML 1.1', () => {
  expect(renderYaml({ mac: '52:54:00:12:34:56', word: 'yes' })).toBe('mac: "52:54:00:12:34:56"\nword: "yes"\n');
});

test.each([
  ['config: { fleet:seat: day1/3 }', 'day1/3'],
  ['config: { podlab:engine: none }', ''],
  ['config:', ''],
  ['', ''],
  ['{', ''],
])('%j is marked %j', (text, mark) => {
  expect(markOf(text)).toBe(mark);
});

test('a file that is written anew keeps how Pulumi has encrypted its secrets, and nothing else', () => {
  const before = 'encryptionsalt: v1:abc\nconfig:\n  fleet:seat: day1/3\n  vm:type: kvm\n';
  const after = withPulumisOwn('# head\nconfig:\n  fleet:seat: day1/3\n', before);
  expect(parse(after)).toEqual({ config: { 'fleet:seat': 'day1/3' }, encryptionsalt: 'v1:abc' });
  expect(after.startsWith('# head\n')).toBe(true);
  expect(withPulumisOwn('a: 1\n', undefined)).toBe('a: 1\n');
});

test('a seat on a cluster is a stack that says which seat, and what the cluster has said', () => {
  const facts = { hasOwnUsers: true, hasClaims: false, ownsNamespace: true };
  const stack = { workshop: 'day1', file: '/course/workshop.yaml', template: '/course/Pulumi.x.yaml', ...facts };
  expect(renderClusterStack({ ...stack, seat: { number: 3, stack: 'day1-03', person: 'Ada' } })).toBe(
    `# Written by podlab: seat 3 of workshop day1.
config:
  fleet:seat: day1/3
  fleet:workshop: /course/workshop.yaml
  fleet:template: /course/Pulumi.x.yaml
  fleet:ownUsers: true
  fleet:claims: false
  fleet:ownsNamespace: true
`,
  );
  expect(markOf(renderClusterStack({ ...stack, seat: undefined }))).toBe('day1/shared');
});
