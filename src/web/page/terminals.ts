// A terminal for each place of the room, in tabs: xterm.js here, a real shell there.

import { signal } from '@preact/signals';
import { FitAddon } from '@xterm/addon-fit';
import { type ITheme, Terminal } from '@xterm/xterm';
import { useEffect, useRef } from 'preact/hooks';
import { html, type View } from './dom.ts';
import { base } from './requests.ts';
import { lab } from './state.ts';
import { adoptStyleElements } from './style-elements.ts';

const chosen = signal('');
const opened = signal<readonly string[]>([]);
const terminals = new Map<string, { readonly terminal: Terminal; readonly fit: FitAddon }>();

/** The place whose terminal gets the focus as soon as it is there. */
let wanted = '';

function focusWanted(): void {
  const found = terminals.get(wanted);
  if (found === undefined) return;
  wanted = '';
  // A terminal that was hidden until now can take no focus before the page is drawn.
  requestAnimationFrame(() => found.terminal.focus());
}

export function Terminals(): View {
  const places = lab.value?.places ?? [];
  const at = chosen.value || (places[0] ?? '');
  const choose = (place: string) => {
    chosen.value = place;
    if (!opened.value.includes(place)) opened.value = [...opened.value, place];
    wanted = place;
    focusWanted();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = places[(places.indexOf(at) + step + places.length) % places.length] ?? at;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`<section class="card terminals" aria-label="Terminals" id="terminals">
    <div class="tabs" role="tablist" aria-label="Place" onKeyDown=${onKeyDown}>
      ${places.map(
        (place) => html`<button type="button" role="tab" id=${`tab-${place}`} aria-controls=${`terminal-${place}`}
          aria-selected=${place === at} tabindex=${place === at ? 0 : -1} onClick=${() => choose(place)}>${place}</button>`,
      )}
      <span class="key-note">F6 leaves the terminal</span>
    </div>
    ${
      opened.value.includes(at)
        ? undefined
        : html`<div class="no-terminal"><button type="button" class="secondary" onClick=${() => choose(at)}>Open a shell on ${at}</button></div>`
    }
    ${opened.value.map((place) => html`<${TerminalView} key=${place} place=${place} hidden=${place !== at} />`)}
  </section>`;
}

function TerminalView({ place, hidden }: { place: string; hidden: boolean }): View {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current === null ? undefined : connect(place, box.current)), [place]);
  useEffect(() => {
    if (!hidden) terminals.get(place)?.fit.fit();
  }, [hidden]);
  return html`<div class="terminal" id=${`terminal-${place}`} role="tabpanel" aria-labelledby=${`tab-${place}`} hidden=${hidden} ref=${box}></div>`;
}

/** @returns what takes it away again */
function connect(place: string, box: HTMLElement): () => void {
  adoptStyleElements();
  const terminal = new Terminal({
    fontFamily: "ui-monospace, 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
    fontSize: 13,
    lineHeight: 1.15,
    cursorBlink: false,
    screenReaderMode: true,
    scrollback: 5000,
    theme: themeOf(box),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(box);
  fit.fit();
  terminals.set(place, { terminal, fit });
  focusWanted();
  const { cols, rows } = terminal;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const query = new URLSearchParams({ place, columns: String(cols), rows: String(rows) });
  const socket = new WebSocket(`${scheme}://${location.host}${base}/api/terminal?${query}`);
  const send = (message: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  socket.addEventListener('message', ({ data }) => terminal.write(data));
  socket.addEventListener('close', ({ reason }) => {
    terminal.write(`\r\n\x1b[2m${reason || 'the connection is closed'}; press Enter for a new shell\x1b[0m\r\n`);
    const again = terminal.onKey(({ domEvent }) => {
      if (domEvent.key !== 'Enter') return;
      again.dispose();
      opened.value = opened.value.filter((one) => one !== place);
      wanted = place;
      setTimeout(() => {
        opened.value = [...opened.value, place];
      });
    });
  });
  terminal.onData((text) => send({ text }));
  terminal.onResize(({ cols: columns, rows: lines }) => send({ columns, rows: lines }));
  // Tab belongs to the shell, so another key must lead out.
  terminal.attachCustomKeyEventHandler(({ key, type }) => {
    if (key !== 'F6') return true;
    if (type === 'keydown') document.getElementById(`tab-${place}`)?.focus();
    return false;
  });
  const observer = new ResizeObserver(() => {
    if (!box.hidden) fit.fit();
  });
  observer.observe(box);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const repaint = () => {
    terminal.options.theme = themeOf(box);
  };
  dark.addEventListener('change', repaint);
  return () => {
    dark.removeEventListener('change', repaint);
    observer.disconnect();
    socket.close();
    terminals.delete(place);
    terminal.dispose();
  };
}

/** The colours of the style sheet. */
function themeOf(box: HTMLElement): ITheme {
  const style = getComputedStyle(box);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    background: color('terminal'),
    foreground: color('terminal-ink'),
    cursor: color('terminal-ink'),
    cursorAccent: color('terminal'),
    selectionBackground: color('terminal-selection'),
  };
}
