// A world small enough to keep in memory: keys with values on nodes, a shell that knows five words, two probes.

import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { LabError } from '../../../src/error.ts';
import type { Executor, RunResult } from '../../../src/host/host.ts';
import { defineProbe, type Probe, type ProbeContext } from '../../../src/probe/probe.ts';
import type { Topology } from '../../../src/topology/topology.ts';

export const fixtureLabs = new URL('../../fixtures/labs/', import.meta.url).pathname;
export const fixture = (path: string): string => readFileSync(`${fixtureLabs}${path}`, 'utf8');

export interface World {
  readonly nodes: ReadonlyMap<string, Map<string, string>>;
  readonly context: ProbeContext;
  /** Every script that was run, as `node: script`. */
  readonly scripts: string[];
  /** Changes how the world answers: called before each command with the node's name and the argv. */
  intercept: (node: string, argv: readonly string[], input: string) => Partial<RunResult> | undefined;
}

export function createWorld(names: readonly string[] = ['node1', 'node2']): World {
  const nodes = new Map(names.map((name) => [name, new Map<string, string>()]));
  const world: World = {
    nodes,
    scripts: [],
    intercept: () => undefined,
    context: {
      topology: {
        stack: 'tiny',
        driver: 'sandbox',
        engine: 'none',
        nodes: names.map((name) => ({ name, nics: [], defaultGateway: '', cpus: 0, memoryMiB: 0 })),
      } as unknown as Topology,
      node: (name) => executor(world, name),
      cluster: async () => {
        throw new LabError('PROBE_FAILED', 'stack "tiny" has no cluster');
      },
      patience: 1,
      shared: new Map(),
    },
  };
  return world;
}

const on = v.optional(v.string(), '');

/** `world.get {on, key}` and `world.list {on, prefix}`. */
export const worldProbes: ReadonlyMap<string, Probe> = new Map(
  [
    defineProbe({
      name: 'world.get',
      summary: 'The value of a key.',
      runs: ['dump'],
      take: '',
      args: v.strictObject({ on, key: v.pipe(v.string(), v.regex(/^[a-z-]+$/, 'is no key')) }),
      returns: { exists: '', value: '', number: '' },
      async observe(context, args) {
        const keys = await dump(context, args.on);
        const value = keys[args.key];
        return {
          exists: value !== undefined,
          value: value ?? null,
          number: value === undefined ? null : Number(value),
        };
      },
    }),
    defineProbe({
      name: 'world.list',
      summary: 'Keys with a prefix.',
      runs: ['dump'],
      take: 'count',
      args: v.strictObject({ on, prefix: v.string() }),
      returns: { count: '', names: '', all: '' },
      async observe(context, args) {
        const all = Object.keys(await dump(context, args.on));
        const names = all.filter((key) => key.startsWith(args.prefix));
        return { count: names.length, names, all: all.length + 10 };
      },
    }),
  ].map((probe) => [probe.name, probe]),
);

async function dump(context: ProbeContext, node: string): Promise<Record<string, string>> {
  const { exitCode, stdout, stderr } = await context
    .node(node || (context.topology.nodes[0]?.name ?? ''))
    .run(['dump']);
  if (exitCode !== 0) throw new LabError('PROBE_FAILED', `dump failed: ${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}

function executor(world: World, name: string): Executor {
  const keys = world.nodes.get(name);
  if (keys === undefined) throw new LabError('NOT_FOUND', `there is no node "${name}"`);
  return {
    name,
    run: async (argv, options = {}) => {
      const input = options.input ?? '';
      const result = { argv, exitCode: 0, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 1 };
      const intercepted = world.intercept(name, argv, input);
      if (intercepted !== undefined) return { ...result, ...intercepted };
      if (argv[0] === 'dump') return { ...result, stdout: JSON.stringify(Object.fromEntries(keys)) };
      if (argv[0] === 'ip' && argv.includes('lo')) {
        return { ...result, stdout: JSON.stringify([{ ifname: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'] }]) };
      }
      if (argv[0] === 'ip' && argv.includes('link')) {
        return { ...result, stdout: JSON.stringify([...keys.keys()].map((ifname) => ({ ifname }))) };
      }
      if (argv[0] === 'sh') {
        const script = argv[0] === 'sh' && argv.includes('-c') ? (argv[argv.indexOf('-c') + 1] ?? '') : input;
        if (script.includes('command -v')) return result;
        world.scripts.push(`${name}: ${script.trim()}`);
        return { ...result, ...shell(keys, script, options.env ?? {}) };
      }
      return { ...result, stdout: argv.includes('-j') ? '[]' : '' };
    },
  };
}

/** put KEY VALUE, drop KEY, get KEY, list PREFIX, fill PREFIX COUNT, clear. Stops at the first failure, like `sh -e`. */
function shell(keys: Map<string, string>, script: string, env: Readonly<Record<string, string>>): Partial<RunResult> {
  for (const line of script.split('\n').filter((text) => text.trim() !== '')) {
    const words = line.trim().split(/\s+/);
    const [command = '', first = '', second = ''] = words.map((word) =>
      word.replace(/^\$(\w+)$/, (_, name) => env[name] ?? ''),
    );
    if (command === 'put') keys.set(first, second);
    else if (command === 'drop') keys.delete(first);
    else if (command === 'clear') keys.clear();
    else if (command === 'fill') for (let n = 1; n <= Number(second); n++) keys.set(`${first}-${n}`, '1');
    else if (command === 'get' && !keys.has(first)) return { exitCode: 1, stderr: `no key ${first}\n` };
    else if (!['get', 'list'].includes(command)) return { exitCode: 127, stderr: `sh: ${command}: not found\n` };
  }
  return {};
}
