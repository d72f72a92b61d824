// Stack file text to topology in one call, for every verb.

import { type Problem, throwIfErrors } from '../error.ts';
import { parseStack } from './parse-stack.ts';
import { sortProblems } from './problems.ts';
import type { RawStack } from './raw-stack.ts';
import { type Resolved, type ResolveOptions, resolveTopology } from './resolve-topology.ts';
import type { DriverName, Topology } from './topology.ts';

export interface LoadOptions extends ResolveOptions {
  /** The name that problems carry. */
  readonly file: string;
  /** Instead of what the file says under podlab:driver. */
  readonly driver?: DriverName;
}

/** Everything that is wrong with a stack file, in reading order, and the topology if there is no error. Never throws. */
export function lintStack(text: string, options: LoadOptions): Resolved {
  const { raw: written, problems } = parseStack(text, options.file);
  const raw = written === undefined ? undefined : withDriver(written, options.driver);
  const resolved = raw === undefined ? nothing : resolveTopology(raw, options);
  return { topology: resolved.topology, problems: sortProblems([...problems, ...resolved.problems]) };
}

/** @throws LabError STACK_INVALID with every problem of severity error */
export function loadTopology(text: string, options: LoadOptions): Topology {
  const { topology, problems } = lintStack(text, options);
  throwIfErrors('STACK_INVALID', problems);
  return topology as Topology;
}

function withDriver(raw: RawStack, driver: DriverName | undefined): RawStack {
  return driver === undefined ? raw : { ...raw, settings: { ...raw.settings, 'podlab:driver': driver } };
}

const nothing: { topology: undefined; problems: readonly Problem[] } = { topology: undefined, problems: [] };
