// The document that a page begins with: it names its style sheets and its script, and holds nothing else.

export interface DocumentParts {
  /** Relative to the document. */
  readonly styles: readonly string[];
  readonly script: string;
  /** What does the same in a terminal, for browsers without JavaScript. */
  readonly verb: string;
}

export function pageDocument({ styles, script, verb }: DocumentParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>podlab</title>
<link rel="icon" href="page/icon.svg">
${styles.map((path) => `<link rel="stylesheet" href="${path}">`).join('\n')}
<link rel="modulepreload" href="${script}">
<script type="module" src="${script}"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. Without it: ${verb}</noscript>
</body>
</html>
`;
}
