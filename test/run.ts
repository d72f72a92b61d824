// `npm test`: installs what is missing when it may, runs every layer that this machine can run, proves the labs, counts.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Need } from '../src/driver/doctor/finding.ts';
import { missingPackages } from '../src/driver/doctor/programs.ts';
import { examineLayers, type Layer } from './layers.ts';
import { shareCache } from './support/shared-cache.ts';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const path = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
const uid = process.geteuid?.() ?? 0;
// Rooms of the tests stand apart from those that a person may have on this machine.
const scratch = mkdtempSync(join(tmpdir(), 'podlab-test-'));
const podlabRoot = join(scratch, 'rooms');
/** Layers that must run. libvirt and pulumi run only when they are named here: they take minutes. */
const required = (process.env.PODLAB_REQUIRE ?? '').split(',').filter((name) => name !== '');
// Labs are proved as long as there is time: on a machine that first has to build everything they may not all be.
const minutes = Number(process.env.PODLAB_TEST_MINUTES ?? Number.POSITIVE_INFINITY);

interface Report {
  /** Path of the file, and why it could not be loaded; '' when it could. */
  readonly name: string;
  readonly message: string;
  readonly assertionResults: readonly Test[];
}
interface Test {
  readonly fullName: string;
  readonly status: string;
}
/** As vitest's JSON calls tests that were not run. Their titles say why. */
const leftOutStates = ['skipped', 'pending', 'todo', 'disabled'];
/** Tests and exercises that were not run, and why, for the end of a long log. */
const leftOut: string[] = [];
/** What failed, for the end of a long log. */
const broken: string[] = [];

process.exitCode = await main();

