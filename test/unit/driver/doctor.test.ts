// What doctor concludes from what it found.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Finding, isMet, type Need } from '../../../src/driver/doctor/finding.ts';
import { checkPrograms, missingPackages } from '../../../src/driver/doctor/programs.ts';
import { refuseUnsuitable } from '../../../src/driver/sandbox/suitability.ts';
import { refuseTakenUplink } from '../../../src/driver/sandbox/uplink.ts';
import { loadTopology } from '../../../src/topology/load-topology.ts';

const finding = (need: Need, isOk: boolean): Finding => ({ id: 'x', need, isOk, what: '', evidence: '', fix: '' });

test('labs and engines stand on the sandbox; impairments are nobody else’s business, virtual machines are of their own', () => {
  const noSandbox = [finding('sandbox', false), finding('docker', true)];
  expect(isMet(noSandbox, 'sandbox')).toBe(false);
  expect(isMet(noSandbox, 'docker')).toBe(false);
  const noNetem = [finding('sandbox', true), finding('impairments', false)];
  expect(isMet(noNetem, 'sandbox')).toBe(true);
  expect(isMet(noNetem, 'labs')).toBe(true);
  expect(isMet(noNetem, 'impairments')).toBe(false);
  expect(isMet([finding('sandbox', false), finding('libvirt', true)], 'libvirt')).toBe(true);
  expect(isMet([finding('sandbox', true), finding('libvirt', false)], 'libvirt')).toBe(false);
});

test('a program counts when it can be executed; what is missing is named with its package', () => {
  const dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
  try {
    for (const name of ['unshare', 'nft', 'ip']) writeFileSync(join(dir, name), '', { mode: 0o755 });
    chmodSync(join(dir, 'ip'), 0o644);
    const found = new Map(checkPrograms(`/nowhere:${dir}`).map((each) => [each.id, each]));
    expect(found.get('program-nft')).toMatchObject({ isOk: true, evidence: join(dir, 'nft'), fix: '' });
    expect(found.get('program-ip')).toEqual({
      id: 'program-ip',
      need: 'sandbox',
      isOk: false,
      what: 'ip is missing (makes links, addresses and routes)',
      evidence: `not in /nowhere:${dir}`,
      fix: 'apt-get install -y iproute2',
    });
    expect(missingPackages(dir, ['sandbox'])).toEqual(['hostname', 'iproute2', 'util-linux']);
    expect(missingPackages(dir, [])).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

const topologyOf = (...lines: readonly string[]) =>
  loadTopology(`config:\n${lines.map((line) => `  ${line}\n`).join('')}`, { stack: 's', file: 's.yaml' });

test.each([
  [1000, 'podlab:engine: docker', 'stack "s": engine docker needs root on the sandbox driver', 'with sudo'],
  [1000, 'podlab:uplink: true', 'stack "s": an uplink needs root', 'podlab:uplink: false'],
  [1000, 'podlab:engine: kubernetes', 'stack "s": engine kubernetes needs root on the sandbox driver', 'with sudo'],
  [1000, 'podlab:engine: none', 'stack "s": unshare, nsenter, ip, nft missing on this machine', 'podlab setup'],
])('user %i is refused %j before anything is made', async (uid, line, message, hint) => {
  await expect(refuseUnsuitable(topologyOf(line), { uid, path: '/nowhere' })).rejects.toMatchObject({
    code: 'HOST_UNSUITABLE',
    message,
    hint: expect.stringContaining(hint),
  });
});

test('a cable to the machine takes no addresses that are routed elsewhere, and is not in its own way', () => {
  const cidr = '198.18.0.0/15';
  expect(() => refuseTakenUplink('my-room', [{ cidr, dev: 'eth0' }])).toThrow(
    expect.objectContaining({ code: 'HOST_UNSUITABLE', message: expect.stringContaining('198.18.0.0/15 of eth0') }),
  );
  expect(() => refuseTakenUplink('my-room', [{ cidr, dev: 'podlab-my-room' }])).not.toThrow();
  expect(() => refuseTakenUplink('my-room', [{ cidr: '192.168.0.0/16', dev: 'eth0' }])).not.toThrow();
});
