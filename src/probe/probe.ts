// What a probe is: a typed question to the live system. Judging the answer is a pure matter, in workshop/.

import type { GenericSchema, InferOutput } from 'valibot';
import type { ClusterApi } from '../cluster/api/cluster-api.ts';
import type { Executor } from '../host/host.ts';
import type { Topology } from '../topology/topology.ts';

/** Everything an observation may use. It never learns which driver made the room. */
export interface ProbeContext {
  readonly topology: Topology;
  /** The executor of a node, `gateway` or `outside`. @throws LabError NOT_FOUND for another name. */
  node(name: string): Executor;
  /** The API of the room's cluster, the same each time. @throws LabError PROBE_FAILED in a room without a cluster */
  cluster(): Promise<ClusterApi>;
  /** How many times longer than on this machine itself everything may take in the room; 1 unless processors are emulated. */
  readonly patience: number;
  /**
   * Places that are not the room's alone, such as the machine that virtual machines stand on. What is theirs says nothing of the
   * room; what of the room stands there is told by the function, as lines of words.
   */
  readonly shared: ReadonlyMap<string, (place: Executor) => Promise<readonly string[]>>;
}

/** JSON data: what an observation is made of, so that it can be recorded, shown as evidence and used in CEL. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Observation = { readonly [key: string]: Json };

/**
 * One kind of question. `observe` returns data for every state the system can be in, also "there is no such bridge";
 * it throws only if it could not ask, which the runner reports as the machine's fault and never as the learner's.
 */
export interface Probe<Args = unknown> {
  /** `net.veths` style; the family, a dot, the subject. */
  readonly name: string;
  /** One sentence: what is asked. */
  readonly summary: string;
  /** What it runs, with the arguments as placeholders, for docs/probes.md. */
  readonly runs: readonly string[];
  /** The field that stands for the answer when a check names no `take`; '' when there is no obvious one. */
  readonly take: string;
  /** A strict valibot object; its JSON Schema and its unknown-key errors come from here. */
  readonly args: GenericSchema<unknown, Args>;
  /** Field → meaning and unit, for docs/probes.md; a test checks that observations have exactly these. */
  readonly returns: Readonly<Record<string, string>>;
  observe(context: ProbeContext, args: Args): Promise<Observation>;
}

/** Infers the type of `args` for `observe`; adds nothing at run time. */
export function defineProbe<S extends GenericSchema>(
  probe: Omit<Probe<InferOutput<S>>, 'args'> & { readonly args: S },
): Probe {
  return probe as unknown as Probe;
}
