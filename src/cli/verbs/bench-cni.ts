// podlab bench cni: pod networks measured against each other, in rooms of its own.

import { loadavg } from 'node:os';
import { estimatedSeconds, runCniBench } from '../../bench/cni-bench.ts';
import { wayTitles } from '../../bench/cni-measures.ts';
import { makeReport, renderMarkdown } from '../../bench/cni-report.ts';
import { describeStack } from '../../bench/machine.ts';
import { missingPackages } from '../../driver/doctor/programs.ts';
import { LabError } from '../../error.ts';
import { writeFileAtomic } from '../../host/files.ts';
import type { ProbeContext } from '../../probe/probe.ts';
import { silentReporter } from '../../reporter.ts';
import type { Topology } from '../../topology/topology.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { contextOf } from '../lab-room.ts';
import { wholeNumber } from '../number-options.ts';
import { loadStack } from '../stack-files.ts';

const defaultStacks = 'kubeadm,bridge-vxlan,bridge-bgp';

/** Rooms apart from the participant's. */
const roomPrefix = 'bench-';

interface Chosen {
  /** The stack's own name. */
  readonly stack: string;
  readonly topology: Topology;
  readonly file: string;
}

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const rounds = wholeNumber('--rounds', options.rounds, { least: 2, most: 30, usual: 5 });
  const seconds = wholeNumber('--seconds', options.seconds, { least: 1, most: 30, usual: 2 });
  const chosen = await chooseStacks(app, `${options.stack ?? defaultStacks}`);
  const stacks = chosen.map(({ stack }) => stack);
  if (options.dryRun === true) {
    const minutes = Math.ceil(estimatedSeconds({ stacks, rounds, seconds }) / 60);
    app.answer(options.json === true, { rooms: chosen.map(roomOf), rounds, seconds, minutes }, () =>
      describePlan(chosen, { rounds, seconds, minutes }),
    );
    return exitCodes.done;
  }
  requirePrograms(app);
  const reporter = await app.reporter();
  const inRoom = <T>(stack: string, work: (context: ProbeContext) => Promise<T>) =>
    withRoom(app, chosen.find((one) => one.stack === stack) as Chosen, work);
  const load = loadavg()[0] ?? 0;
  const { machine, visits } = await runCniBench({ stacks, rounds, seconds, load, inRoom, reporter });
  const day = new Date().toISOString().slice(0, 10);
  const described = chosen.map(({ stack, topology }) => describeStack(stack, topology));
  const report = makeReport({ day, machine, rounds, seconds, stacks: described, visits });
  const markdown = renderMarkdown(report);
  if (typeof options.markdown === 'string') writeFileAtomic(options.markdown, markdown);
  if (typeof options.svg === 'string') {
    const { renderCniChart } = await import('../../bench/cni-chart.ts');
    writeFileAtomic(options.svg, renderCniChart(report));
  }
  app.answer(options.json === true, report, () => markdown);
  return exitCodes.done;
}

async function withRoom<T>(
  app: App,
  { topology, file }: Chosen,
  work: (context: ProbeContext) => Promise<T>,
): Promise<T> {
  const driver = await app.driver(topology.driver);
  try {
    await driver.up({ topology, file }, silentReporter);
    return await work(await contextOf(driver, topology, app.signal));
  } finally {
    await driver.down(topology.stack, silentReporter);
  }
}

async function chooseStacks(app: App, words: string): Promise<readonly Chosen[]> {
  const names = [...new Set(words.split(',').map((word) => word.trim()))].filter((word) => word !== '');
  const chosen: Chosen[] = [];
  for (const name of names) {
    const { stack, topology, file } = await loadStack(app, name, { rename: (own) => `${roomPrefix}${own}` });
    const fault = faultOf(topology);
    if (fault !== '') {
      throw new LabError('USAGE', `stack "${name}" cannot be measured: ${fault}`, {
        hint: 'Name stacks with a cluster of two nodes or more, such as kubeadm or bridge-vxlan.',
      });
    }
    chosen.push({ stack: stack.slice(roomPrefix.length), topology, file });
  }
  if (chosen.length > 0) return chosen;
  throw new LabError('USAGE', 'no stack is named', { hint: `Leave --stack away for ${defaultStacks}.` });
}

function faultOf({ engine, nodes, cni }: Topology): string {
  if (engine !== 'kubernetes') return `its engine is ${engine}`;
  if (nodes.length < 2) return 'it has one node';
  return cni.name === 'none' ? 'it has no pod network' : '';
}

function requirePrograms(app: App): void {
  const packages = missingPackages(app.programPath, ['bench']);
  if (packages.length === 0) return;
  throw new LabError('HOST_UNSUITABLE', `measuring needs ${packages.join(' and ')}`, {
    hint: 'Run "podlab setup --engine kubernetes", which installs what is missing.',
  });
}

function roomOf({ stack, topology }: Chosen) {
  return { ...describeStack(stack, topology), room: topology.stack };
}

function describePlan(
  chosen: readonly Chosen[],
  { rounds, seconds, minutes }: { readonly rounds: number; readonly seconds: number; readonly minutes: number },
): string {
  const rooms = chosen.map(roomOf).map(({ room, cni, nodes, mtuBytes }) => {
    return `  ${room}: ${nodes} nodes, ${cni}, MTU of pods ${mtuBytes}`;
  });
  return `${[
    `${rounds} rounds, in each one room after the other:`,
    ...rooms,
    `in each room, ${seconds} s each of TCP, UDP, requests and latency:`,
    ...Object.values(wayTitles).map((title) => `  ${title}`),
    `about ${minutes} minutes, more the first time a cluster is made`,
  ].join('\n')}\n`;
}
