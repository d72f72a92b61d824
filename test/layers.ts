// The layers of the tests, and whether this machine can run them.

import { examineHost } from '../src/driver/doctor/examine-host.ts';
import { type Finding, isMet } from '../src/driver/doctor/finding.ts';

export interface Layer {
  readonly name: 'unit' | 'sandbox' | 'browser' | 'docker' | 'kubernetes' | 'libvirt';
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
  const docker = isMet(findings, 'docker') ? '' : lacking(findings, ['sandbox', 'docker']);
  const kubernetes = isMet(findings, 'kubernetes') ? '' : lacking(findings, ['sandbox', 'kubernetes']);
  const libvirt = isMet(findings, 'libvirt') ? '' : lacking(findings, ['sandbox', 'libvirt']);
  return [
    { name: 'unit', skipped: '', labs: [] },
    { name: 'sandbox', skipped: networks, labs: ['by-hand'] },
    { name: 'browser', skipped: browser, labs: [] },
    { name: 'docker', skipped: docker, labs: ['docker'] },
    { name: 'kubernetes', skipped: kubernetes, labs: clusterLabs },
    { name: 'libvirt', skipped: libvirt, labs: [] },
  ];
}

/** Those whose whole proof was seen in one run; drafts/README.md says what is missing of the others. */
const clusterLabs = ['datapaths', 'datapaths-bgp', 'datapaths-vxlan', 'metrics', 'pods', 'services', 'storage'];

function lacking(findings: readonly Finding[], needs: readonly string[]): string {
  const missing = findings.filter(({ need, isOk }) => !isOk && needs.includes(need));
  return missing.map(({ what, fix }) => (fix === '' ? what : `${what} (${fix})`)).join('; ');
}
