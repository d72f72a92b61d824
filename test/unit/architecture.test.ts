import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';
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
  driver: ['net', 'topology', 'host'],
  probe: ['net', 'topology', 'host'],
  workshop: ['net', 'topology', 'probe', 'host'],
  cli: ['net', 'topology', 'host', 'driver', 'probe', 'workshop'],
};

/** Packages and Node modules that only some may import. What is not listed is free. */
const reservedFor: Readonly<Record<string, readonly string[]>> = {
  execa: ['host'],
  'node:fs': ['host', 'driver', 'cli'],
  'node:child_process': ['host', 'driver'],
  yaml: ['topology', 'workshop'],
  'markdown-it': ['workshop', 'cli'],
  commander: ['cli'],
  inquirer: ['cli'],
  '@inquirer/core': ['cli'],
  '@marcbachmann/cel-js': ['workshop'],
};

interface Import {
  readonly file: string;
  readonly module: string;
  readonly specifier: string;
  readonly isType: boolean;
}

const imports = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap(importsOf);

test('modules import only downwards', () => {
  const violations = imports.flatMap(({ file, module, specifier }) => {
    if (!specifier.startsWith('.')) return [];
    const to = moduleOf(normalize(join(dirname(file), specifier)));
    const allowed = [module, 'error.ts', 'reporter.ts', ...(mayImport[module] ?? [])];
    return to.startsWith('..') || allowed.includes(to) ? [] : [`${file} -> ${specifier}`];
  });
  expect(violations).toEqual([]);
});

test('probes and the workshop take only types from host, so that they run against any executor', () => {
  const violations = imports.filter(({ file, module, specifier, isType }) => {
    if (!['probe', 'workshop'].includes(module) || !specifier.startsWith('.') || isType) return false;
    return moduleOf(normalize(join(dirname(file), specifier))) === 'host';
  });
  expect(violations.map(({ file, specifier }) => `${file} -> ${specifier}`)).toEqual([]);
});

test('side effects and heavy packages stay where they belong', () => {
  const violations = imports.filter(({ module, specifier }) => reservedFor[specifier]?.includes(module) === false);
  expect(violations.map(({ file, specifier }) => `${file} -> ${specifier}`)).toEqual([]);
});

test('every module of src is in the table', () => {
  expect([...new Set(imports.map(({ module }) => module))].sort()).toEqual(
    Object.keys(mayImport)
      .filter((name) => !name.endsWith('.ts'))
      .sort(),
  );
});

test('every error code is a heading of the troubleshooting page, and the other way round', () => {
  const page = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8');
  const headings = [...page.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code);
  expect(headings.sort()).toEqual([...errorCodes].sort());
});

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(src, file), 'utf8');
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
