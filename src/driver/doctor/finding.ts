// What doctor says: one finding for each thing that a driver or engine needs.

/** Who needs it: the sandbox at all, something optional in it, one of its engines, the driver libvirt, or tests. */
export type Need =
  | 'sandbox'
  | 'impairments'
  | 'labs'
  | 'docker'
  | 'kubernetes'
  | 'libvirt'
  | 'bench'
  | 'browser'
  | 'sshd';

export interface Finding {
  readonly id: string;
  readonly need: Need;
  readonly isOk: boolean;
  /** What is there or missing, as a sentence without a full stop. */
  readonly what: string;
  /** How we know: what was run or read, and what it said. */
  readonly evidence: string;
  /** The exact command that mends it, or a sentence when there is none; '' when all is well. */
  readonly fix: string;
}

/** Whether everything that this need asks for is there; engines and labs stand on the sandbox, virtual machines do not. */
export function isMet(findings: readonly Finding[], need: Need): boolean {
  const alone: readonly Need[] = ['sandbox', 'libvirt'];
  const needs: readonly Need[] = alone.includes(need) ? [need] : ['sandbox', need];
  return findings.every((finding) => finding.isOk || !needs.includes(finding.need));
}
