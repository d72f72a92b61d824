// The other thing that the Pulumi program makes: a seat of a workshop on a cluster, or what all its seats share.

import { dirname, resolve } from 'node:path';
import { Provider } from '@pulumi/kubernetes';
import { LabError, throwIfErrors } from '../error.ts';
import { clusterKeys, sharedPart } from '../fleet/cluster-stack.ts';
import { placeFor } from '../fleet/kubernetes-place.ts';
import { parseWorkshop } from '../fleet/parse-workshop.ts';
import { markKey } from '../fleet/pulumi-stack-file.ts';
import { seatObjects, workshopObjects } from '../fleet/seat-objects.ts';
import type { KubernetesObject, SeatPlan } from '../fleet/seat-plan.ts';
import { readTextIfExists } from '../host/files.ts';
import { loadTopology } from '../topology/load-topology.ts';
import { WorkshopObjects } from './workshop-objects.ts';

/** A key of the stack's configuration, such as `fleet:workshop`; undefined when it is not there. */
type Config = (key: string) => string | undefined;

/** Kinds and names of what was registered. @throws LabError NOT_FOUND, STACK_INVALID, USAGE */
export function workshopProgram(config: Config): readonly string[] {
  const file = required(config, clusterKeys.workshop);
  const plan = planOf(file, config);
  const objects = objectsOf(plan, config);
  const { kubeconfig, context } = plan.workshop.kubernetes;
  const provider = new Provider('cluster', {
    // The path and not the text, which would be kept in the state.
    ...(kubeconfig === '' ? {} : { kubeconfig: resolve(dirname(file), kubeconfig) }),
    ...(context === '' ? {} : { context }),
    enableServerSideApply: true,
  });
  new WorkshopObjects('objects', { objects }, { provider });
  return objects.map(({ kind, metadata }) => `${kind.toLowerCase()} ${metadata.name}`);
}

/** Those of one seat, or those that all share. */
function objectsOf(plan: SeatPlan, config: Config): readonly KubernetesObject[] {
  const { name, seats } = plan.workshop;
  const mark = required(config, markKey);
  if (mark === `${name}/${sharedPart}`) return workshopObjects(plan);
  const seat = seats.find(({ number }) => mark === `${name}/${number}`);
  if (seat !== undefined) return seatObjects(plan, seat);
  throw new LabError('USAGE', `${markKey}: workshop "${name}" has no seat ${mark}`, {
    hint: 'Write the stack files anew: podlab fleet stacks --write.',
  });
}

function planOf(file: string, config: Config): SeatPlan {
  const roster = (path: string) => {
    const at = resolve(dirname(file), path);
    const text = readTextIfExists(at);
    return text === undefined ? undefined : { text, file: at };
  };
  const { workshop, problems } = parseWorkshop({ text: readText(file), file, roster });
  throwIfErrors('STACK_INVALID', problems);
  if (workshop?.kubernetes === undefined) {
    throw new LabError('USAGE', `${file} has place: ${workshop?.place}, and this stack is of place: kubernetes`, {
      hint: 'Write the stack files anew: podlab fleet stacks --write.',
    });
  }
  const template = required(config, clusterKeys.template);
  const text = readText(template);
  const { engine } = loadTopology(text, { stack: workshop.name, file: template });
  return {
    workshop: { ...workshop, kubernetes: placeFor(workshop.kubernetes, engine) },
    template: { text, engine },
    hasOwnUsers: config(clusterKeys.ownUsers) === 'true',
    hasClaims: config(clusterKeys.claims) === 'true',
    ownsNamespace: config(clusterKeys.ownsNamespace) === 'true',
  };
}

function required(config: Config, key: string): string {
  const value = config(key);
  if (value !== undefined) return value;
  throw new LabError('USAGE', `the stack's configuration has no ${key}`, {
    hint: 'Write the stack files anew: podlab fleet stacks --write.',
  });
}

function readText(file: string): string {
  const text = readTextIfExists(file);
  if (text === undefined) throw new LabError('NOT_FOUND', `there is no file ${file}`);
  return text;
}
