// Inline Markdown (emphasis, code, links, pictures) as painted text.

import type { Token } from '../../workshop/markdown-tree.ts';
import { sanitizeLine } from '../../workshop/sanitize.ts';
import type { Paint } from './paint.ts';

/** Hard breaks become newlines; everything else is one line, to be wrapped by whoever knows the width. */
export function renderInline(tokens: readonly Token[], paint: Paint): string {
  const open: { readonly close: string; text: string; readonly href: string }[] = [{ close: '', text: '', href: '' }];
  const add = (text: string) => {
    const top = open.at(-1);
    if (top !== undefined) top.text += text;
  };
  for (const token of tokens) {
    if (token.nesting === 1) {
      open.push({ close: token.type.replace(/open$/, 'close'), text: '', href: String(token.attrGet('href') ?? '') });
    } else if (token.nesting === -1 && open.length > 1) {
      const done = open.pop();
      if (done !== undefined) add(renderSpan(done.close, done.text, done.href, paint));
    } else add(renderLeaf(token, paint));
  }
  return open.map(({ text }) => text).join('');
}

function renderLeaf(token: Token, paint: Paint): string {
  if (token.type === 'softbreak') return ' ';
  if (token.type === 'hardbreak') return '\n';
  if (token.type === 'code_inline') return renderCode(token.content, paint);
  if (token.type === 'image') return renderImage(token, paint);
  return cleanText(token.content);
}

/** Without colour the backticks stay: something must tell a name from a word. */
export function renderCode(code: string, paint: Paint): string {
  const text = cleanText(code);
  const painted = paint('magenta', text);
  return painted === text ? `\`${text}\`` : painted;
}

function renderSpan(close: string, text: string, href: string, paint: Paint): string {
  if (close === 'strong_close') return paint('bold', text);
  if (close === 'em_close') return paint('italic', text);
  if (close === 's_close') return paint('dim', text);
  if (close === 'link_close') return renderLink(text, sanitizeLine(href), paint);
  return text;
}

/** The address is shown, since a terminal's click must not lead where nobody can read; other schemes are text only. */
function renderLink(text: string, href: string, paint: Paint): string {
  if (!/^https?:\/\/\S+$/i.test(href)) return text;
  return text === href ? paint('underline', href) : `${text} (${paint('underline', href)})`;
}

function renderImage(token: Token, paint: Paint): string {
  const alternative = sanitizeLine(token.content);
  const src = sanitizeLine(String(token.attrGet('src') ?? ''));
  const file = src.slice(src.lastIndexOf('/') + 1);
  return paint('dim', `[picture: ${[alternative, file].filter((part) => part !== '').join(', ')}]`);
}

/** Entities are decoded by now, so `&#27;` is a control character only here. Spaces at the edges are kept. */
function cleanText(text: string): string {
  const clean = sanitizeLine(`x${text}x`);
  return clean.slice(1, -1);
}
