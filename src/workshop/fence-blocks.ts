// Makes the shell blocks of an exercise out of its fences.

import type { Place } from '../error.ts';
import type { Attempt, ShellBlock, TryBlock } from './exercise.ts';
import type { Fence } from './scan-markdown.ts';

export function blocksOf(
  at: (line: number) => Place,
  fences: readonly Fence[],
  kind: 'setup' | 'reset' | 'solve',
): ShellBlock[] {
  return fences.flatMap((fence) => (fence.role.kind === kind ? [block(at, fence, fence.role)] : []));
}

export function triesOf(at: (line: number) => Place, fences: readonly Fence[]): TryBlock[] {
  return fences.flatMap((fence) => {
    if (fence.role.kind !== 'try') return [];
    return [{ ...block(at, fence, fence.role), expect: fence.role.expect, when: fence.role.when }];
  });
}

/** Blocks of one diagnosis that follow each other are one attempt: a mistake may need more than one node. */
export function attemptsOf(at: (line: number) => Place, fences: readonly Fence[]): Attempt[] {
  const attempts: Attempt[] = [];
  let previous = '';
  for (const fence of fences) {
    const name = fence.role.kind === 'wrong' ? fence.role.name : '';
    if (fence.role.kind === 'wrong') {
      const next = block(at, fence, fence.role);
      const last = attempts.at(-1);
      if (last !== undefined && previous === name) {
        attempts[attempts.length - 1] = { ...last, blocks: [...last.blocks, next] };
      } else attempts.push({ blocks: [next], expect: name, place: at(fence.line) });
    }
    previous = name;
  }
  return attempts;
}

export function perturbationsOf(at: (line: number) => Place, fences: readonly Fence[]): Record<string, ShellBlock[]> {
  const byName = new Map<string, ShellBlock[]>();
  for (const fence of fences) {
    if (fence.role.kind !== 'perturb') continue;
    byName.set(fence.role.name, [...(byName.get(fence.role.name) ?? []), block(at, fence, fence.role)]);
  }
  return Object.fromEntries(byName);
}

function block(
  at: (line: number) => Place,
  { text, line }: Fence,
  role: { on: string; timeoutMs: number },
): ShellBlock {
  // The script's own first line: what an editor should jump to when a command in it fails.
  return { script: text, on: role.on, timeoutMs: role.timeoutMs, place: at(line + 1) };
}
