// Puts the participant's own values into the text of an exercise.

import { fillText, type VarValues } from './vars.ts';

/**
 * `fillText`, but in text pictures what stands behind a value keeps its column: spaces make up for the difference in
 * length, at least one of them stays.
 */
export function fillProse(markdown: string, vars: VarValues): string {
  let fence = '';
  return markdown
    .split('\n')
    .map((line) => {
      const marker = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/.exec(line);
      if (fence === '' && marker !== null) {
        fence = `${marker[1]} ${marker[2]}`;
        return fillText(line, vars);
      }
      if (marker !== null && fence.startsWith(marker[1] ?? '')) fence = '';
      return fence.endsWith(' text') ? fillKeepingColumns(line, vars) : fillText(line, vars);
    })
    .join('\n');
}

function fillKeepingColumns(line: string, vars: VarValues): string {
  let missing = 0;
  // Pieces are runs of two or more spaces, and what stands between them.
  return line
    .split(/( {2,})/)
    .map((piece) => {
      if (/^ {2,}$/.test(piece)) {
        const width = Math.max(1, piece.length + missing);
        missing = piece.length + missing - width;
        return ' '.repeat(width);
      }
      const filled = fillText(piece, vars);
      missing += piece.length - filled.length;
      return filled;
    })
    .join('')
    .trimEnd();
}
