// Programs that are on this machine already, in a directory or in PATH.

import { join } from 'node:path';
import type { Argv } from '../host/host.ts';
import { locateProgram } from '../host/programs.ts';
import { runProgram } from '../host/run.ts';
import type { Reporter } from '../reporter.ts';
import { makeEntry } from './cache-entry.ts';
import { imagePrograms, nodePrograms, type ProgramName } from './go-modules.ts';
import { hashFile } from './hash-file.ts';
import { cachedProgram, linkOrCopy, type Program, type ProgramSource, programDir, programOf } from './program.ts';
import type { ToolchainRequest } from './request.ts';

/** @returns the source, or why it can't be one */
export async function pathSource(request: ToolchainRequest, reporter: Reporter): Promise<ProgramSource | string> {
  const { dir, version } = request;
  const where = dir ?? 'PATH';
  const files = new Map<ProgramName, string>();
  // In PATH only the programs of a node are meant to be found: an etcd there is for something else.
  const names = dir === undefined ? nodePrograms : [...nodePrograms, ...imagePrograms];
  for (const name of names) {
    const file = locateProgram(name, dir ?? request.path);
    if (file === undefined) continue;
    const found = await versionOf(name, file);
    if (found === undefined || found === version) files.set(name, file);
    else if (nodePrograms.some((one) => one === name)) return `${file} is ${found}, not ${version}`;
  }
  const missing = nodePrograms.filter((name) => !files.has(name));
  if (missing.length > 0) return `there is no ${missing.join(', ')} in ${where}`;
  const hashes = new Map<ProgramName, Promise<string>>();
  const hashOnce = (name: ProgramName) => {
    const file = files.get(name);
    if (file === undefined) return undefined;
    const hash = hashes.get(name) ?? hashFile(file);
    hashes.set(name, hash);
    return hash;
  };
  return {
    origin: 'given',
    keyOf: async (name) => hashOnce(name),
    get: async (wanted) => {
      const programs: Program[] = [];
      for (const name of wanted) {
        const file = files.get(name) ?? '';
        const cacheDir = programDir(name, 'given', (await hashOnce(name)) ?? '', request);
        const found = await cachedProgram(name, cacheDir, request, reporter);
        programs.push(found ?? (await keep(name, file, cacheDir, version)));
      }
      return programs;
    },
  };
}

async function keep(name: ProgramName, file: string, dir: string, version: string): Promise<Program> {
  const about = { program: name, origin: 'given', version };
  const entry = await makeEntry(dir, about, async (next) => linkOrCopy(file, join(next, name)));
  return programOf(name, entry);
}

/** What a program of Kubernetes says that it is; undefined for programs with a version of their own. */
async function versionOf(name: ProgramName, file: string): Promise<string | undefined> {
  const question = questions[name];
  if (question === undefined) return undefined;
  const { stdout, stderr } = await runProgram([file, ...question] as unknown as Argv, {
    env: { HOME: '/nonexistent' },
  });
  return /\bv\d+\.\d+\.\d+[\w.+-]*/.exec(stdout)?.[0] ?? `no program that tells its version (${stderr.trim()})`;
}

const questions: Readonly<Partial<Record<ProgramName, readonly string[]>>> = {
  kubeadm: ['version', '--output', 'short'],
  kubectl: ['version', '--client'],
  kubelet: ['--version'],
  'kube-apiserver': ['--version'],
  'kube-controller-manager': ['--version'],
  'kube-scheduler': ['--version'],
  'kube-proxy': ['--version'],
};
