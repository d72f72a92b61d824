// Everything that a page loads, found once: its own modules without their types, its packages, its style sheet.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, join } from 'node:path';

export interface Asset {
  readonly type: string;
  readonly body: string | Buffer;
}

/**
 * Assets by path. A request only ever picks one of these, so no path from outside reaches the file system.
 *
 * @param dir directory with the page's own files, served below `/page/`
 */
export function loadAssets(dir: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = `/page/${file}`;
    if (file.endsWith('.ts')) assets.set(path, script(strip(readFileSync(join(dir, file), 'utf8'))));
    const type = types[extname(file)];
    if (type !== undefined) assets.set(path, { type, body: readFileSync(join(dir, file)) });
  }
  for (const { path, file } of packageFiles()) {
    const text = readFileSync(file, 'utf8');
    assets.set(path, path.endsWith('.css') ? { type: types['.css'] ?? '', body: text } : script(text));
  }
  return assets;
}

/** Pictures in a directory by their path below it; nothing else of the directory can be had. */
export function loadPictures(dir: string): ReadonlyMap<string, Asset> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8', withFileTypes: true });
  const pictures = files.filter((entry) => entry.isFile() && pictureTypes[extname(entry.name)] !== undefined);
  return new Map(
    pictures.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(dir.length + 1), { type: pictureTypes[extname(name)] ?? '', body: readFileSync(file) }];
    }),
  );
}

const types: Readonly<Record<string, string>> = { '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const pictureTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

/** What a page may import by name, and where a browser finds it. The names are resolved here: no import map is needed. */
const packages: Readonly<Record<string, { readonly path: string; readonly file: readonly [string, string] }>> = {
  preact: { path: '/npm/preact.js', file: ['preact', 'dist/preact.mjs'] },
  'preact/hooks': { path: '/npm/preact-hooks.js', file: ['preact', 'hooks/dist/hooks.mjs'] },
  '@preact/signals': { path: '/npm/signals.js', file: ['@preact/signals', 'dist/signals.mjs'] },
  '@preact/signals-core': { path: '/npm/signals-core.js', file: ['@preact/signals-core', 'dist/signals-core.mjs'] },
  htm: { path: '/npm/htm.js', file: ['htm', 'dist/htm.mjs'] },
  '@xterm/xterm': { path: '/npm/xterm.js', file: ['@xterm/xterm', 'lib/xterm.mjs'] },
  '@xterm/addon-fit': { path: '/npm/xterm-fit.js', file: ['@xterm/addon-fit', 'lib/addon-fit.mjs'] },
};

function packageFiles(): readonly { readonly path: string; readonly file: string }[] {
  const modules = Object.values(packages).map(({ path, file: [name, inside] }) => ({
    path,
    file: join(packageDir(name), inside),
  }));
  return [...modules, { path: '/npm/xterm.css', file: join(packageDir('@xterm/xterm'), 'css/xterm.css') }];
}

/** Packages may hide their package.json behind `exports`, so the directory is looked for from the main file upwards. */
function packageDir(name: string): string {
  let dir = dirname(createRequire(import.meta.url).resolve(name));
  while (!dir.endsWith(`node_modules/${name}`)) {
    if (dir === dirname(dir)) throw new Error(`package ${name} has no directory`);
    dir = dirname(dir);
  }
  return dir;
}

function strip(text: string): string {
  const { emitWarning } = process;
  // Node warns once that its interface may change; that is nothing to the person at the terminal.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text, { mode: 'strip' });
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** A module whose imports of packages lead to where they are served; relative, since a proxy may have put a path before it. */
function script(text: string): Asset {
  const body = text
    .replace(
      /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([@\w/-]+)\2/g,
      (whole, before: string, quote: string, name: string) => {
        const found = packages[name];
        return found === undefined ? whole : `${before}${quote}..${found.path}${quote}`;
      },
    )
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  return { type: 'text/javascript; charset=utf-8', body };
}
