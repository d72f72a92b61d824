// XML from values: every text and attribute is escaped here and nowhere else.

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[] | string;
}

export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly Element[]
): Element {
  const entries = Object.entries(attributes).map(([name, value]) => [name, `${value}`]);
  return { tag, attributes: Object.fromEntries(entries), children };
}

/** An element whose content is text. */
export function textElement(tag: string, text: string | number, attributes: Record<string, string> = {}): Element {
  return { tag, attributes, children: `${text}` };
}

/** Indented, one element a line. */
export function renderXml(root: Element, indent = ''): string {
  const { tag, attributes, children } = root;
  const head = [tag, ...Object.entries(attributes).map(([name, value]) => `${name}="${escapeXml(value)}"`)].join(' ');
  if (typeof children === 'string') return `${indent}<${head}>${escapeXml(children)}</${tag}>\n`;
  if (children.length === 0) return `${indent}<${head}/>\n`;
  return `${indent}<${head}>\n${children.map((child) => renderXml(child, `${indent}  `)).join('')}${indent}</${tag}>\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeXml(text: string): string {
  // Line breaks in an attribute would come back as blanks; other control characters are not XML at all.
  return text
    .replace(/[&<>"']/g, (one) => entities[one] ?? one)
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, (one) => {
      if (!'\t\n\r'.includes(one))
        throw new RangeError(`a control character can't be written in XML: ${JSON.stringify(text)}`);
      return `&#${one.codePointAt(0)};`;
    });
}
