// Markdown as a tree of a few harmless elements: a page builds its own from it, so no text is ever taken for HTML.

import { readFenceRole } from '../workshop/fence-role.ts';
import { type Block, parseBlocks, type Token } from '../workshop/markdown-tree.ts';
import { sanitize, sanitizeLine } from '../workshop/sanitize.ts';

/** A text, or an element with its attributes and what is in it. */
export type Rich = string | RichElement;

export interface RichElement {
  /** An element of `tags`, or one of the page's own: `code-block`, `text-picture`. */
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly Rich[];
}

/** Where a picture of the text is to be had, or undefined for one that the lab does not have. */
export type PictureUrl = (src: string) => string | undefined;

/** @param markdown untrusted; variables must have been filled in before */
export function renderRich(markdown: string, pictureUrl: PictureUrl): readonly Rich[] {
  return parseBlocks(sanitize(markdown)).flatMap((block) => renderBlock(block, pictureUrl));
}

/** One sentence with names in backticks: diagnoses and notes. No more of Markdown is understood. */
export function renderSentence(text: string): readonly Rich[] {
  return sanitizeLine(text)
    .split(/(`[^`]+`)/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^`[^`]+`$/.test(piece) ? element('code', [piece.slice(1, -1)]) : piece));
}

/** Elements that stand for themselves, by the type of their block. */
const tags: Readonly<Record<string, string>> = {
  paragraph: 'p',
  bullet_list: 'ul',
  ordered_list: 'ol',
  list_item: 'li',
  blockquote: 'blockquote',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tr: 'tr',
};

function renderBlock(block: Block, pictureUrl: PictureUrl): readonly Rich[] {
  const inside = () => block.children.flatMap((child) => renderBlock(child, pictureUrl));
  switch (block.type) {
    case 'inline':
      return renderInline(block.token.children ?? [], pictureUrl);
    case 'fence':
    case 'code_block':
      return [renderFence(block.token)];
    case 'heading':
      // The page's own headings stand above those of the text.
      return [element(`h${Math.min(6, Number(block.token.tag.slice(1)) + 2)}`, inside())];
    case 'hr':
      return [element('hr', [])];
    case 'th':
    case 'td':
      return [element(block.type, inside(), alignment(block.token))];
    case 'paragraph':
      // In a tight list the paragraph is there only for the parser.
      return block.token.hidden ? inside() : [element('p', inside())];
    default: {
      const tag = tags[block.type];
      return tag === undefined ? inside() : [element(tag, inside(), startOf(block.token))];
    }
  }
}

function renderFence({ info, content }: Token): RichElement {
  const language = info.trim().split(/\s+/)[0] ?? '';
  const code = sanitize(content).replace(/\n$/, '');
  if (language === 'text') return element('text-picture', [code]);
  const { role } = readFenceRole(info);
  if (role.kind !== 'try') return element('code-block', [code], { language });
  const when = role.when === 'solved' ? { when: 'solved' } : {};
  return element('code-block', [code], { language, on: role.on === '' ? '' : sanitizeLine(role.on), ...when });
}

function renderInline(tokens: readonly Token[], pictureUrl: PictureUrl): readonly Rich[] {
  const open: { tag: string; attrs: Record<string, string>; children: Rich[] }[] = [
    { tag: '', attrs: {}, children: [] },
  ];
  const add = (rich: Rich) => open.at(-1)?.children.push(rich);
  for (const token of tokens) {
    if (token.nesting === 1) {
      const { tag, attrs } = spanOf(token);
      open.push({ tag, attrs, children: [] });
    } else if (token.nesting === -1 && open.length > 1) {
      const done = open.pop();
      if (done !== undefined) add(element(done.tag, done.children, done.attrs));
    } else add(renderLeaf(token, pictureUrl));
  }
  return open.flatMap(({ children }) => children);
}

function spanOf(token: Token): { readonly tag: string; readonly attrs: Record<string, string> } {
  if (token.type === 'strong_open') return { tag: 'strong', attrs: {} };
  if (token.type === 'em_open') return { tag: 'em', attrs: {} };
  if (token.type === 's_open') return { tag: 's', attrs: {} };
  const href = sanitizeLine(String(token.attrGet('href') ?? ''));
  // A link that leads anywhere else is only its text.
  if (token.type === 'link_open' && /^https?:\/\/\S+$/i.test(href)) {
    return { tag: 'a', attrs: { href, rel: 'noopener noreferrer', target: '_blank' } };
  }
  return { tag: 'span', attrs: {} };
}

function renderLeaf(token: Token, pictureUrl: PictureUrl): Rich {
  // Entities are decoded by now, so `&#27;` is a control character only here.
  const text = sanitize(token.content).replaceAll(/[\n\t]/g, ' ');
  if (token.type === 'softbreak') return ' ';
  if (token.type === 'hardbreak') return element('br', []);
  if (token.type === 'code_inline') return element('code', [text]);
  if (token.type !== 'image') return text;
  const src = pictureUrl(String(token.attrGet('src') ?? ''));
  return src === undefined ? element('em', [`[picture: ${text}]`]) : element('img', [], { src, alt: text });
}

function alignment(token: Token): Record<string, string> {
  const style = String(token.attrGet('style') ?? '');
  return style.endsWith('right') || style.endsWith('center') ? { align: style.split(':')[1] ?? '' } : {};
}

function startOf(token: Token): Record<string, string> {
  const start = token.attrGet('start');
  return start === null ? {} : { start: String(start) };
}

function element(tag: string, children: readonly Rich[], attrs: Readonly<Record<string, string>> = {}): RichElement {
  return { tag, attrs, children };
}
