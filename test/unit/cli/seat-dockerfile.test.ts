// seat/Dockerfile and podlab fleet image make the same image, each in its way.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seatPackages } from '../../../src/cli/verbs/fleet-image.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const file = readFileSync(join(root, 'seat', 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');

test('both install the same packages, but for the library of C++, which comes with Node', () => {
  const words = /apt-get install -y --no-install-recommends\s+(.*?)\s+&&/.exec(file)?.[1]?.split(/\s+/) ?? [];
  expect(words).toEqual([...words].sort());
  expect([...words, 'libstdc++6'].sort()).toEqual(seatPackages('none'));
});

test('what is copied is there, and is not kept from the build', () => {
  const copied = [...file.matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  expect(copied).toEqual(expect.arrayContaining(['bin', 'labs', 'package.json', 'src', 'stacks', 'seat/podlab-seat']));
  const ignored = readFileSync(join(root, 'seat', 'Dockerfile.dockerignore'), 'utf8').split('\n');
  expect(ignored[0]).toBe('*');
  for (const name of copied) {
    expect([name, existsSync(join(root, name))]).toEqual([name, true]);
    expect(ignored).toContain(`!${name.split('/')[0]}`);
  }
});
