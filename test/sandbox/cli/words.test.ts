// What the command line says to words that it knows and to those that it does not, from the outside.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bin, withDesk } from '../../support/podlab.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const stacks = readdirSync(join(root, 'stacks'))
  .map((file) => file.slice('Pulumi.'.length, -'.yaml'.length))
  .sort();
const labs = readdirSync(join(root, 'labs')).sort();

/** A shell line in which $PODLAB is the program; what a pipe does to it cannot be seen otherwise. */
function shell(line: string, env: NodeJS.ProcessEnv) {
  const PODLAB = `${process.execPath} ${bin}`;
  return spawnSync('bash', ['-c', line], { encoding: 'utf8', env: { ...env, PODLAB }, timeout: 30_000 });
}

test.each([
  [['upp'], "unknown command 'upp'", 'Did you mean up?'],
  [['up', '--jsn'], "unknown option '--jsn'", 'Did you mean --json?'],
  [['exec'], "missing required argument 'node'", 'Run "podlab help"'],
  [['list', 'all'], "too many arguments for 'list'. Expected 0 arguments but got 1: all", 'Run "podlab help"'],
  [['exec', 'node1'], 'there is no command to run', 'podlab exec node1 -- ip address'],
  [['up', 'quikstart'], 'there is no stack "quikstart"', `There are: ${stacks.join(', ')}.`],
  [['up', 'no/such.yaml'], 'there is no stack file no/such.yaml', ''],
  [['graph', '--format', 'png'], 'there is no format "png"', 'Use text, mermaid or svg.'],
  [['completion', 'tcsh'], 'there is no completion for "tcsh"', 'bash, zsh and fish'],
  [['start', 'no-such-lab'], 'there is no lab "no-such-lab"', `There are: ${labs.join(', ')}.`],
])('%j is answered with what is wrong and what to write', async (words, what, hint) => {
  await withDesk(async (desk) => {
    const { exitCode, stdout, stderr } = await desk.podlab(...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const [first, ...others] = stderr.split('\n');
    expect(first).toMatch(/^podlab: .* \[(USAGE|NOT_FOUND)\]$/);
    expect(first).toContain(what);
    expect(others.join('\n')).toContain(hint);
  });
});

test('errors are JSON too when JSON is asked for, but not when that word is for a program on a node', async () => {
  await withDesk(async (desk) => {
    const error = (code: string) => ({ version: 1, error: expect.objectContaining({ code, problems: [] }) });
    expect(JSON.parse((await desk.podlab('upp', '--json')).stdout)).toEqual(error('USAGE'));
    expect(JSON.parse((await desk.podlab('status', '--json')).stdout)).toEqual(error('STACK_NOT_UP'));
    expect((await desk.podlab('exec', 'node1', '--', 'ip', '--json')).stdout).toBe('');
  });
});

test('without words it says what it can do', async () => {
  await withDesk(async (desk) => {
    const { exitCode, stdout } = await desk.podlab();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Begin with "podlab begin".');
    expect((await desk.podlab('help')).stdout).toBe(stdout);
    expect((await desk.podlab('--version')).stdout).toBe(`podlab 0.1.0 (Node ${process.version})\n`);
  });
});

describe('lint', () => {
  test('prints every problem as file:line:column with what to write instead', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile(
        'wrong',
        'podlab:networks: { lan: { mode: isolated, cidr: 10.1.0.1/24 } }',
        'podlab:nodess: []',
      );
      const { exitCode, stdout } = await desk.podlab('lint', file);
      expect(exitCode).toBe(2);
      expect(stdout.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
        expect.stringMatching(`^${file}:2:\\d+: error: .*10\\.1\\.0\\.1/24`),
        `${file}:3:3: error: unknown key podlab:nodess`,
        `${file}: 2 errors, 0 warnings`,
        '',
      ]);
      expect(stdout).toContain('    Write podlab:nodes.');
    });
  });

  test('gives the same as data, and is content with what podlab ships', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('wrong', 'podlab:nodess: []');
      const wrong = await desk.podlab('lint', file, '--json');
      expect(wrong.exitCode).toBe(2);
      expect(JSON.parse(wrong.stdout)).toEqual({
        version: 1,
        file,
        ok: false,
        problems: [
          {
            file,
            line: 2,
            column: 3,
            severity: 'error',
            message: 'unknown key podlab:nodess',
            hint: 'Write podlab:nodes.',
          },
        ],
      });
      for (const shipped of ['stacks/Pulumi.quickstart.yaml', 'labs/by-hand', 'labs/docker']) {
        const { exitCode, stdout } = await desk.podlab('lint', join(root, shipped));
        expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${join(root, shipped)}: no problem\n` });
      }
    });
  });

  test('stops neither at a file that is no YAML nor at one that is no text', async () => {
    await withDesk(async (desk) => {
      const file = desk.stackFile('torn', 'podlab:nodes: [');
      expect(await desk.podlab('lint', file)).toMatchObject({
        exitCode: 2,
        stdout: expect.stringMatching(/:\d+:\d+: error: /),
      });
      expect((await desk.podlab('lint', process.execPath)).exitCode).toBe(2);
      expect((await desk.podlab('lint', desk.root)).exitCode).toBe(2);
    });
  });
});

test.each([
  ['text', /node1/],
  ['mermaid', /^flowchart /],
  ['svg', /^<svg [\s\S]*<\/svg>\n$/],
])('graph draws %s', async (format, form) => {
  await withDesk(async (desk) => {
    const { exitCode, stdout } = await desk.podlab('graph', 'quickstart', '--format', format);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(form);
    expect(stdout).toContain('192.168.39.0/24');
  });
});

test('schema prints the committed schema', async () => {
  await withDesk(async (desk) => {
    const committed = readFileSync(join(root, 'schema', 'stack.schema.json'), 'utf8');
    expect(await desk.podlab('schema')).toEqual({ exitCode: 0, stdout: committed, stderr: '' });
  });
});

test('doctor gives every finding with its evidence, and a remedy for each that is bad', async () => {
  await withDesk(async (desk) => {
    const { exitCode, stdout } = await desk.podlab('doctor', '--json');
    const { version, abilities, findings } = JSON.parse(stdout);
    const needs = ['sandbox', 'labs', 'impairments', 'docker', 'kubernetes', 'libvirt', 'bench', 'browser', 'sshd'];
    expect(version).toBe(1);
    expect(abilities.map(({ need }: { need: string }) => need)).toEqual(needs);
    expect(exitCode).toBe(abilities[0].isMet ? 0 : 4);
    for (const finding of findings) {
      expect(finding).toEqual({
        id: expect.stringMatching(/^[a-z0-9_-]+$/),
        need: expect.toBeOneOf(needs),
        isOk: expect.any(Boolean),
        what: expect.stringMatching(/./),
        evidence: expect.stringMatching(/./),
        fix: finding.isOk ? '' : expect.any(String),
      });
    }
    const text = await desk.podlab('doctor');
    expect(text.stdout.split('\n').filter((line) => /^(yes|no ) {2}/.test(line))).toHaveLength(needs.length);
  });
});

describe('a pipe', () => {
  test('whose reader stops early is no error', async () => {
    await withDesk(async (desk) => {
      for (const verb of ['list', 'help', 'schema', 'preview quickstart']) {
        const { stdout, stderr } = shell(`$PODLAB ${verb} | head -c0; echo "\${PIPESTATUS[0]}"`, desk.env);
        expect([verb, stdout, stderr]).toEqual([verb, '0\n', '']);
      }
    });
  });

  test('gets no colours, also without NO_COLOR', async () => {
    await withDesk(async (desk) => {
      const { NO_COLOR: _, ...env } = desk.env;
      const { stdout, stderr } = shell('$PODLAB doctor | cat; $PODLAB upp', env);
      expect(stdout + stderr).not.toContain('\u001b');
    });
  });
});

test('an answer that cannot be written is not a success', async () => {
  await withDesk(async (desk) => {
    const { status, stderr } = shell('$PODLAB schema >/dev/full', desk.env);
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringContaining('the answer could not be written'),
    });
  });
});

test('candidates for completion follow the verb, the stacks and the nodes that are there', async () => {
  await withDesk(async (desk) => {
    const candidates = async (...words: string[]) =>
      (await desk.podlab('__complete', ...words)).stdout.trim().split('\n');
    expect(await candidates()).toContain('up');
    expect(await candidates('up')).toEqual([...stacks, '--driver', '--dry-run', '--fresh', '--json']);
    expect(await candidates('exec', '--stack')).toEqual(stacks);
    expect(await candidates('labs')).toContain('prove');
    expect(await candidates('completion')).toEqual(['bash', 'zsh', 'fish']);
    expect(await candidates('exec')).toEqual(['gateway', 'outside', '--stack', '--json']);
    await desk.podlab('up', desk.stackFile('mine', 'podlab:nodes: [{ name: alone }]'));
    expect(await candidates('shell')).toEqual(['alone', 'gateway', 'outside', '--stack']);
  });
});
