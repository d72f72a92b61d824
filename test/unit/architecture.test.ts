import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { errorCodes } from '../../src/error.ts';

const root = join(import.meta.dirname, '..', '..');
const src = join(root, 'src');

/** docs/architecture.md has this table in words. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'error.ts': [],
  'reporter.ts': [],
  net: [],
  topology: ['net'],
  host: [],
  toolchain: ['host'],
  cluster: ['net', 'topology', 'host', 'toolchain'],
  vm: ['net', 'topology', 'host'],
  infra: ['net', 'topology', 'host', 'toolchain', 'cluster', 'vm', 'image', 'fleet'],
  image: ['host', 'toolchain'],
  driver: ['net', 'topology', 'host', 'toolchain', 'cluster', 'vm', 'image', 'infra'],
  probe: ['net', 'topology', 'host', 'cluster', 'infra'],
  workshop: ['net', 'topology', 'probe', 'host'],
  report: ['workshop'],
  fleet: ['net', 'topology', 'workshop'],
  web: ['net', 'topology', 'host', 'probe', 'workshop', 'report'],
  bench: ['topology', 'host', 'cluster', 'probe'],
  cli: [
    'net',
    'topology',
    'host',
    'toolchain',
    'cluster',
    'vm',
    'image',
    'infra',
    'driver',
    'probe',
    'workshop',
    'report',
    'fleet',
    'web',
    'bench',
  ],
};

/** Packages and modules of Node that each imports. Files, processes and terminals are for the edge only. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  'error.ts': [],
  'reporter.ts': [],
  net: ['node:crypto'],
  topology: ['valibot', '@valibot/to-json-schema', 'yaml', 'fastest-levenshtein'],
  host: [
    '@lydell/node-pty',
    ...['execa', 'node:child_process', 'node:events', 'node:fs', 'node:http', 'node:https', 'node:net', 'node:os'],
    ...['node:path', 'node:stream', 'node:tls'],
  ],
  toolchain: [...['node:crypto', 'node:fs', 'node:path', 'node:stream', 'node:zlib'], 'tar-stream'],
  cluster: [
    ...['@kubernetes/client-node', 'node:http', 'node:https', 'node:path', 'node:stream', 'node:string_decoder'],
    ...['node:tls', 'yaml'],
  ],
  vm: ['node:crypto', 'yaml'],
  image: ['node:fs', 'node:path'],
  infra: [
    ...['@pulumi/command', '@pulumi/kubernetes', '@pulumi/libvirt', '@pulumi/pulumi'],
    ...['node:crypto', 'node:fs', 'node:path', 'node:url', 'yaml'],
  ],
  driver: [
    ...['@pulumi/pulumi', 'node:child_process', 'node:crypto', 'node:fs', 'node:os', 'node:path', 'node:readline'],
    ...['node:stream', 'node:url'],
  ],
  probe: ['@valibot/to-json-schema', 'fast-xml-parser', 'node:crypto', 'valibot'],
  workshop: ['@marcbachmann/cel-js', 'markdown-it', 'markdown-it-container', 'node:crypto', 'valibot', 'yaml'],
  report: ['node:crypto', 'valibot'],
  bench: ['valibot', 'yaml'],
  fleet: ['@valibot/to-json-schema', 'csv-parse', 'node:crypto', 'uqr', 'valibot', 'yaml'],
  web: [
    ...['@fastify/rate-limit', '@fastify/websocket', '@peculiar/asn1-schema', '@peculiar/asn1-x509', '@preact/signals'],
    ...[
      '@xterm/addon-fit',
      '@xterm/xterm',
      'fastify',
      'htm',
      'node:crypto',
      'node:fs',
      'node:module',
      'node:path',
      'preact',
      'valibot',
    ],
  ],
  cli: [
    ...['@inquirer/core', '@speed-highlight/core', 'commander', 'inquirer', 'string-width', 'wrap-ansi'],
    ...['node:crypto', 'node:events', 'node:fs', 'node:net', 'node:os', 'node:path', 'node:stream'],
    ...['node:timers', 'node:tls', 'node:url', 'node:util', 'yaml'],
  ],
};

/** What a module that takes no part in the outside world has no business with. */
const outsideWorld =
  /(?<![\w.])(process\.(env|argv|stdout|stderr|exit|cwd|kill|on)|setTimeout|setInterval|Date\.now|Math\.random|performance\.now|console\.)/;

interface Import {
  readonly file: string;
  readonly module: string;
  readonly specifier: string;
  readonly isType: boolean;
}

const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));
const imports = sources.flatMap(({ file, text }) => importsOf(file, text));
const architecture = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
const troubleshooting = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8');

