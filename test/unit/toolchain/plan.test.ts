// The pure parts: pins, flags, versions, names of images, progress.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAtLeast, linkerFlags, programName } from '../../../src/toolchain/build-modules.ts';
import { type GoModule, goModules, parseGoMod, readPin } from '../../../src/toolchain/go-modules.ts';
import { namesFrom } from '../../../src/toolchain/image-names.ts';
import { byteProgress, packageProgress } from '../../../src/toolchain/progress.ts';
import { registryOf, registryUrl } from '../../../src/toolchain/registry.ts';

const home = join(import.meta.dirname, '..', '..', '..');
const moduleOf = (name: string) => goModules.find((module) => module.name === name) as GoModule;

test('every module under toolchain/ has a pinned version', () => {
  const versions = goModules.map((module) => [module.name, readPin(home, module).version]);
  expect(versions).toEqual([
    ['kubernetes', 'v1.36.3'],
    ['etcd', 'v3.6.8'],
    ['coredns', 'v1.14.2'],
    ['metrics-server', 'v0.9.0'],
  ]);
});

test('a go.mod without the module is told', () => {
  expect(parseGoMod('go 1.26.0\n\nrequire a/b v1.0.0\n', 'a/b')).toEqual({ version: 'v1.0.0', go: '1.26.0' });
  expect(() => parseGoMod('go 1.26.0\nrequire (\n\ta/bc v1.0.0\n)\n', 'a/b')).toThrow('does not require a/b');
});

test('kubeadm is told which version it is; the others are not', () => {
  expect(linkerFlags(moduleOf('etcd'), 'v3.6.8')).toBe('-s -w');
  const flags = linkerFlags(moduleOf('kubernetes'), 'v1.36.3').split(' -X ');
  expect(flags).toContain('k8s.io/component-base/version.gitVersion=v1.36.3');
  expect(flags).toContain('k8s.io/client-go/pkg/version.gitMinor=36');
});

test.each([
  ['go1.26.8', '1.26.0', true],
  ['go1.26.0', '1.26.0', true],
  ['go1.25.9', '1.26.0', false],
  ['go1.9', '1.26.0', false],
  ['go1.27rc1', '1.26.0', true],
  ['', '1.21', false],
])('Go %j against %s', (version, wanted, enough) => {
  expect(isAtLeast(version, wanted)).toBe(enough);
});

test('Go does not name a program by a version', () => {
  expect(programName('go.etcd.io/etcd/server/v3')).toBe('server');
  expect(programName('k8s.io/kubernetes/cmd/kubeadm')).toBe('kubeadm');
});

const list = (repository: string, coredns: string) =>
  [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(
      (name) => `${repository}/${name}:v1.36.3`,
    ),
    `${repository}/${coredns}:v1.14.2`,
    `${repository}/pause:3.10.2`,
    `${repository}/etcd:3.6.8-0`,
  ].join('\n');

test('images that kubeadm does not know are named as the others are', () => {
  const { repository, references } = namesFrom(list('podlab.local', 'coredns'), 'v0.9.0');
  expect(repository).toBe('podlab.local');
  expect(references.agnhost).toBe('podlab.local/agnhost:2.63.0');
  expect(references['metrics-server']).toBe('podlab.local/metrics-server:v0.9.0');
  const upstream = namesFrom(list('registry.example', 'coredns/coredns'), 'v0.9.0').references;
  expect(upstream.coredns).toBe('registry.example/coredns/coredns:v1.14.2');
  expect(upstream['metrics-server']).toBe('registry.example/metrics-server/metrics-server:v0.9.0');
  expect(upstream.box).toBe('podlab.local/box:1');
});

test('a kubeadm that leaves an image out is an error', () => {
  expect(() => namesFrom('podlab.local/kube-apiserver:v1.36.3', 'v0.9.0')).toThrow('kubeadm names no image for');
});

test.each([
  ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
  ['localhost:5000', 'http://localhost:5000/'],
  ['registry.example', 'https://registry.example/'],
  ['http://registry.example:5000', 'http://registry.example:5000/'],
])('registry %s is asked at %s', (registry, url) => {
  expect(registryUrl(registry).href).toBe(url);
});

test('the registry of a reference is what stands before the first slash', () => {
  expect(registryOf('registry.example:5000/a/b:1')).toBe('registry.example:5000');
});

test('packages are counted as Go compiles them, with the time left by the pace so far', () => {
  let now = 0;
  const said: string[] = [];
  const progress = packageProgress(
    100,
    (detail) => said.push(detail),
    () => now,
  );
  now = 10_000;
  progress('k8s.io/a\ngo: downloading x v1\nk8s.io/b\n');
  expect(said).toEqual(['2 of at most 100 packages, about 8 min left']);
});

test('bytes are counted from where a download goes on', () => {
  let now = 0;
  const said: string[] = [];
  const progress = byteProgress(
    10_000_000,
    (detail) => said.push(detail),
    () => now,
  );
  progress(5_000_000);
  now = 2000;
  progress(6_000_000);
  expect(said).toEqual(['5.0 MB of 10.0 MB', '6.0 MB of 10.0 MB, about 8 s left']);
});
