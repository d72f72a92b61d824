// podlab doctor: what this machine can do, with evidence and remedies.

import { styleText } from 'node:util';
import { examineHost } from '../../driver/doctor/examine-host.ts';
import { type Finding, isMet, type Need } from '../../driver/doctor/finding.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

const needs: readonly { need: Need; title: string }[] = [
  { need: 'sandbox', title: 'driver sandbox, engine none: rooms of namespaces' },
  { need: 'labs', title: 'the by-hand labs in them' },
  { need: 'impairments', title: 'delay, loss and rate limits on links' },
  { need: 'docker', title: 'driver sandbox, engine docker' },
  { need: 'kubernetes', title: 'driver sandbox, engine kubernetes' },
  { need: 'libvirt', title: 'virtual machines by libvirt, and their image' },
  { need: 'bench', title: 'podlab bench cni, on top of that' },
  { need: 'browser', title: "podlab's own tests of its pages" },
  { need: 'sshd', title: "podlab's own tests of nodes that are reached by SSH" },
];

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const findings = await examineHost(app.uid, app.programPath);
  const abilities = needs.map(({ need, title }) => ({ need, title, isMet: isMet(findings, need) }));
  app.answer(options.json === true, { abilities, findings }, () => {
    const good = (text: string) => styleText('green', text, { stream: app.stdout });
    const bad = (text: string) => styleText('red', text, { stream: app.stdout });
    const lines = abilities.flatMap(({ need, title, isMet }) => [
      `${isMet ? good('yes') : bad('no ')}  ${title}`,
      ...findings.filter((finding) => finding.need === need).map((finding) => renderFinding(finding, good, bad)),
    ]);
    return `${lines.join('\n')}\n`;
  });
  return isMet(findings, 'sandbox') ? exitCodes.done : exitCodes.broken;
}

function renderFinding(finding: Finding, good: (text: string) => string, bad: (text: string) => string): string {
  const { isOk, what, evidence, fix } = finding;
  const line = `       ${isOk ? good('✔') : bad('✘')} ${what}  [${evidence}]`;
  return fix === '' ? line : `${line}\n         remedy: ${fix}`;
}
