// What a person sees at a terminal: `script` makes one.

import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { quoteCommand } from '../../../src/host/run.ts';
import { bin, type Desk, outcomeOf, withDesk } from '../../support/podlab.ts';

/** Starts one command line at a terminal; what is written to its standard input is what somebody types there. */
function startAtTerminal(desk: Desk, env: NodeJS.ProcessEnv, ...words: readonly string[]) {
  const line = quoteCommand([process.execPath, bin, ...words]);
  const all = { ...desk.env, TERM: 'xterm', SHELL: '/bin/sh', ...env };
  return spawn('script', ['-qec', line, '/dev/null'], { env: all, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** What the terminal shows when the command has ended. */
async function atTerminal(desk: Desk, env: NodeJS.ProcessEnv, typed: string, ...words: readonly string[]) {
  const child = startAtTerminal(desk, env, ...words);
  child.stdin.end(typed);
  const { exitCode, stdout } = await outcomeOf(child);
  return { exitCode, screen: stdout.replaceAll('\r', '') };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences begin with one
const withoutSequences = (text: string) => text.replaceAll(/\u001b\[[?\d;]*[a-zA-Z]/g, '');

test('a shell says in its prompt where it is, is in its home, and ends with its own exit code', async () => {
  await withDesk(async (desk) => {
    await desk.podlab('up', desk.stackFile('prompt'));
    const typed = 'hostname; pwd; tty; exit 3\n';
    const { exitCode, screen } = await atTerminal(desk, {}, typed, 'shell', 'node2', '-s', 'prompt');
    const shown = withoutSequences(screen);
    expect(shown).toContain('[prompt] root@node2:~# ');
    expect(shown).toMatch(/\nnode2\n\/root\n/);
    expect(exitCode).toBe(3);
  });
});

test('a shell has job control, and Ctrl-C ends the program in it, not the shell', async () => {
  await withDesk(async (desk) => {
    await desk.podlab('up', desk.stackFile('jobs'));
    const child = startAtTerminal(desk, {}, 'shell', 'node1', '-s', 'jobs');
    const ended = outcomeOf(child);
    let screen = '';
    child.stdout.on('data', (chunk) => {
      screen += chunk;
    });
    const shows = (form: RegExp) => expect.poll(() => screen, { timeout: 10_000, interval: 5 }).toMatch(form);
    child.stdin.write('sleep 60 & jobs; kill %1; echo begun $((1 + 1)); sleep 60\n');
    await shows(/begun 2/);
    child.stdin.write('\u0003');
    // Typing that comes before the prompt may be thrown away with the line that was broken off.
    await shows(/\^C[\s\S]*root@node1/);
    child.stdin.end('echo here $((1 + 2)); exit 0\n');
    expect((await ended).exitCode).toBe(0);
    expect(screen).toMatch(/\[1\]\+? +Running +sleep 60/);
    expect(screen).toContain('here 3');
    expect(screen).not.toContain('no job control');
  });
});

test('colours are for terminals, and NO_COLOR turns them off', async () => {
  await withDesk(async (desk) => {
    // The test's own environment says NO_COLOR; an empty value counts as none (no-color.org).
    const plain = await atTerminal(desk, { NO_COLOR: '1' }, '', 'doctor');
    // Node takes a terminal in a known or unknown CI for one without colours.
    const coloured = await atTerminal(desk, { NO_COLOR: undefined, CI: undefined }, '', 'doctor');
    expect(plain.screen).not.toContain('\u001b[3');
    expect(coloured.screen).toContain('\u001b[32myes');
    expect(withoutSequences(coloured.screen)).toBe(withoutSequences(plain.screen));
  });
});

test('progress is on standard error, also at a terminal', async () => {
  await withDesk(async (desk) => {
    const { stdout, stderr } = await desk.podlab('up', desk.stackFile('streams'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      stack: 'streams',
      created: true,
      nodes: ['node1', 'node2'],
    });
    expect(stderr).toContain('making 2 nodes');
  });
});
