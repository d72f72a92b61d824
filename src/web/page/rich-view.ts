// The server's trees of text as elements.

import { h } from 'preact';
import type { Rich, RichElement } from '../rich-text.ts';
import { html, type View } from './dom.ts';

const known = new Set([
  ...['p', 'ul', 'ol', 'li', 'blockquote', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'hr', 'br', 'img'],
  ...['h3', 'h4', 'h5', 'h6', 'strong', 'em', 's', 'a', 'code', 'span'],
]);

export function richViews(texts: readonly Rich[]): View[] {
  return texts.map((text) => (typeof text === 'string' ? text : elementView(text)));
}

function elementView(element: RichElement): View {
  const { tag, attrs, children } = element;
  const text = () => children.join('');
  // A region that scrolls must be reachable by keyboard.
  if (tag === 'text-picture')
    return html`<pre class="text-picture" tabindex="0" aria-label="Text picture">${text()}</pre>`;
  if (tag === 'code-block') return codeView(text(), attrs);
  if (!known.has(tag)) return html`<span>${richViews(children)}</span>`;
  if (tag === 'table') return html`<div class="scrolls"><table>${richViews(children)}</table></div>`;
  const { align, ...rest } = attrs;
  return h(tag, { ...rest, ...(align === undefined ? {} : { class: `align-${align}` }) }, ...richViews(children));
}

/** Code with where to type it and a button that copies it. */
export function codeView(code: string, { on = '', when = '' }: Readonly<Record<string, string>>): View {
  const place = on === '' ? '' : `on ${on === 'each' ? 'each node' : on}`;
  const where = [when === 'solved' ? 'afterwards' : '', place].filter((part) => part !== '').join(', ');
  return html`<figure class="code">
    <figcaption>
      <span>${where}</span>
      <button type="button" class="quiet" onClick=${(event: Event) => void copy(event, code)}>Copy</button>
    </figcaption>
    <pre tabindex="0"><code>${code}</code></pre>
  </figure>`;
}

async function copy(event: Event, code: string): Promise<void> {
  const button = event.currentTarget as HTMLButtonElement;
  await navigator.clipboard.writeText(code);
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 1200);
}