async function main(): Promise<number> {
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  try {
    setUp();
    shareCache(podlabRoot);
    const layers = await examineLayers(uid, path);
    const runnable = layers.filter(({ skipped }) => skipped === '');
    add(total, check());
    for (const { name } of runnable) add(total, vitest(name));
    const late: string[] = [];
    for (const lab of runnable.flatMap(({ labs }) => labs)) {
      if (performance.now() < minutes * 60_000) add(total, prove(lab));
      else late.push(lab);
    }
    total.skipped += late.length;
    const unmet = layers.filter(({ name, skipped }) => skipped !== '' && required.includes(name));
    total.failed += unmet.length;
    total.skipped += layers.filter(({ skipped }) => skipped !== '').length - unmet.length;
    const left = late.length === 0 ? [] : [`labs ${late.join(', ')}: skipped: not begun within ${minutes} minutes`];
    const titles = [...leftOut.map((title) => `skipped: ${title}`), ...broken.map((title) => `failed: ${title}`)];
    const about = layers.map((layer) => describe(layer, late));
    console.log(`\n${[...about, ...left, ...titles, ''].join('\n')}`);
  } finally {
    spawnSync(bin('node'), ['bin/podlab.mjs', 'down', '--all'], { cwd: root, env: podlabEnv(), stdio: 'ignore' });
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Root on Debian gets what is missing; anybody else is told, and the layers that need it are skipped. */
function setUp(): void {
  const needs: Need[] = ['sandbox', 'labs', 'impairments', 'docker', 'kubernetes', 'bench', 'browser', 'sshd'];
  const machines = required.includes('libvirt');
  const packages = missingPackages(path, machines ? [...needs, 'libvirt'] : needs);
  if (packages.length === 0) return;
  console.log(`missing Debian packages: ${packages.join(' ')}`);
  for (const options of ['--engine docker', '--engine kubernetes', ...(machines ? ['--driver libvirt'] : [])]) {
    const setup = ['bin/podlab.mjs', 'setup', '--yes', '--tests', ...options.split(' ')];
    if (uid === 0) spawnSync(bin('node'), setup, { cwd: root, stdio: 'inherit', env: podlabEnv() });
    else console.log(`install them as root with: npm run -s podlab -- setup ${options}`);
  }
}

function check(): Count {
  // What runs in a browser is checked apart, so that nothing else sees a browser's names.
  const programs = [['biome', 'check', '.'], ['tsc'], ['tsc', '-p', 'src/web/page']] as const;
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const [program, ...args] of programs) {
    console.log(`\n== ${program} ${args.join(' ')}`);
    const { status } = spawnSync(bin(program), args, { cwd: root, stdio: 'inherit' });
    if (status === 0) count.passed++;
    else {
      count.failed++;
      broken.push([program, ...args].join(' '));
    }
  }
  return count;
}

function vitest(layer: string): Count {
  console.log(`\n== tests: ${layer}`);
  const file = join(scratch, `${layer}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', '--project', layer, '--passWithNoTests', ...reporters];
  const { status } = spawnSync(bin('vitest'), args, { cwd: root, stdio: 'inherit', env: podlabEnv() });
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
  const files: readonly Report[] = testResults;
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  leftOut.push(...tests.filter(({ status }) => leftOutStates.includes(status)).map(({ fullName }) => fullName));
  broken.push(...tests.filter(({ status }) => status === 'failed').map(({ fullName }) => `${layer}: ${fullName}`));
  // A file that can't even be loaded has no failed test in it.
  const unloaded = files.filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== '');
  broken.push(...unloaded.map(({ name, message }) => `${layer}: ${relative(root, name)}: ${message.split('\n')[0]}`));
  const failed = status === 0 ? numFailedTests : Math.max(1, numFailedTests);
  return { passed: numPassedTests, failed, skipped: numPendingTests };
}

function prove(lab: string): Count {
  console.log(`\n== labs prove ${lab}`);
  const args = ['bin/podlab.mjs', 'labs', 'prove', lab, '--json'];
  try {
    const { labs } = JSON.parse(answerOf(args));
    const exercises: { exercise: string; ok: boolean; skipped: string; ms: number; steps: object[] }[] =
      labs[0].exercises;
    for (const { exercise, ok, skipped, ms, steps } of exercises) {
      const what = skipped === '' ? `${steps.length} steps, ${ms} ms` : `left out: ${skipped}`;
      console.log(`${ok ? (skipped === '' ? '✔' : '–') : '✘'} ${exercise}  ${what}`);
      if (skipped !== '') leftOut.push(`labs prove ${exercise}: ${skipped}`);
      if (ok) continue;
      console.log(JSON.stringify(steps, undefined, 1));
      broken.push(`labs prove ${exercise}`);
    }
    const passed = exercises.filter(({ ok, skipped }) => ok && skipped === '').length;
    const failed = exercises.filter(({ ok }) => !ok).length;
    return { passed, failed, skipped: exercises.length - passed - failed };
  } catch (error) {
    console.log(`lab ${lab}: ${error instanceof Error ? error.message : error}`);
    broken.push(`labs prove ${lab}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function answerOf(args: readonly string[]): string {
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const options = { cwd: root, env: podlabEnv(), stdio, encoding: 'utf8' as const, maxBuffer: 64 * 1024 * 1024 };
  try {
    return execFileSync(bin('node'), args, options);
  } catch (error) {
    // Not proved is exit code 1, with the whole answer on standard output.
    const { status, stdout } = error as { status?: number; stdout?: string };
    if (status === 1 && stdout !== undefined) return stdout;
    throw error;
  }
}

function podlabEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PODLAB_ROOT: podlabRoot };
}

function add(total: Count, part: Count): void {
  total.passed += part.passed;
  total.failed += part.failed;
  total.skipped += part.skipped;
}

function describe({ name, skipped, labs }: Layer, late: readonly string[]): string {
  const proved = labs.filter((lab) => !late.includes(lab));
  if (skipped === '') return `${name}: ran${proved.length === 0 ? '' : `, with labs ${proved.join(', ')}`}`;
  return `${name}: ${required.includes(name) ? 'FAILED, it is required here' : 'skipped'}: ${skipped}`;
}
