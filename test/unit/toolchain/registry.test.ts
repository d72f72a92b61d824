// Which registry is asked, and whether without TLS.

import { expect, test } from 'vitest';
import { hostsFile, registryOf, registryUrl } from '../../../src/toolchain/registry.ts';

test.each([
  ['registry.example', 'https://registry.example/'],
  ['registry.example:5000', 'https://registry.example:5000/'],
  ['https://registry.example/mirror', 'https://registry.example/mirror/'],
  ['http://registry.example:5000', 'http://registry.example:5000/'],
  ['localhost:5000', 'http://localhost:5000/'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
  ['[::1]:5000', 'http://[::1]:5000/'],
  ['https://127.0.0.1:5000', 'https://127.0.0.1:5000/'],
  // None of these is this machine.
  ['localhost.example', 'https://localhost.example/'],
  ['127.0.0.1.example', 'https://127.0.0.1.example/'],
  ['192.168.1.10:5000', 'https://192.168.1.10:5000/'],
])('--registry %s is asked at %s', (registry, url) => {
  expect(registryUrl(registry).href).toBe(url);
});

test('what is neither a host nor a URL is refused', () => {
  expect(() => registryUrl('a b')).toThrow('--registry a b is no registry');
});

test('containerd is told where a mirror is, and which registry has no TLS; nothing about others', () => {
  expect(registryOf('registry.example:5000/a/b:1')).toBe('registry.example:5000');
  expect(hostsFile('registry.example', 'registry.example')).toBeUndefined();
  expect(hostsFile('registry.example', 'http://mirror.example')).toBe(
    'server = "http://mirror.example"\n[host."http://mirror.example"]\n  capabilities = ["pull", "resolve"]\n',
  );
  expect(hostsFile('127.0.0.1:5000', '127.0.0.1:5000')).toContain('[host."http://127.0.0.1:5000"]');
});
