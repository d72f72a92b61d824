// The steps of a proof: each is run, timed and kept, whether it held or not.

import { LabError } from '../error.ts';
import type { Clock } from './examine.ts';

export interface ProofStep {
  /** Task id, or '' for the exercise as a whole. */
  readonly task: string;
  /** `setup`, `fails untouched`, `wrong own-uplink`, `solve`, `passes twice`, … */
  readonly step: string;
  readonly ok: boolean;
  /** Why it did not hold, or a remark on one that did; may be ''. */
  readonly detail: string;
  readonly hint: string;
  readonly ms: number;
}

export interface Steps {
  readonly all: readonly ProofStep[];
  /** True when `work` did not throw. A text that it returns is kept as a remark. */
  run(task: string, step: string, work: () => Promise<unknown>): Promise<boolean>;
}

/** CANCELLED goes through; every other failure becomes a step that did not hold. */
export function createSteps(clock: Clock, update: (detail: string) => void): Steps {
  const all: ProofStep[] = [];
  return {
    all,
    async run(task, step, work) {
      const started = clock.now();
      update(task === '' ? step : `${task}: ${step}`);
      const keep = (ok: boolean, detail: string, hint: string) => {
        all.push({ task, step, ok, detail, hint, ms: clock.now() - started });
        return ok;
      };
      try {
        const remark = await work();
        return keep(true, typeof remark === 'string' ? remark : '', '');
      } catch (cause) {
        if (cause instanceof LabError && cause.code === 'CANCELLED') throw cause;
        if (!(cause instanceof LabError)) return keep(false, String(cause), '');
        return keep(false, cause.message, cause.hint);
      }
    },
  };
}
