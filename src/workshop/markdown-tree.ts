// markdown-it's flat list of tokens as a tree of blocks.

import { createMarkdown } from './scan-markdown.ts';

export type Token = ReturnType<ReturnType<typeof createMarkdown>['parse']>[number];

export interface Block {
  /** `paragraph`, `bullet_list`, `fence`, `inline`: the token's type without `_open`. */
  readonly type: string;
  readonly token: Token;
  readonly children: readonly Block[];
}

/** @param text without control characters */
export function parseBlocks(text: string): readonly Block[] {
  const root: Block[] = [];
  const open: Block[][] = [root];
  for (const token of createMarkdown().parse(text, {})) {
    if (token.nesting === -1) {
      if (open.length > 1) open.pop();
      continue;
    }
    const children: Block[] = [];
    open.at(-1)?.push({ type: token.type.replace(/_open$/, ''), token, children });
    if (token.nesting === 1) open.push(children);
  }
  return root;
}
