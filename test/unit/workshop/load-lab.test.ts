import { describe, expect, test } from 'vitest';
import { LabError } from '../../../src/error.ts';
import { type LabFiles, listLabs, loadLab } from '../../../src/workshop/load-lab.ts';
import { fixture, worldProbes } from './world.ts';

const whole: Readonly<Record<string, string>> = {
  '/labs/tiny/README.md': fixture('tiny/README.md'),
  '/labs/tiny/01-keys.md': fixture('tiny/01-keys.md'),
  '/labs/tiny/02-sum.md': fixture('tiny/02-sum.md'),
  '/labs/tiny/keys.svg': '<svg/>',
  '/etc/passwd': 'root:x:0:0',
};

/** Files in memory; `links` are symbolic links from path to path. */
function filesOf(texts: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}): LabFiles {
  const paths = () => [...Object.keys(texts), ...Object.keys(links)];
  return {
    readDir: async (path) => [
      ...new Set(
        paths()
          .filter((one) => one.startsWith(`${path}/`))
          .map((one) => one.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ],
    realPath: async (path) => {
      const real = links[path] ?? path;
      if (paths().some((one) => one === real || one.startsWith(`${real}/`))) return real;
      throw new LabError('NOT_FOUND', `${path} does not exist`);
    },
    readText: async (path, maxBytes) => {
      const text = texts[path] ?? '';
      if (text.length > maxBytes) throw new LabError('LAB_INVALID', `${path} is larger than ${maxBytes} bytes`);
      return text;
    },
  };
}

const problemsOf = async (texts: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) => {
  const { lab, problems } = await loadLab('/labs/tiny', filesOf(texts, links), worldProbes);
  expect(lab).toBe(undefined);
  return problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
};

describe('loadLab', () => {
  test('reads the story and the exercises in the order of their file names', async () => {
    const { lab, problems } = await loadLab('/labs/tiny', filesOf(whole), worldProbes);
    expect(problems).toEqual([]);
    expect(lab).toMatchObject({
      name: 'tiny',
      title: 'A tiny lab for the tests of the workshop',
      stack: 'tiny',
      dir: '/labs/tiny',
      story: 'The system is a set of keys with values on two nodes.',
      exercises: [{ id: 'tiny/keys', file: '/labs/tiny/01-keys.md' }, { id: 'tiny/sum' }],
    });
  });

  test('gives the problems of all files at once', async () => {
    const broken = {
      ...whole,
      '/labs/tiny/README.md': '---\nlab: 1\ntitel: x\nstack: tiny\n---\n',
      '/labs/tiny/02-sum.md': fixture('tiny/02-sum.md').replace('minutes: 1', 'minutes: 0'),
    };
    expect(await problemsOf(broken)).toEqual([
      '/labs/tiny/README.md:2: `title` is missing',
      '/labs/tiny/README.md:3: `titel` is not known here',
      '/labs/tiny/02-sum.md:5: `minutes`: must be 1 to 240',
    ]);
  });

  test('a need must be an exercise above', async () => {
    const swapped = { ...whole, '/labs/tiny/00-sum.md': whole['/labs/tiny/02-sum.md'] ?? '' };
    delete (swapped as Record<string, string>)['/labs/tiny/02-sum.md'];
    expect(await problemsOf(swapped)).toEqual([
      '/labs/tiny/00-sum.md:1: needs `tiny/keys`, which is no exercise above it',
    ]);
  });

  test('ids are single and begin with the name of the lab', async () => {
    const other = {
      ...whole,
      '/labs/tiny/03-sum.md': (whole['/labs/tiny/02-sum.md'] ?? '').replace('tiny/sum', 'small/sum'),
    };
    expect(await problemsOf(other)).toEqual([
      '/labs/tiny/03-sum.md:1: `small/sum` does not begin with the name of the lab',
    ]);
    const twice = { ...whole, '/labs/tiny/03-sum.md': whole['/labs/tiny/02-sum.md'] ?? '' };
    expect(await problemsOf(twice)).toEqual(['/labs/tiny/03-sum.md:1: exercise `tiny/sum` stands twice in the lab']);
  });
});

describe('a lab stays inside its directory', () => {
  test('an exercise that is a link to somewhere else', async () => {
    expect(await problemsOf(whole, { '/labs/tiny/03-secret.md': '/etc/passwd' })).toEqual([
      '/labs/tiny/03-secret.md:1: the file is a link that leaves the lab',
    ]);
  });

  test('a directory whose name merely begins like the lab', async () => {
    const near = { ...whole, '/labs/tiny-secret/x.md': 'secret' };
    expect(await problemsOf(near, { '/labs/tiny/03-secret.md': '/labs/tiny-secret/x.md' })).toEqual([
      '/labs/tiny/03-secret.md:1: the file is a link that leaves the lab',
    ]);
  });

  test.each([
    ['../../etc/passwd', 'picture `../../etc/passwd` is not a file of the lab'],
    ['/etc/passwd', 'picture `/etc/passwd` is not a file of the lab'],
    ['https://example.com/x.png', 'picture `https://example.com/x.png` is not a file of the lab'],
    ['missing.svg', 'picture `missing.svg` does not exist'],
    ['link.svg', 'picture `link.svg` is a link that leaves the lab'],
  ])('picture %s', async (src, message) => {
    const shown = { ...whole, '/labs/tiny/01-keys.md': fixture('tiny/01-keys.md').replace('keys.svg', src) };
    expect(await problemsOf(shown, { '/labs/tiny/link.svg': '/etc/passwd' })).toEqual([
      `/labs/tiny/01-keys.md:13: ${message}`,
    ]);
  });

  test('a file that is too large', async () => {
    expect(await problemsOf({ ...whole, '/labs/tiny/03-x.md': 'x'.repeat(1024 * 1024 + 1) })).toEqual([
      '/labs/tiny/03-x.md:1: /labs/tiny/03-x.md is larger than 1048576 bytes',
    ]);
  });
});

test('labs are the directories with a README, without those that lead elsewhere', async () => {
  const files = filesOf(
    { ...whole, '/labs/empty/notes.txt': '', '/labs/UPPER/README.md': '', '/elsewhere/README.md': '' },
    { '/labs/link/README.md': '/elsewhere/README.md' },
  );
  expect(await listLabs('/labs', files)).toEqual(['tiny']);
});

test('a directory without a README is no lab', async () => {
  await expect(loadLab('/etc', filesOf(whole), worldProbes)).rejects.toThrow('/etc is no lab: it holds no README.md');
});
