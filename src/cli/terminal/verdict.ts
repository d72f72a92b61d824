// A verdict in words, with the evidence that it rests on.

import { undiagnosed } from '../../workshop/diagnosis-ids.ts';
import type { Evidence, Task, Verdict } from '../../workshop/exercise.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import { renderEvidence } from './evidence.ts';
import { renderCode } from './inline.ts';
import type { TextFormat } from './markdown.ts';
import { createPaint, onlyOwnStyles, type Paint } from './paint.ts';
import { wrap } from './text-width.ts';

/** Several lines without a final newline: a sign and the task's id, what is the matter, what was seen. */
export function renderVerdict(verdict: Verdict, task: Pick<Task, 'id'>, { color, width }: TextFormat): string {
  const paint = createPaint(color);
  const id = paint('bold', sanitizeLine(task.id));
  const lines = [
    renderHead(verdict, id, paint),
    ...sentencesOf(verdict).flatMap((text) => wrapIndented(paintCode(text, paint), width)),
    ...('evidence' in verdict ? renderAllEvidence(verdict.evidence, width, paint) : []),
  ];
  return onlyOwnStyles(lines.join('\n'), color);
}

function renderHead(verdict: Verdict, id: string, paint: Paint): string {
  switch (verdict.kind) {
    case 'pass':
      return `${paint('green', '✔')} ${id}: passed`;
    case 'fail':
      return `${paint('red', '✘')} ${id}: not yet${verdict.id === undiagnosed ? '' : paint('dim', ` (${sanitizeLine(verdict.id)})`)}`;
    case 'blocked':
      return `${paint('bold', '–')} ${id}: blocked`;
    case 'inconclusive':
      return `${paint('bold', '?')} ${id}: inconclusive, this did not count`;
    case 'broken':
      return `${paint('bold', '!')} ${id}: the machine or the lab is at fault, not you; this did not count`;
  }
}

function sentencesOf(verdict: Verdict): readonly string[] {
  if (verdict.kind === 'pass') return [];
  if (verdict.kind === 'blocked') return [`It builds upon \`${verdict.by}\`: solve or skip that first.`];
  const hint = verdict.kind === 'broken' ? verdict.hint : '';
  // A fault may carry the last lines of a program's output.
  return [...verdict.say.split('\n'), hint].filter((line) => line.trim() !== '');
}

function renderAllEvidence(evidence: readonly Evidence[], width: number, paint: Paint): readonly string[] {
  if (evidence.length === 0) return [];
  return [
    `  ${paint('dim', 'seen:')}`,
    ...evidence.flatMap((one) => renderEvidence(one, width - 4, paint)).map((line) => `    ${line}`),
  ];
}

/** Diagnoses are one sentence with names in backticks; no more of Markdown is understood, their values are untrusted. */
function paintCode(text: string, paint: Paint): string {
  return sanitizeLine(text).replace(/`([^`]+)`/g, (_, code: string) => renderCode(code, paint));
}

function wrapIndented(text: string, width: number): readonly string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`);
}
