// A verdict for a person: what it means, then what was seen.

import wrapAnsi from 'wrap-ansi';
import type { Task, Verdict } from '../../workshop/exercise.ts';
import { sanitize } from '../../workshop/sanitize.ts';
import { renderEvidence } from './evidence.ts';
import { type Format, paint } from './style.ts';

export function renderVerdict(verdict: Verdict, task: Pick<Task, 'title'>, format: Format): string {
  const lines = [wrapAnsi(headline(verdict, task.title, format), format.width, { hard: true })];
  const evidence = 'evidence' in verdict ? verdict.evidence : [];
  if (evidence.length > 0) lines.push(renderEvidence(evidence, format));
  return lines.join('\n');
}

function headline(verdict: Verdict, title: string, format: Format): string {
  const say = 'say' in verdict ? sanitize(verdict.say) : '';
  switch (verdict.kind) {
    case 'pass':
      return `${paint(format, 'green', '✔ passed')}  ${title}`;
    case 'fail':
      return `${paint(format, 'red', '✘ not yet')}  ${say === '' ? title : say}`;
    case 'blocked':
      return `${paint(format, 'yellow', '… blocked')}  Solve task ${verdict.by} first.`;
    case 'inconclusive':
      return `${paint(format, 'yellow', '~ inconclusive')}  ${say} This did not count.`;
    case 'broken': {
      const hint = verdict.hint === '' ? '' : ` ${sanitize(verdict.hint)}`;
      return `${paint(format, 'magenta', '! broken')}  The machine or the lab is at fault, not you; this did not count. ${say}${hint}`;
    }
  }
}
