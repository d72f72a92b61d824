// The composition root: makes what the verbs need from the real machine, runs one verb, turns what happened into an exit code.

import { LabError, renderProblem } from '../error.ts';
import { createApp } from './app.ts';
import { exitCodes } from './exit-codes.ts';

/** @param words the command line without `node` and the script */
export async function main(words: readonly string[]): Promise<void> {
  const app = createApp();
  try {
    // Completion must answer while somebody is typing, so it does not go through the parser.
    if (words[0] === '__complete') {
      const { printCandidates } = await import('./verbs/completion.ts');
      await printCandidates(app, words.slice(1));
      return;
    }
    if (words[0] === '--version') {
      const { default: pkg } = await import('../../package.json', { with: { type: 'json' } });
      app.stdout.write(`podlab ${pkg.version} (Node ${process.version})\n`);
      return;
    }
    const { runProgramLine } = await import('./program.ts');
    process.exitCode = await runProgramLine(app, words);
  } catch (error) {
    // What stands behind `--` is somebody else's.
    const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
    process.exitCode = await report(app, error, own.includes('--json'));
  } finally {
    await app.close();
  }
}

async function report(app: Awaited<ReturnType<typeof createApp>>, error: unknown, json: boolean): Promise<number> {
  if (app.signal.aborted) {
    const isTold = error instanceof LabError && error.code === 'CANCELLED' && error.hint !== '';
    const what = isTold ? `${error.message}. ${error.hint}` : 'interrupted; what had been begun was taken back';
    app.stderr.write(`podlab: ${what}\n`);
    return exitCodes.interrupted;
  }
  if (!(error instanceof LabError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    app.stderr.write(`podlab: this is a fault in podlab, please report it with the text below.\n${text}\n`);
    return exitCodes.fault;
  }
  if (json) {
    const { code, message, hint, problems } = error;
    app.stdout.write(`${JSON.stringify({ version: 1, error: { code, message, hint, problems } }, undefined, 2)}\n`);
  }
  const lines = [`podlab: ${error.message} [${error.code}]`, ...error.problems.map(renderProblem)];
  if (error.hint !== '') lines.push(error.hint);
  app.stderr.write(`${lines.join('\n')}\n`);
  return exitCodes.of(error.code);
}
