// A network namespace of a node as a place where programs run, with the one policy for programs that fail.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import type { Argv, Executor, RunOptions, RunResult } from '../host/host.ts';
import type { Where } from './args.ts';
import type { ProbeContext } from './probe.ts';

export interface NetView {
  readonly executor: Executor;
  /** Name of the namespace; '' is the node's own. */
  readonly netns: string;
  /** False when a namespace or pod was named that isn't there; nothing can be run then. */
  readonly exists: boolean;
}

/** Looks up the node and, if one is named, the namespace or the pod. @throws LabError NOT_FOUND for an unknown node. */
export async function netView(context: ProbeContext, where: Where): Promise<NetView> {
  if (where.pod !== undefined && where.pod !== '') {
    // Only rooms with a cluster need what is behind this.
    const { podView } = await import('./pod-view.ts');
    return podView(context, where.pod);
  }
  const executor = context.node(nodeName(context, where.on));
  const node: NetView = { executor, netns: '', exists: true };
  if (where.netns === '') return node;
  const names = (await namespaces(node)).map((entry) => entry.name);
  return { executor, netns: where.netns, exists: names.includes(where.netns) };
}

/** The node that `on` means: the first of the stack for ''. */
export function nodeName(context: ProbeContext, on: string): string {
  const name = on === '' ? context.topology.nodes[0]?.name : on;
  if (name === undefined) throw new LabError('NOT_FOUND', `stack "${context.topology.stack}" has no nodes`);
  return name;
}

/** For probes to which "not reached" is an answer: a missing namespace must not look like one. */
export function requireNetns(view: NetView): void {
  if (view.exists) return;
  if (view.netns.startsWith(podPrefix)) {
    throw new LabError('PROBE_FAILED', `there is no running ${view.netns}`, {
      hint: 'See with: podlab kubectl get pods --all-namespaces',
    });
  }
  throw new LabError('PROBE_FAILED', `${view.executor.name}: there is no network namespace "${view.netns}"`, {
    hint: `Make it with: ip netns add ${view.netns}`,
  });
}

/** Stands before the name of a pod that isn't there, in place of the namespace that it hasn't. */
export const podPrefix = 'pod ';

const namespaceEntry = v.looseObject({ name: v.string(), id: v.optional(v.number()) });

/** The named namespaces of the node, each with the number by which the view's links refer to it, if they do. */
export function namespaces(view: NetView): Promise<v.InferOutput<typeof namespaceEntry>[]> {
  return ipJson(view, ['netns', 'list'], namespaceEntry);
}

/** `ip -j ARGS` in the view. Entries that `ip` filtered out, which it prints as `{}`, are dropped. */
export function ipJson<T>(view: NetView, args: readonly string[], entry: v.GenericSchema<unknown, T>): Promise<T[]> {
  return jsonEntries(view.executor, ['ip', ...inNetns(view), '-j', ...args], entry);
}

/** `bridge -j ARGS` in the view. */
export function bridgeJson<T>(
  view: NetView,
  args: readonly string[],
  entry: v.GenericSchema<unknown, T>,
): Promise<T[]> {
  return jsonEntries(view.executor, ['bridge', ...inNetns(view), '-j', ...args], entry);
}

/** `ip -j route get` and the like: undefined when the kernel said no (exit 2), for example "network is unreachable". */
export async function ipJsonIfAny<T>(
  view: NetView,
  args: readonly string[],
  entry: v.GenericSchema<unknown, T>,
): Promise<T[] | undefined> {
  const result = await attempt(view.executor, ['ip', ...inNetns(view), '-j', ...args]);
  if (result.exitCode === 2) return undefined;
  return parseEntries(view.executor, succeeded(view.executor, result), entry);
}

/** Any other program in the view. `nsenter` and not `ip netns exec`: it passes on 127, "no such program". */
export function inView(view: NetView, argv: Argv): Argv {
  return view.netns === '' ? argv : ['nsenter', `--net=/run/netns/${view.netns}`, '--', ...argv];
}