test('modules import only downwards', () => {
  const violations = imports.flatMap(({ file, module, specifier }) => {
    if (!specifier.startsWith('.')) return [];
    const to = moduleOf(normalize(join(dirname(file), specifier)));
    const allowed = [module, 'error.ts', 'reporter.ts', ...(mayImport[module] ?? [])];
    return to.startsWith('..') || allowed.includes(to) ? [] : [`${file} -> ${specifier}`];
  });
  expect(violations).toEqual([]);
});

test('probes, the workshop and the bench take only types from host, so that they run against any executor', () => {
  const violations = imports.filter(({ file, module, specifier, isType }) => {
    if (!['probe', 'workshop', 'bench'].includes(module) || !specifier.startsWith('.') || isType) return false;
    return moduleOf(normalize(join(dirname(file), specifier))) === 'host';
  });
  expect(violations.map(({ file, specifier }) => `${file} -> ${specifier}`)).toEqual([]);
});

test.each(Object.entries(mayUse))('%s uses just the packages that it is known for', (module, known) => {
  const used = imports
    .filter((one) => one.module === module && !one.specifier.startsWith('.'))
    .map(({ specifier }) => packageOf(specifier));
  expect([...new Set(used)].sort()).toEqual([...known].sort());
});

test('what is loaded late is named, so that these tests can see it', () => {
  const hidden = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/\bimport\((?!')[^)]*\)/g)].map(([call]) => `${file}: ${call}`),
  );
  // Pulumi runs this one in another process, where it knows the module by its path alone.
  expect(hidden).toEqual(['infra/driver-room.ts: import(door)']);
});

test.each(['net', 'topology', 'probe', 'workshop', 'report', 'fleet', 'bench'])(
  '%s asks neither clock nor chance nor environment',
  (module) => {
    const found = sources
      .filter(({ file }) => moduleOf(file) === module)
      .flatMap(({ file, text }) => {
        const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
        const use = outsideWorld.exec(code);
        return use === null ? [] : [`${file}: ${use[0]}`];
      });
    expect(found).toEqual([]);
  },
);

test('the table in docs/architecture.md is this one', () => {
  const rows = [...architecture.matchAll(/^\| `src\/(\w+)` \| .* \| (.*) \|$/gm)].map(([, module, cell = '']) => {
    const names = cell.replaceAll('types of ', '').split(', ');
    if (cell === 'all') return [module, mayImport.cli];
    return [module, cell === '–' ? [] : names];
  });
  const { 'error.ts': _error, 'reporter.ts': _reporter, ...modules } = mayImport;
  expect(Object.fromEntries(rows)).toEqual(modules);
});

test('every runtime dependency is in docs/architecture.md, with its reason', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const explained = [...architecture.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \| .+ \|$/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(explained).toEqual(expect.arrayContaining(Object.keys({ ...dependencies, ...optionalDependencies })));
});

test('every module of src is in the table', () => {
  expect([...new Set(imports.map(({ module }) => module))].sort()).toEqual(
    Object.keys(mayImport)
      .filter((name) => !name.endsWith('.ts'))
      .sort(),
  );
});

test('every error code is a heading of the troubleshooting page, and the other way round', () => {
  const headings = [...troubleshooting.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code);
  expect(headings.sort()).toEqual([...errorCodes].sort());
});

test('the table of exit codes on the troubleshooting page is the one of the program', () => {
  const table = [...troubleshooting.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  const codes = Object.values(exitCodes).filter((value) => typeof value === 'number');
  expect(table).toEqual(codes);
});

test('imports of every form are seen', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    "import {\n  c,\n  type D,\n} from './c.ts';",
    "import './side-effect.ts';",
    "export * from './all.ts';",
    "export { e } from './e.ts';",
    "export type { F } from './f.ts';",
    "const late = await import('./late.ts');",
    "// nothing is taken from './comment.ts'",
  ].join('\n');
  const seen = importsOf('net/x.ts', text).map(({ specifier, isType }) => (isType ? `type ${specifier}` : specifier));
  expect(seen).toEqual([
    ...['./a.ts', 'type ./b.ts', './c.ts', './side-effect.ts', './all.ts', './e.ts', 'type ./f.ts', './late.ts'],
  ]);
});

function importsOf(file: string, text: string): readonly Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g);
  const one = (specifier: string | undefined, isType: boolean): Import[] =>
    specifier === undefined ? [] : [{ file, module: moduleOf(file), specifier, isType }];
  return [
    ...[...statements].flatMap(([, type, from, bare]) => one(from ?? bare, type !== undefined)),
    ...[...dynamic].flatMap(([, specifier]) => one(specifier, false)),
  ];
}

function moduleOf(file: string): string {
  return relative('.', file).split('/')[0] ?? '';
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
