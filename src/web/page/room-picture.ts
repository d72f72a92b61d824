// The picture of the room as it is now, with what the last verdict was about.

import type { RoomView } from '../../probe/room-view.ts';
import type { LabPage } from '../participant/lab-page.ts';
import { html, type View } from './dom.ts';
import type { Tone } from './highlights.ts';
import type { Cable, Line, Picture, Shape } from './picture.ts';
import { layOutRoom } from './room-layout.ts';

/** More namespaces beside each other would be too small to read; the rest is counted. */
const mostColumns = (nodes: number) => (nodes === 1 ? 6 : nodes === 2 ? 4 : 3);

/**
 * @param view undefined before the first look; null while the room is not up
 * @param tones what the last verdict was about
 */
export function pictureView(
  topology: LabPage['topology'],
  view: RoomView | null | undefined,
  tones: ReadonlyMap<string, Tone>,
): View {
  const picture = layOutRoom(topology, view ?? undefined, mostColumns(topology.nodes.length));
  return html`<div class="picture scrolls" tabindex="0" role="group" aria-label="Picture of the room">
    ${drawing(picture, tones)}
    ${view === null ? html`<p class="room-down" role="status">The room is not up. The next check builds it.</p>` : undefined}
  </div>`;
}

function drawing({ width, height, shapes, cables }: Picture, tones: ReadonlyMap<string, Tone>): View {
  // An interface in a namespace has no box of its own: its namespace stands for it.
  const isAbout = (other: string, key: string) => other === key || (key.includes('/') && other.startsWith(`${key}/`));
  const tone = (key: string) => {
    const found = [...tones].flatMap(([other, one]) => (key !== '' && isAbout(other, key) ? [one] : []));
    return (['bad', 'unsure', 'good'] as const).find((one) => found.includes(one)) ?? '';
  };
  const marks = (key: string, up: boolean) => `${tone(key)} ${up ? '' : 'down'}`;
  const cableView = ({ kind, key, up, path }: Cable, n: number) =>
    html`<path key=${`${n} ${path}`} class="cable cable-${kind} ${marks(key, up)}" d=${path} />`;
  const shapeView = (shape: Shape) => html`<g
    key=${`${shape.kind} ${shape.key} ${shape.x} ${shape.y}`}
    class="shape ${shape.kind} ${marks(shape.key, shape.up)}"
  >
    ${shape.title === '' ? undefined : html`<title>${shape.title}</title>`}
    ${shape.kind === 'more' ? undefined : boxView(shape)}
    ${shape.kind.startsWith('rail') ? railText(shape) : stackedText(shape)}
    ${badge(shape, tone(shape.key))}
  </g>`;
  return html`<svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-labelledby="room-title">
    <title id="room-title">${describe(shapes)}</title>
    ${shapes.filter(isGround).map(shapeView)}
    ${cables.map(cableView)}
    ${shapes.filter((shape) => !isGround(shape)).map(shapeView)}
  </svg>`;
}

function boxView(shape: Shape): View {
  const { x, y, width, height } = shape;
  return html`<rect x=${x} y=${y} width=${width} height=${height} rx=${radius(shape)} />`;
}

/** What cables lie upon; everything else lies upon them. */
function isGround({ kind }: Shape): boolean {
  return kind === 'node';
}

/** The room in words, for those who don't see it. */
function describe(shapes: readonly Shape[]): string {
  const parts = shapes.filter(({ title }) => title !== '').map(({ title }) => title);
  return `The room: ${parts.join('; ')}.`;
}

function radius({ kind, height }: Shape): number {
  if (kind === 'outside') return height / 2;
  return kind === 'node' ? 12 : kind.startsWith('rail') || kind === 'bridge' ? 8 : 7;
}

const lineHeight: Readonly<Record<Line['look'], number>> = { name: 17, mono: 15, small: 15 };

function stackedText({ x, y, width, height, lines }: Shape): View {
  const total = lines.reduce((sum, { look }) => sum + lineHeight[look], 0);
  let at = y + (height - total) / 2 - 4;
  const middle = x + width / 2;
  const texts = lines.map(({ text, look }) => {
    at += lineHeight[look];
    return html`<text class=${look} x=${middle} y=${at} text-anchor="middle">${text}</text>`;
  });
  return html`<g>${texts}</g>`;
}

function railText({ x, y, width, height, lines }: Shape): View {
  const base = y + height / 2 + 4.5;
  const [name, ...middle] = lines.slice(0, -1);
  let at = x + 16;
  const texts = [name, ...middle].flatMap((line) => {
    if (line === undefined) return [];
    const here = at;
    at += line.text.length * (line.look === 'name' ? 8.2 : 7.2) + 22;
    return [html`<text class=${line.look} x=${here} y=${base}>${line.text}</text>`];
  });
  const way = lines.at(-1);
  return html`<g>${texts}<text class="small" x=${x + width - 16} y=${base} text-anchor="end">${way?.text}</text></g>`;
}

/** A sign as well as a colour, for those who cannot tell the colours apart. */
function badge({ x, y, width }: Shape, tone: string): View {
  if (tone === '') return undefined;
  const sign = tone === 'good' ? '✓' : tone === 'bad' ? '✗' : '?';
  return html`<g class="badge"><circle cx=${x + width - 4} cy=${y + 4} r="9" /><text x=${x + width - 4} y=${y + 8} text-anchor="middle">${sign}</text></g>`;
}