/** Runs a program to its end; any exit code but 127 is the caller's to judge. @throws LabError PROBE_FAILED, TIMEOUT */
export async function attempt(executor: Executor, argv: Argv, options: RunOptions = {}): Promise<RunResult> {
  const result = await attemptIfInstalled(executor, argv, options);
  if (result === undefined) throw missingProgram(executor, argv);
  return result;
}

/** The same for a program that need not be there: undefined if it isn't. */
export async function attemptIfInstalled(
  executor: Executor,
  argv: Argv,
  options: RunOptions = {},
): Promise<RunResult | undefined> {
  const result = await executor.run(argv, options);
  const command = argv.join(' ');
  if (result.timedOut) throw new LabError('TIMEOUT', `${executor.name}: \`${command}\` took ${result.durationMs} ms`);
  if (result.truncated) throw new LabError('PROBE_FAILED', `${executor.name}: \`${command}\` printed too much to read`);
  return result.exitCode === 127 ? undefined : result;
}

/** Runs a program that has no reason to fail, and gives its standard output. */
export async function output(executor: Executor, argv: Argv, options: RunOptions = {}): Promise<string> {
  return succeeded(executor, await attempt(executor, argv, options)).stdout;
}

/** Reads text that a program promises to be JSON of one shape. */
export function parseJson<T>(executor: Executor, argv: Argv, text: string, schema: v.GenericSchema<unknown, T>): T {
  const parsed = v.safeParse(schema, jsonOrUndefined(text));
  if (parsed.success) return parsed.output;
  const problem = parsed.issues[0]?.message ?? '';
  throw new LabError(
    'PROBE_FAILED',
    `${executor.name}: \`${argv.join(' ')}\` printed something unexpected: ${problem}`,
    {
      hint: 'Run the command by hand on the node; its version may be unknown to podlab.',
    },
  );
}

function inNetns(view: NetView): string[] {
  return view.netns === '' ? [] : ['-n', view.netns];
}

/** A program of the `ip` family that prints a JSON list. */
export async function jsonEntries<T>(executor: Executor, argv: Argv, entry: v.GenericSchema<unknown, T>): Promise<T[]> {
  return parseEntries(executor, succeeded(executor, await attempt(executor, argv)), entry);
}

function parseEntries<T>(executor: Executor, result: RunResult, entry: v.GenericSchema<unknown, T>): T[] {
  const rows = parseJson(executor, result.argv, result.stdout, v.array(v.record(v.string(), v.unknown())));
  const filled = JSON.stringify(rows.filter((row) => Object.keys(row).length > 0));
  return parseJson(executor, result.argv, filled, v.array(entry));
}

/** The result, if the program succeeded. @throws LabError PROBE_FAILED with its last words */
export function succeeded(executor: Executor, result: RunResult): RunResult {
  if (result.exitCode === 0) return result;
  const lastWords = result.stderr.trim().split('\n').slice(-20).join('\n');
  throw new LabError(
    'PROBE_FAILED',
    `${executor.name}: \`${result.argv.join(' ')}\` failed with exit code ${result.exitCode}: ${lastWords}`,
  );
}

// `ip` prints nothing at all, rather than an empty list, when a node never had a named namespace.
function jsonOrUndefined(text: string): unknown {
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Debian package by program. */
const packages: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  nft: 'nftables',
  ping: 'iputils-ping',
  socat: 'socat',
  wrk: 'wrk',
  docker: 'docker.io',
  conntrack: 'conntrack',
  openssl: 'openssl',
  nsenter: 'util-linux',
};

function missingProgram(executor: Executor, argv: Argv): LabError {
  const program = argv.find((word) => word in packages && word !== 'nsenter') ?? argv[0];
  const debian = packages[program];
  return new LabError('PROBE_FAILED', `${executor.name}: there is no program \`${program}\``, {
    hint: debian === undefined ? '' : `Install it with: apt-get install ${debian}`,
  });
}
