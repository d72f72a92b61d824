// The layers of the tests, and whether this machine can run them.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { examineHost } from '../src/driver/doctor/examine-host.ts';
import { type Finding, isMet } from '../src/driver/doctor/finding.ts';
import { locateProgram } from '../src/host/programs.ts';

export interface Layer {
  readonly name: 'unit' | 'sandbox' | 'browser' | 'docker' | 'kubernetes' | 'libvirt' | 'pulumi';
  /** Why it can't run here; '' when it can. */
  readonly skipped: string;
  /** Labs that are proved in this layer. */
  readonly labs: readonly string[];
}

/** @param path colon-separated directories in which programs are looked up */
export async function examineLayers(uid: number, path: string): Promise<readonly Layer[]> {
  const findings = await examineHost(uid, path);
  const networks = isMet(findings, 'labs') ? '' : lacking(findings, ['sandbox', 'labs']);
  const browser =
    networks === '' && isMet(findings, 'browser') ? '' : lacking(findings, ['sandbox', 'labs', 'browser']);
  const docker =
    isMet(findings, 'docker') && isMet(findings, 'sshd') ? '' : lacking(findings, ['sandbox', 'docker', 'sshd']);
  const kubernetes = isMet(findings, 'kubernetes') ? '' : lacking(findings, ['sandbox', 'kubernetes']);
  const libvirt = isMet(findings, 'libvirt') ? '' : lacking(findings, ['sandbox', 'libvirt']);
  return [
    { name: 'unit', skipped: '', labs: [] },
    { name: 'sandbox', skipped: networks, labs: ['by-hand'] },
    { name: 'browser', skipped: browser, labs: [] },
    { name: 'docker', skipped: docker, labs: ['docker'] },
    { name: 'kubernetes', skipped: kubernetes, labs: clusterLabs },
    { name: 'libvirt', skipped: libvirt, labs: [] },
    { name: 'pulumi', skipped: libvirt || lackingPulumi(path), labs: [] },
  ];
}

/** Those that measure, and so take longest, come last. */
const clusterLabs = [
  ...['pods', 'services', 'storage', 'datapaths', 'datapaths-bgp', 'datapaths-vxlan'],
  ...['metrics', 'pubsub', 'host-network'],
];

/** The plugins that a room without objects of Kubernetes needs, in the versions that package.json and sdks/libvirt name. */
const plugins = ['resource-terraform-provider-v1.1.3', 'resource-command-v1.2.1'];

function lackingPulumi(path: string): string {
  const dirs = path.split(':').filter((dir) => !dir.endsWith('node_modules/.bin'));
  if (locateProgram('pulumi', dirs.join(':')) === undefined) return 'no Pulumi CLI is installed';
  const home = process.env.PULUMI_HOME || join(homedir(), '.pulumi');
  const missing = plugins.filter((name) => !existsSync(join(home, 'plugins', name)));
  return missing.length === 0 ? '' : `plugins of Pulumi are missing: ${missing.join(', ')}`;
}

function lacking(findings: readonly Finding[], needs: readonly string[]): string {
  const missing = findings.filter(({ need, isOk }) => !isOk && needs.includes(need));
  return missing.map(({ what, fix }) => (fix === '' ? what : `${what} (${fix})`)).join('; ');
}
