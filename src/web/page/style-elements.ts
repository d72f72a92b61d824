// Lets xterm.js make its style elements under a policy that allows none: their text becomes constructed style sheets.

let done = false;

/**
 * From now on `document.createElement('style')` gives an element that styles the page through the CSSOM, which a content
 * security policy without 'unsafe-inline' allows, since no text of a document is taken for a style.
 */
export function adoptStyleElements(): void {
  if (done) return;
  done = true;
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) =>
    name === 'style' ? styleElement(create('span')) : create(name, options)) as typeof document.createElement;
}

function styleElement(span: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  span.hidden = true;
  let text = '';
  Object.defineProperty(span, 'textContent', {
    get: () => text,
    set: (value: string) => {
      text = value;
      sheet.replaceSync(value);
    },
  });
  const remove = span.remove.bind(span);
  span.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    remove();
  };
  return span;
}
