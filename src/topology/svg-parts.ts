// The few SVG elements that a drawing of a room is made of, and how wide text is.

/** Text that is on its way into a box: its size and whether its letters all have one width. */
export interface TextStyle {
  /** A class of `style` below. */
  readonly look: 'title' | 'name' | 'mono' | 'small' | 'plain';
  readonly align?: 'start' | 'middle';
}

const fontPx = { title: 20, name: 16, mono: 14, small: 12, plain: 13 } as const;

/** Widths of a character in em: what the widest of the usual fonts (DejaVu) needs, so that text stays in its box. */
const emPerChar = { title: 0.7, name: 0.7, mono: 0.61, small: 0.61, plain: 0.62 } as const;

/** Upper estimate of the width in pixels. */
export function textWidth(text: string, look: TextStyle['look']): number {
  return Math.ceil(text.length * fontPx[look] * emPerChar[look]);
}

export function text(content: string, x: number, y: number, { look, align = 'middle' }: TextStyle, extra = ''): string {
  const anchor = align === 'middle' ? ' text-anchor="middle"' : '';
  const kind = extra === '' ? look : `${look} ${extra}`;
  return `<text class="${kind}" x="${x}" y="${y}"${anchor}>${escapeXml(content)}</text>`;
}

export function box(kind: string, x: number, y: number, width: number, height: number, radius = 10): string {
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
}

export function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="${kind}" d="M${x1} ${y1}L${x2} ${y2}"/>`;
}

export function dot(kind: string, x: number, y: number, radius = 6): string {
  return `<circle class="${kind}" cx="${x}" cy="${y}" r="${radius}"/>`;
}

export function escapeXml(content: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return content.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/** The whole picture; `title` is what screen readers say. */
export function document(title: string, width: number, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${style}</style>`,
    box('page', 0, 0, width, height, 0),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

const sans = "font-family:Inter,'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif";
const mono = "font-family:'JetBrains Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** One colour for what leads out (blue), one for what is closed (amber, dashed); each again for dark pages. */
const style = `
.page{fill:#fff}
text{fill:#0f172a;${sans}}
.title{font-size:${fontPx.title}px;font-weight:700}
.name{font-size:${fontPx.name}px;font-weight:700}
.plain{font-size:${fontPx.plain}px;fill:#475569}
.mono{font-size:${fontPx.mono}px;${mono}}
.small{font-size:${fontPx.small}px;fill:#475569;${mono}}
.node{fill:#f8fafc;stroke:#64748b;stroke-width:1.5}
.out{fill:#eef2f7;stroke:#64748b;stroke-width:1.5}
.nat{fill:#dbeafe;stroke:#2563eb;stroke-width:2}
.isolated{fill:#fdf1d8;stroke:#b45309;stroke-width:2;stroke-dasharray:7 5}
.cable{fill:none;stroke:#94a3b8;stroke-width:2.5}
.cable-nat{fill:none;stroke:#2563eb;stroke-width:2.5}
.cable-isolated{fill:none;stroke:#b45309;stroke-width:2.5}
.rail-nat{fill:none;stroke:#2563eb;stroke-width:5}
.rail-isolated{fill:none;stroke:#b45309;stroke-width:5;stroke-dasharray:9 6}
.dot-nat{fill:#2563eb;stroke:#fff;stroke-width:2}
.dot-isolated{fill:#b45309;stroke:#fff;stroke-width:2}
.nic-nat{fill:#fff;stroke:#2563eb;stroke-width:1.5}
.nic-isolated{fill:#fff;stroke:#b45309;stroke-width:1.5}
.on-nat{fill:#1e3a8a}
.on-isolated{fill:#78350f}
@media (prefers-color-scheme:dark){
.page{fill:#0f172a}
text{fill:#f1f5f9}
.plain,.small{fill:#a9b6c8}
.node{fill:#1e293b;stroke:#94a3b8}
.out{fill:#1e293b;stroke:#94a3b8}
.nat{fill:#172f5c;stroke:#60a5fa}
.isolated{fill:#40290c;stroke:#f0b14a}
.cable{stroke:#64748b}
.cable-nat,.rail-nat{stroke:#60a5fa}
.cable-isolated,.rail-isolated{stroke:#f0b14a}
.dot-nat{fill:#60a5fa;stroke:#0f172a}
.dot-isolated{fill:#f0b14a;stroke:#0f172a}
.nic-nat{fill:#0f172a;stroke:#60a5fa}
.nic-isolated{fill:#0f172a;stroke:#f0b14a}
.on-nat{fill:#dbeafe}
.on-isolated{fill:#fdf1d8}
}
`;
