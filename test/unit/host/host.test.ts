import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAside, labFiles, readTextIfExists, writeFileAtomic } from '../../../src/host/files.ts';
import { withLock } from '../../../src/host/lock.ts';
import { podlabPaths } from '../../../src/host/paths.ts';
import { identify, isRunning, parseProcessStat } from '../../../src/host/process.ts';
import { parseRouteTable } from '../../../src/host/routes.ts';
import { quoteCommand, runProgram } from '../../../src/host/run.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const env = { PATH: process.env.PATH ?? '' };

describe('a process', () => {
  test('is read from stat also when its name holds spaces and parentheses', () => {
    const fields = Array.from({ length: 30 }, (_, index) => `${index + 4}`).join(' ');
    expect(parseProcessStat(`42 (a) b (c) S ${fields}`)).toEqual({ pid: 42, state: 'S', startTicks: 22 });
  });

  test('is not another one with the same id', () => {
    const own = identify(process.pid);
    expect(own && isRunning(own)).toBe(true);
    expect(own && isRunning({ ...own, startTicks: own.startTicks + 1 })).toBe(false);
  });

  test.each(['', 'no stat', '1 (x) S'])('is not read from %j', (line) => {
    expect(parseProcessStat(line)).toBeUndefined();
  });
});

describe('paths', () => {
  test('are the XDG ones for an ordinary user', () => {
    expect(podlabPaths(1000, { HOME: '/home/a', XDG_RUNTIME_DIR: '/run/user/1000' })).toEqual({
      runtime: '/run/user/1000/podlab',
      state: '/home/a/.local/state/podlab',
      cache: '/home/a/.cache/podlab',
    });
  });

  test('stay private without a login session', () => {
    expect(podlabPaths(1000, { HOME: '/home/a' }).runtime).toBe('/home/a/.local/state/podlab/run');
  });

  test('that are relative do not count, as the XDG specification asks', () => {
    const env = { HOME: '/home/a', XDG_RUNTIME_DIR: 'run', XDG_STATE_HOME: './state', XDG_CACHE_HOME: '' };
    expect(podlabPaths(1000, env)).toEqual(podlabPaths(1000, { HOME: '/home/a' }));
  });

  test('of PODLAB_ROOT stay where they are when podlab is called from another directory', () => {
    expect(podlabPaths(0, { PODLAB_ROOT: 'rooms' })).toEqual({
      runtime: join(process.cwd(), 'rooms/run'),
      state: join(process.cwd(), 'rooms/state'),
      cache: join(process.cwd(), 'rooms/cache'),
    });
  });

  test("are the system's for root", () => {
    expect(podlabPaths(0, { HOME: '/root' })).toMatchObject({ runtime: '/run/podlab', state: '/var/lib/podlab' });
  });
});

test('routes are read from the kernel table, the default one left out', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  ].join('\n');
  expect(parseRouteTable(table, 'LE')).toEqual([{ cidr: '192.168.122.0/24', dev: 'eth0' }]);
});

test('a command can be pasted, whatever is in its words', () => {
  expect(quoteCommand(['echo', 'plain/word', "it's", '$HOME', ''])).toBe(`echo plain/word 'it'\\''s' '$HOME' ''`);
});

describe('files', () => {
  test('are replaced whole and private, and leave nothing else behind', () => {
    const path = join(dir, 'deep', 'file');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'deep'))).toEqual(['file']);
  });

  test('that are kept aside keep their text', () => {
    const path = join(dir, 'file');
    writeFileSync(path, 'cut sho');
    const aside = keepAside(path, 7);
    expect(readTextIfExists(path)).toBeUndefined();
    expect(readFileSync(aside, 'utf8')).toBe('cut sho');
  });

  test('of a lab are bounded and regular', async () => {
    writeFileSync(join(dir, 'big'), 'x'.repeat(11));
    await expect(labFiles.readText(join(dir, 'big'), 10)).rejects.toMatchObject({ code: 'LAB_INVALID' });
    await expect(labFiles.readText('/dev/zero', 10)).rejects.toMatchObject({ code: 'LAB_INVALID' });
    await expect(labFiles.realPath(join(dir, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a program', () => {
  test('that fails is a value', async () => {
    const result = await runProgram(['sh', '-c', 'echo out; echo err >&2; exit 3'], { env });
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false, truncated: false });
  });

  test('that is not there is exit code 127', async () => {
    expect(await runProgram(['no-such-program-here'], { env })).toMatchObject({ exitCode: 127 });
  });

  test('is killed with all of its descendants at the time limit', async () => {
    const result = await runProgram(['sh', '-c', 'sleep 60 & echo $!; wait'], { env, timeoutMs: 200 });
    expect(result.timedOut).toBe(true);
    // The kernel lets go of its pipe before it calls it dead.
    await expect.poll(() => identify(Number(result.stdout))).toBeUndefined();
  });

  test('that writes without end is cut off', async () => {
    const result = await runProgram(['yes'], { env, maxOutputBytes: 1000 });
    expect(result.truncated).toBe(true);
    expect(result.stdout.length).toBeLessThanOrEqual(1000);
  });

  test('gets no environment but its own', async () => {
    expect((await runProgram(['env'], { env: { ...env, A: '1' } })).stdout.split('\n').sort()).toEqual(
      ['', 'A=1', `PATH=${env.PATH}`].sort(),
    );
  });
});

describe('a lock', () => {
  test('is for one at a time, names its holder, and leaves no file', async () => {
    const path = join(dir, 'stack.lock');
    await withLock(path, 'stack "a"', async () => {
      await expect(withLock(path, 'stack "a"', async () => {})).rejects.toMatchObject({
        code: 'STACK_BUSY',
        message: `stack "a" is in use by another podlab (process ${process.pid})`,
      });
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  test('does not care about a file that a killed podlab left', async () => {
    const path = join(dir, 'stack.lock');
    writeFileSync(path, '999999\n');
    expect(await withLock(path, 'stack "a"', async () => 'mine')).toBe('mine');
  });

  test('is free again after a failure', async () => {
    const path = join(dir, 'stack.lock');
    await expect(withLock(path, 'a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, 'a', async () => 1)).toBe(1);
  });
});
