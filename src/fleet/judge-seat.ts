// How a seat on a cluster is, from what the API says of its Deployment and its pod. Pure.

import type { SeatFault } from './run-seats.ts';

/** The parts of a Deployment and of a pod that matter here; the API's own names. */
export interface SeatDeployment {
  readonly metadata?: { readonly generation?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly replicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface SeatPod {
  readonly metadata?: { readonly name?: string; readonly deletionTimestamp?: string | Date };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerStatus {
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly message?: string };
}

export interface SeatVerdict {
  readonly state: 'up' | 'starting' | 'broken' | 'down';
  /** What it waits for or why it is broken; '' when it is up or down. */
  readonly reason: string;
  readonly hint: string;
  /** now: waiting longer is of no use. soon: it may come right by itself. never: it is up, or on its way. */
  readonly giveUp: 'now' | 'soon' | 'never';
}

/** @param pods those of the seat; one that is on its way out does not count */
export function judgeSeat(deployment: SeatDeployment | undefined, pods: readonly SeatPod[]): SeatVerdict {
  if (deployment === undefined) return { state: 'down', reason: '', hint: '', giveUp: 'never' };
  const { metadata, status = {} } = deployment;
  const refused = status.conditions?.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
  const pod = pods.find((one) => one.metadata?.deletionTimestamp === undefined);
  if (pod === undefined && refused !== undefined) return judgeRefusal(refused);
  const isSeen = (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const isNew = status.updatedReplicas === 1 && status.replicas === 1;
  // A Deployment is a moment behind its pods: of one that was deleted it still says that it is ready.
  const isReady = pod?.status?.containerStatuses?.[0]?.ready === true;
  const isUp = isSeen && isNew && status.readyReplicas === 1 && isReady;
  if (isUp) return { state: 'up', reason: '', hint: '', giveUp: 'never' };
  if (pod === undefined || !isSeen) return starting('no pod yet');
  return judgePod(pod);
}

export function faultOfVerdict({ reason, hint }: SeatVerdict): SeatFault {
  return { code: 'COMMAND_FAILED', message: reason, hint };
}

function judgeRefusal({ reason = '', message = '' }: Condition): SeatVerdict {
  const isSecurity = /violates PodSecurity/.test(message);
  const isQuota = /exceeded quota/.test(message);
  const hint = isSecurity
    ? 'Label the namespace pod-security.kubernetes.io/enforce=privileged, or let podlab make one: leave out namespace.'
    : isQuota
      ? 'Ask for a larger quota, or write smaller requests in the workshop file.'
      : 'The cluster does not admit the pod: ask who administers it.';
  return broken(`its pod is refused: ${message === '' ? reason : message}`, hint, 'now');
}

function judgePod({ spec, status = {} }: SeatPod): SeatVerdict {
  const { phase, conditions = [], containerStatuses = [] } = status;
  const unscheduled = conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled !== undefined) {
    const hint = 'Add nodes, write smaller requests in the workshop file, or take seats down.';
    return broken(`no node takes its pod: ${unscheduled.message ?? unscheduled.reason ?? ''}`, hint, 'soon');
  }
  const [container] = containerStatuses;
  const isUnready = conditions.some(({ type, status: is }) => type === 'Ready' && is === 'False');
  // The last that its node said is that all is well; the cluster has given the node up since.
  if (container?.ready === true && isUnready) {
    const hint = 'Bring the node back, or let the seat have a pod on another one with "podlab fleet up".';
    return broken(`its node ${spec?.nodeName ?? ''} does not answer`, hint, 'soon');
  }
  const waiting = container?.state?.waiting;
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (waiting !== undefined && imageFaults.includes(waiting.reason ?? '')) {
    const hint = 'Put the image where the nodes can pull it, or import it on each (podlab fleet image).';
    const giveUp = waiting.reason === 'ErrImagePull' ? 'soon' : 'now';
    return broken(`its image cannot be had: ${waiting.message ?? waiting.reason ?? ''}`, hint, giveUp);
  }
  if (ended !== undefined && (waiting?.reason === 'CrashLoopBackOff' || container?.state?.terminated !== undefined)) {
    const said = (ended.message ?? '').trim().split('\n').slice(-4).join(' ');
    const what = said === '' ? `exit code ${ended.exitCode ?? '?'} (${ended.reason ?? 'no reason'})` : said;
    const hint = ended.reason === 'OOMKilled' ? 'Write a larger limits: { memory: … } in the workshop file.' : '';
    return broken(`its room could not be built: ${what}`, hint, waiting === undefined ? 'soon' : 'now');
  }
  if (waiting !== undefined && /^(Create|Run)Container(Config)?Error$/.test(waiting.reason ?? '')) {
    return broken(`its container cannot start: ${waiting.message ?? waiting.reason ?? ''}`, '', 'soon');
  }
  if (phase === 'Failed') return broken(`its pod ended: ${status.message ?? status.reason ?? ''}`, '', 'soon');
  if (phase === 'Pending') return starting(waiting?.reason ?? 'on its node');
  return starting('its room is being built');
}

const imageFaults = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'];

function starting(reason: string): SeatVerdict {
  return { state: 'starting', reason, hint: '', giveUp: 'never' };
}

function broken(reason: string, hint: string, giveUp: 'now' | 'soon'): SeatVerdict {
  return { state: 'broken', reason, hint, giveUp };
}
