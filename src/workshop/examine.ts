// Puts a task's check to the live system: observes, judges, and makes sure that a "no" is not the machine's fault.

import * as v from 'valibot';
import { LabError } from '../error.ts';
import type { Probe, ProbeContext } from '../probe/probe.ts';
import type { Answer, AskCheck, Evidence, Query, StateCheck, Task, Verdict } from './exercise.ts';
import { type AskCase, judgeAnswer, judgeClause, readTruth, type Truth } from './judge.ts';
import { fillJson, type VarValues } from './vars.ts';

export interface Clock {
  /** Unix time, milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Surroundings {
  readonly context: ProbeContext;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly clock: Clock;
  readonly vars: VarValues;
}

/**
 * The verdict on a task. `given` is the answer to a question; undefined asks whether the question can be judged at all.
 * Never throws but for CANCELLED: whatever keeps a probe from answering is `broken`.
 */
export async function examine(around: Surroundings, task: Task, given?: Answer): Promise<Verdict> {
  return guarded(task, async () => {
    const { check } = task;
    const verdict =
      check.kind === 'ask' ? await examineAnswer(around, check, given) : await examineState(around, check);
    if (verdict.kind !== 'fail') return verdict;
    return (await controlFailure(around, check)) ?? verdict;
  });
}

/** What the right answer to a question is now. */
export async function findTruth(around: Surroundings, check: AskCheck): Promise<Truth> {
  return readTruth(await askCase(around, check));
}

async function examineAnswer(around: Surroundings, check: AskCheck, given: Answer | undefined): Promise<Verdict> {
  return judgeAnswer(await askCase(around, check), given);
}

async function askCase(around: Surroundings, check: AskCheck): Promise<AskCase> {
  const evidence = await observe(around, check.truth);
  return { check, evidence, take: around.probes.get(check.truth.probe)?.take ?? '', vars: around.vars };
}

const pollMs = 250;

/** Waits up to `waitMs` for the state to come true, then sees that it stays so for `holdMs`. */
async function examineState(around: Surroundings, check: StateCheck): Promise<Verdict> {
  const { clock } = around;
  const started = clock.now();
  let verdict = await look(around, check);
  // Counted as well as timed, so that a clock that stands still cannot make this endless.
  for (let polls = Math.ceil(check.waitMs / pollMs); polls > 0 && verdict.kind === 'fail'; polls--) {
    if (clock.now() - started >= check.waitMs) break;
    await clock.sleep(pollMs);
    verdict = await look(around, check);
  }
  const step = Math.min(Math.max(check.holdMs / 4, pollMs), 1000);
  for (let held = 0; held < check.holdMs && verdict.kind === 'pass'; held += step) {
    await clock.sleep(Math.min(step, check.holdMs - held));
    verdict = await look(around, check);
  }
  return verdict;
}

/** One pass over the conditions, up to the first that does not hold. Equal questions are asked once. */
async function look(around: Surroundings, check: StateCheck): Promise<Verdict> {
  const asked = new Map<string, Evidence>();
  let verdict: Verdict = { kind: 'pass', evidence: [] };
  for (const clause of check.clauses) {
    const key = JSON.stringify([clause.probe, clause.args]);
    const evidence = asked.get(key) ?? (await observe(around, clause));
    const seen = [...[...asked.entries()].filter(([other]) => other !== key).map(([, earlier]) => earlier), evidence];
    asked.set(key, evidence);
    verdict = judgeClause(clause, seen, around.vars);
    if (verdict.kind !== 'pass') return verdict;
  }
  return { kind: 'pass', evidence: [...asked.values()] };
}

async function observe({ context, probes, vars }: Surroundings, query: Query): Promise<Evidence> {
  const probe = probes.get(query.probe);
  if (probe === undefined) throw new LabError('PROBE_FAILED', `there is no probe "${query.probe}"`);
  const args = filledArgs(query, vars);
  const parsed = v.safeParse(probe.args, args);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new LabError('PROBE_FAILED', `${query.probe}: ${v.getDotPath(issue) ?? 'arguments'}: ${issue.message}`);
  }
  return { probe: query.probe, args, observation: await probe.observe(context, parsed.output) };
}

function filledArgs({ args }: Query, vars: VarValues): Evidence['args'] {
  return fillJson(args, vars) as Evidence['args'];
}

/**
 * The positive control. Every node that was asked must see its own loopback; a place without `ip` must at least run
 * `true`. If not, the machine is at fault and "wrong" would be a lie.
 */
async function controlFailure(around: Surroundings, check: AskCheck | StateCheck): Promise<Verdict | undefined> {
  const queries = check.kind === 'ask' ? [check.truth] : check.clauses;
  const first = around.context.topology.nodes[0]?.name ?? '';
  const nodes = new Set(queries.map((query) => filledArgs(query, around.vars).on || first));
  for (const node of nodes) {
    if (typeof node !== 'string') continue;
    const reason = await controlReason(around.context, node);
    if (reason === '') continue;
    const hint = 'Look at the room with `podlab status`; `podlab reset` builds it anew.';
    return { kind: 'broken', say: `${node} does not answer as it should: ${reason}`, hint, evidence: [] };
  }
  return undefined;
}

async function controlReason(context: ProbeContext, node: string): Promise<string> {
  const executor = context.node(node);
  const result = await executor.run(['ip', '-j', 'link', 'show', 'lo'], { timeoutMs: 5000 });
  if (result.exitCode === 127) {
    const { exitCode } = await executor.run(['true'], { timeoutMs: 5000 });
    return exitCode === 0 ? '' : 'it cannot run `true`';
  }
  if (result.timedOut) return '`ip link show lo` did not end';
  if (result.exitCode !== 0) return '`ip link show lo` failed';
  const links = JSON.parse(result.stdout) as readonly { readonly flags?: readonly string[] }[];
  return links[0]?.flags?.includes('UP') === true ? '' : 'its loopback is down';
}

async function guarded(task: Task, work: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LabError && cause.code === 'CANCELLED') throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const hint = cause instanceof LabError ? cause.hint : '';
    const { file, line } = task.place;
    return { kind: 'broken', say: `${file}:${line}: could not look at the system: ${message}`, hint, evidence: [] };
  }
}
