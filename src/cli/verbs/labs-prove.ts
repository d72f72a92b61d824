// podlab labs prove: prove labs on live rooms.

import type { Lab } from '../../workshop/exercise.ts';
import type { LabProof } from '../../workshop/prove.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { labNames, readLab } from '../lab-files.ts';
import { roomFor, systemClock } from '../lab-room.ts';

export async function run(app: App, { args, options }: VerbInput): Promise<number> {
  const names = args[0] === undefined ? await labNames(app) : [args[0]];
  const proofs: LabProof[] = [];
  for (const name of names) {
    const lab = await readLab(app, name);
    proofs.push(await proveInRoom(app, lab, options));
  }
  app.answer(options.json === true, { ok: proofs.every(({ ok }) => ok), labs: proofs }, () =>
    proofs.map(renderProof).join('\n'),
  );
  return proofs.every(({ ok }) => ok) ? exitCodes.done : exitCodes.no;
}

/** A room of its own: the participant's is not touched, and what is in it does not disturb. */
const roomPrefix = 'prove-';

async function proveInRoom(app: App, lab: Lab, options: VerbInput['options']): Promise<LabProof> {
  const { proveLab } = await import('../../workshop/prove.ts');
  const { probes } = await import('../../probe/registry.ts');
  const room = await roomFor(app, lab, options.stack as string | undefined, (stack) => `${roomPrefix}${stack}`);
  try {
    // A fixed seed: the proof of one text is the same every time.
    const live = { context: room.context, probes, clock: systemClock, seed: 'prove' };
    const proof = await proveLab(lab, live, await app.reporter(), (options.exercise as string | undefined) ?? '');
    return { ...proof, stack: room.stack.slice(roomPrefix.length) };
  } finally {
    const driver = await app.driver(room.topology.driver);
    await driver.down(room.stack, await app.reporter());
  }
}

function renderProof({ lab, stack, ok, exercises, ms }: LabProof): string {
  const lines = exercises.flatMap((exercise) => [
    exercise.skipped === ''
      ? `${exercise.ok ? '✔' : '✘'} ${exercise.exercise}  ${exercise.steps.length} steps, ${exercise.ms} ms`
      : `– ${exercise.exercise}  left out: ${exercise.skipped}`,
    ...exercise.steps
      .filter((step) => !step.ok || /inconclusive|^not in this room/.test(step.detail))
      .map(
        (step) => `    ${step.ok ? 'note' : '✘'} ${[step.task, step.step].filter(Boolean).join(': ')}: ${step.detail}`,
      ),
  ]);
  const count = exercises.filter((exercise) => exercise.ok && exercise.skipped === '').length;
  return `${lines.join('\n')}\n${lab} on ${stack}: ${ok ? 'proved' : 'NOT proved'}, ${count} of ${exercises.length} exercises, ${ms} ms\n`;
}
