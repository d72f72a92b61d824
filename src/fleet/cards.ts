// The cards that participants are handed: a page to print, and a CSV file to mail from.

import { renderSVG } from 'uqr';

export interface Card {
  readonly stack: string;
  readonly person: string;
  /** Of the server, for reports; '' where nobody reports from their own machine. */
  readonly url: string;
  /** What has to be started before the address leads anywhere; '' for nothing. */
  readonly first: string;
  /** The page's address with the token in its fragment, which browsers keep to themselves. */
  readonly address: string;
  readonly token: string;
  /** SHA-256 of the server's certificate when nobody vouches for it, as `AB:CD:…`; '' otherwise. */
  readonly fingerprint: string;
}

/** One page of HTML without scripts and without anything from elsewhere. */
export function renderCards(title: string, cards: readonly Card[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
@page { size: A4; margin: 12mm }
body { font: 11pt system-ui, sans-serif; color: #111; background: #fff; margin: 0 }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 6mm }
article { border: 0.3mm solid #999; border-radius: 3mm; padding: 5mm; break-inside: avoid; display: grid; grid-template-columns: 1fr 32mm; gap: 4mm }
h2 { font-size: 14pt; margin: 0 }
p { margin: 1.5mm 0 }
code { font: 9pt ui-monospace, monospace; overflow-wrap: anywhere }
svg { width: 32mm; height: 32mm }
</style>
<main>
${cards.map((card) => renderCard(title, card)).join('\n')}
</main>
</html>
`;
}

/** RFC 4180, with a head. A name that a spreadsheet would take for a formula is kept from being one. */
export function renderCardsCsv(cards: readonly Card[]): string {
  const rows = [
    ['seat', 'name', 'address', 'token', 'fingerprint', 'first'],
    ...cards.map(({ stack, person, address, token, fingerprint, first }) => [
      ...[stack, noFormula(person), address, token, fingerprint, first],
    ]),
  ];
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function renderCard(title: string, { stack, person, url, first, address, token, fingerprint }: Card): string {
  const code = renderSVG(address, { border: 0 });
  const own = fingerprint === '' ? '' : ` --fingerprint ${fingerprint}`;
  const shown =
    fingerprint === ''
      ? ''
      : `\n<p>Your browser will not know the certificate. Its SHA-256 fingerprint must be <code>${escapeHtml(fingerprint)}</code></p>`;
  const before = first === '' ? '' : `<p>First: <code>${escapeHtml(first)}</code></p>`;
  const report =
    url === ''
      ? ''
      : `\n<p>Or on your own machine: <code>podlab report ${escapeHtml(url + own)}</code> with the token <code>${escapeHtml(token)}</code></p>`;
  return `<article><div><p>${escapeHtml(title)}</p><h2>${escapeHtml(person === '' ? stack : person)}</h2>
<p>Seat ${escapeHtml(stack)}</p>${before}<p>In a browser: <code>${escapeHtml(address)}</code></p>${report}${shown}</div>${code}</article>`;
}

function noFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
