// What the labs run on nodes is there on a machine that has nothing but what podlab installs.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packagesFor } from '../../../src/driver/doctor/programs.ts';
import { labPackages, nodePackages } from '../../../src/image/recipe.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** Programs that are called otherwise than their package, of those that labs name. */
const packageOf: Readonly<Record<string, string>> = {
  birdc: 'bird2',
  bridge: 'iproute2',
  busybox: 'busybox-static',
  ctr: 'containerd',
  docker: 'docker.io',
  ip: 'iproute2',
  'iptables-save': 'iptables',
  lsblk: 'util-linux',
  lsns: 'util-linux',
  nft: 'nftables',
  nsenter: 'util-linux',
  ping: 'iputils-ping',
  setsid: 'util-linux',
  ss: 'iproute2',
  tc: 'iproute2',
};
/** Of the toolchain; of libvirt's machine; of packages that every Debian has. */
const elsewhere = ['kubectl', 'kubeadm', 'virsh', 'bash', 'split'];
/** Programs that no Debian has from the start; a block that has one of these words runs it. */
const seldom = /(?:^|[|;&(`]\s*|\s)(jq|curl|openssl|python3|conntrack|wrk|tcpdump|socat|birdc|ctr)(?=\s|$)/gm;

const exercises = readdirSync(join(root, 'labs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\/\d\d-.*\.md$/.test(name))
  .map((name) => join('labs', name));

interface Head {
  readonly requires?: { readonly tools?: readonly string[]; readonly engine?: 'docker' | 'kubernetes' };
}

function read(name: string) {
  const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(join(root, name), 'utf8')) ?? [];
  const { requires = {} } = parse(head) as Head;
  const blocks = [...body.matchAll(/^```sh([^\n]*)\n(.*?)^```$/gms)].map(([, , code = '']) => code);
  return { tools: requires.tools ?? [], engine: requires.engine, code: blocks.join('\n').replaceAll(/^\s*#.*$/gm, '') };
}

test('there are labs', () => {
  expect(exercises.length).toBeGreaterThan(40);
});

test.each(exercises)('%s: podlab setup installs every program that it requires', (name) => {
  const { tools, engine } = read(name);
  const debian = tools.filter((tool) => !elsewhere.includes(tool)).map((tool) => packageOf[tool] ?? tool);
  const needs = ['sandbox', 'labs', 'impairments', ...(engine === undefined ? [] : [engine])] as const;
  expect(packagesFor(needs)).toEqual(expect.arrayContaining(debian));
  if (engine === 'kubernetes') {
    expect([...nodePackages, ...labPackages, 'util-linux']).toEqual(expect.arrayContaining(debian));
  }
});

test.each(exercises)('%s: requires what its blocks run', (name) => {
  const { tools, code } = read(name);
  const used = new Set([...code.matchAll(seldom)].map(([, tool = '']) => tool));
  expect(tools).toEqual(expect.arrayContaining([...used]));
});
