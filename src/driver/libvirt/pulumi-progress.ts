// What Pulumi's engine tells while it works, as steps of podlab's own progress.

import type { EngineEvent } from '@pulumi/pulumi/automation/index.js';
import type { Phase } from '../../cluster/phases.ts';
import type { Reporter } from '../../reporter.ts';
import type { Change } from '../driver.ts';
import { withoutMarkup } from './pulumi-errors.ts';

export interface Progress {
  onEvent(event: EngineEvent): void;
  /** Ends the steps of which no end was heard. */
  end(): void;
  /** Errors that were told, one a line. */
  readonly errors: readonly string[];
  /** What was done, or would be. */
  readonly changes: readonly Change[];
  /** From the first beginning to the last end of what belongs together. */
  readonly phases: readonly Phase[];
}

export function followPulumi(reporter: Reporter): Progress {
  const running = new Map<string, Running>();
  const spans = new Map<string, { from: number; to: number }>();
  const errors: string[] = [];
  const changes: Change[] = [];

  const begin = (urn: string, op: string) => {
    const title = titleOf(urn, op);
    if (title === '') return;
    const phase = phaseOf(urn);
    const span = spans.get(phase);
    if (span === undefined) spans.set(phase, { from: performance.now(), to: 0 });
    running.set(`${op} ${urn}`, startStep(reporter, title));
  };
  const end = (urn: string, op: string, isDone: boolean) => {
    const step = running.get(`${op} ${urn}`);
    running.delete(`${op} ${urn}`);
    step?.end(isDone);
    const span = spans.get(phaseOf(urn));
    if (span !== undefined) span.to = performance.now();
  };

  return {
    onEvent: ({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent }) => {
      if (resourcePreEvent !== undefined) {
        const { metadata, planning } = resourcePreEvent;
        const what = changeOf[metadata.op];
        if (what !== undefined && !isOurs(metadata.urn)) changes.push({ what, name: nameOf(metadata.urn) });
        if (planning !== true) begin(metadata.urn, metadata.op);
      }
      if (resOutputsEvent !== undefined) end(resOutputsEvent.metadata.urn, resOutputsEvent.metadata.op, true);
      if (resOpFailedEvent !== undefined) end(resOpFailedEvent.metadata.urn, resOpFailedEvent.metadata.op, false);
      if (diagnosticEvent === undefined) return;
      const { urn = '', severity, message } = diagnosticEvent;
      const text = withoutMarkup(message).trim();
      if (text === '') return;
      if (severity === 'error') errors.push(urn === '' || isOurs(urn) ? text : `${nameOf(urn)}: ${text}`);
      // What a command on a machine prints comes line by line.
      for (const [key, step] of running) if (urn !== '' && key.endsWith(` ${urn}`)) step.update(text);
    },
    end: () => {
      for (const step of running.values()) step.end(false);
      running.clear();
    },
    errors,
    changes,
    get phases() {
      const done = [...spans].filter(([, { to }]) => to > 0);
      return done.map(([name, { from, to }]) => ({ name, ms: Math.round(to - from) }));
    },
  };
}

const changeOf: Readonly<Record<string, Change['what']>> = {
  create: 'make',
  update: 'change',
  replace: 'replace',
  delete: 'remove',
};

const doing: Readonly<Record<string, string>> = {
  create: 'making',
  'create-replacement': 'making',
  update: 'changing',
  delete: 'removing',
  'delete-replaced': 'removing',
};

const kinds: Readonly<Record<string, string>> = {
  'libvirt:index/network:Network': 'network',
  'libvirt:index/pool:Pool': 'pool',
  'libvirt:index/volume:Volume': 'volume',
  'libvirt:index/cloudinitDisk:CloudinitDisk': 'documents',
  'libvirt:index/domain:Domain': 'machine',
  'command:remote:Command': 'command',
  'command:local:Command': 'command',
};

/** What a command is there for, by the end of its name; the others are kubeadm's. */
const commands: Readonly<Record<string, (of: string) => string>> = {
  lease: (nic) => `reserving the address of ${nic}`,
  ready: (node) => `waiting until ${node} has booted`,
  complete: (node) => `bringing ${node} what its image lacks`,
  peers: (node) => `telling ${node} who the others are`,
  register: (node) => `making room for ${node} in the cluster`,
  api: () => 'having the API server describe its API',
};

/** `urn:pulumi:STACK::PROJECT::TYPE$TYPE::NAME`. */
function partsOf(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = '', ...name] = urn.split('::');
  return { type: types.split('$').at(-1) ?? '', name: name.join('::') };
}

/** Components, providers and the stack itself are nothing that anybody waits for. */
function isOurs(urn: string): boolean {
  return /^(podlab:|pulumi:|kubernetes:yaml)/.test(partsOf(urn).type);
}

function nameOf(urn: string): string {
  const { type, name } = partsOf(urn);
  return `${kinds[type] ?? type.split(':').at(-1)} ${name}`;
}

function titleOf(urn: string, op: string): string {
  const verb = doing[op];
  if (verb === undefined || isOurs(urn)) return '';
  const { type, name } = partsOf(urn);
  if (!isCommand(type)) return `${verb} ${nameOf(urn)}`;
  const [, of = '', what = ''] = /^(.*)-(\w+)$/.exec(name) ?? [];
  // The others have nothing to do when they go.
  if (verb === 'removing') return what === 'register' ? `taking ${of} out of the cluster` : '';
  return commands[what]?.(of) ?? `kubeadm ${what} on ${of}`;
}

function isCommand(type: string): boolean {
  return type === 'command:remote:Command' || type === 'command:local:Command';
}

function phaseOf(urn: string): string {
  const { type, name } = partsOf(urn);
  if (type.startsWith('kubernetes:')) return 'pods';
  if (!isCommand(type)) {
    return type.includes('/network:') ? 'networks' : /^(base|kernel|initrd|pool)$/.test(name) ? 'image' : 'machines';
  }
  const what = name.split('-').at(-1) ?? '';
  return phases[what] ?? what;
}

const phases: Readonly<Record<string, string>> = { lease: 'networks', ready: 'boot', register: 'join', api: 'pods' };

interface Running {
  update(detail: string): void;
  end(isDone: boolean): void;
}

/** The reporter's steps end with a promise. */
function startStep(reporter: Reporter, title: string): Running {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let update = (_detail: string) => {};
  const step = reporter.step(title, (tell) => {
    update = tell;
    return promise;
  });
  step.catch(() => {});
  return {
    update: (detail) => update(detail),
    end: (isDone) => (isDone ? resolve() : reject(new Error('failed'))),
  };
}
