// What lint says about the image of machines, at the place where it stands.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lintImage } from '../../../src/cli/lint-image.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';
import { smallDisk } from '../../support/small-disk.ts';

let disk = '';
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  disk = join(dir, 'd.qcow2');
  writeFileSync(disk, smallDisk());
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const driver = 'config:\n  podlab:driver: libvirt\n';

function lint(line: string) {
  const topology = loadTopology(
    `${driver}  podlab:networks: { nat: { mode: nat, cidr: 10.1.0.0/24 } }\n  podlab:nodes: [{ name: a }]\n`,
    { stack: 'vms', file: 'f.yaml' },
  );
  const workplace = { cacheDir: join(dir, 'cache'), home: '/opt/podlab', path: '', env: {}, uid: 0 };
  return lintImage(
    topology,
    { text: `${driver}${line}`, file: '/f.yaml' },
    { ...workplace, signal: AbortSignal.abort() },
  );
}

test('a download without a checksum', async () => {
  expect((await lint('  vm:image: https://images.example/d.qcow2\n')).problems).toMatchObject([
    { file: '/f.yaml', line: 3, column: 3, severity: 'error' },
  ]);
});

test('a checksum that is none', async () => {
  expect((await lint(`  vm:image: ${disk}\n  vm:imageChecksum: x\n`)).problems).toMatchObject([
    { line: 4, message: 'vm:imageChecksum: "x" is no checksum' },
  ]);
});

test("somebody else's image is no problem, and people are told", async () => {
  expect(await lint(`  vm:image: ${disk}\n`)).toMatchObject({ problems: [], notes: [expect.stringContaining(disk)] });
});

test('only Pulumi can read a file with secrets: nothing is known of the others either', async () => {
  expect(await lint('  vm:seed: { secure: abc }\n  vm:image: none\n')).toEqual({ problems: [], notes: [] });
});
