// Markdown as text for the terminal. The Markdown is untrusted: nothing in it can drive the terminal.

import { readFenceRole } from '../../workshop/fence-role.ts';
import { type Block, parseBlocks } from '../../workshop/markdown-tree.ts';
import { sanitize } from '../../workshop/sanitize.ts';
import { codeLines, describePlace, renderCodeBlock } from './code-block.ts';
import { type Align, layOutGrid } from './grid.ts';
import { renderInline } from './inline.ts';
import { createPaint, onlyOwnStyles, type Paint } from './paint.ts';
import { widthOf, wrap } from './text-width.ts';

export interface TextFormat {
  readonly color: boolean;
  /** Columns that prose and tables are wrapped to; at least 20. Code and text pictures are never wrapped. */
  readonly width: number;
}

const narrowest = 20;

/** Without a final newline. Variables must have been filled in before. */
export function renderMarkdown(text: string, { color, width }: TextFormat): string {
  const paint = createPaint(color);
  const lines = renderBlocks(parseBlocks(sanitize(text)), Math.max(narrowest, width), paint);
  return onlyOwnStyles(lines.join('\n'), color);
}

/** Blocks with an empty line between them, unless they are the tight content of a list. */
function renderBlocks(blocks: readonly Block[], width: number, paint: Paint): readonly string[] {
  return blocks.flatMap((block, index) => {
    const lines = renderBlock(block, width, paint);
    return index === 0 || isTight(blocks[index - 1]) ? lines : ['', ...lines];
  });
}

function isTight(block: Block | undefined): boolean {
  return block?.type === 'paragraph' && block.token.hidden;
}

function renderBlock(block: Block, width: number, paint: Paint): readonly string[] {
  switch (block.type) {
    case 'heading':
      return renderHeading(block, width, paint);
    case 'fence':
    case 'code_block':
      return renderFence(block, paint);
    case 'bullet_list':
    case 'ordered_list':
      return renderList(block, width, paint);
    case 'blockquote':
      return prefixed(renderBlocks(block.children, inner(width), paint), paint('dim', '> '));
    case 'table':
      return renderTableBlock(block, width, paint);
    case 'hr':
      return [paint('dim', '─'.repeat(Math.min(width, 40)))];
    case 'inline':
      return wrap(renderInline(block.token.children ?? [], paint), width);
    default:
      // Paragraphs, and containers, whose lines of colons are gone by now.
      return renderBlocks(block.children, width, paint);
  }
}

function renderHeading(block: Block, width: number, paint: Paint): readonly string[] {
  const text = renderInline(
    block.children.flatMap(({ token }) => token.children ?? []),
    paint,
  );
  const level = Number(block.token.tag.slice(1));
  const lines = wrap(text, width).map((line) => paint('bold', line));
  if (level > 2) return lines;
  return [...lines, paint('dim', (level === 1 ? '═' : '─').repeat(Math.min(width, widthOf(text))))];
}

/** A text picture stands by itself; of commands to type it is said where. */
function renderFence({ token }: Block, paint: Paint): readonly string[] {
  const language = token.info.trim().split(/\s+/)[0] ?? '';
  if (language === 'text') return codeLines(token.content).map((line) => `  ${line}`.trimEnd());
  return renderCodeBlock(token.content, language, describeWhere(token.info), paint);
}

function describeWhere(info: string): string {
  const { role } = readFenceRole(info);
  if (role.kind !== 'try') return '';
  return [role.when === 'solved' ? 'when solved' : '', describePlace(role.on)].filter((part) => part !== '').join(', ');
}

function renderList(block: Block, width: number, paint: Paint): readonly string[] {
  const start = Number(block.token.attrGet('start') ?? 1);
  const isLoose = block.children.some((item) =>
    item.children.some((child) => child.type === 'paragraph' && !child.token.hidden),
  );
  const widest = String(start + block.children.length - 1).length + 2;
  return block.children.flatMap((item, index) => {
    const marker = block.type === 'bullet_list' ? '• ' : `${start + index}. `.padStart(widest);
    const [first = '', ...rest] = renderBlocks(item.children, inner(width, marker.length), paint);
    const lines = [`${marker}${first}`.trimEnd(), ...prefixed(rest, ' '.repeat(marker.length))];
    return isLoose && index > 0 ? ['', ...lines] : lines;
  });
}

function renderTableBlock(block: Block, width: number, paint: Paint): readonly string[] {
  const rows = block.children.flatMap((section) =>
    section.children.map((row) =>
      row.children.map((cell) => {
        const text = renderInline(
          cell.children.flatMap(({ token }) => token.children ?? []),
          paint,
        );
        return cell.type === 'th' ? paint('bold', text) : text;
      }),
    ),
  );
  const headCells = block.children[0]?.children[0]?.children ?? [];
  const aligns = headCells.map((cell) => alignOf(String(cell.token.attrGet('style') ?? '')));
  const grid = layOutGrid(rows, aligns, width);
  const [head = [], ...body] = grid.rows;
  return [...head, paint('dim', '─'.repeat(Math.min(grid.width, width))), ...body.flat()];
}

function alignOf(style: string): Align {
  return style.endsWith('right') ? 'right' : style.endsWith('center') ? 'center' : 'left';
}

/** What is left of the width behind a marker. */
function inner(width: number, marker = 2): number {
  return Math.max(narrowest, width - marker);
}

function prefixed(lines: readonly string[], prefix: string): readonly string[] {
  return lines.map((line) => `${prefix}${line}`.trimEnd());
}
