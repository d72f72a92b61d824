// What a Deployment and its pod say about a seat.

import { expect, test } from 'vitest';
import { judgeSeat, type SeatDeployment, type SeatPod } from '../../../src/fleet/judge-seat.ts';

const waiting: SeatDeployment = {
  metadata: { generation: 2 },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 },
};

function pod(container: object, more: object = {}): SeatPod {
  return { metadata: { name: 'day1-01-x' }, status: { phase: 'Running', containerStatuses: [container], ...more } };
}

test('a seat without a Deployment is down', () => {
  expect(judgeSeat(undefined, [])).toMatchObject({ state: 'down', giveUp: 'never' });
});

test('a seat is up when its new pod is ready', () => {
  const ready = { ...waiting, status: { ...waiting.status, readyReplicas: 1 } };
  expect(judgeSeat(ready, [pod({ ready: true })])).toMatchObject({ state: 'up', reason: '' });
});

test('a pod that was deleted a moment ago is no seat, whatever its Deployment still says', () => {
  const ready = { ...waiting, status: { ...waiting.status, readyReplicas: 1 } };
  const leaving = { ...pod({ ready: true }), metadata: { name: 'x', deletionTimestamp: '2026-11-21T00:00:00Z' } };
  expect(judgeSeat(ready, [leaving])).toMatchObject({ state: 'starting', reason: 'no pod yet' });
  expect(judgeSeat(ready, [leaving, pod({ ready: false })])).toMatchObject({ state: 'starting' });
});

test('a pod of an earlier template does not count', () => {
  const stale = { metadata: { generation: 3 }, status: { ...waiting.status, readyReplicas: 1 } };
  expect(judgeSeat(stale, [pod({ ready: true })])).toMatchObject({ state: 'starting' });
});

test('a node that the cluster has given up is told apart from a room that is being built', () => {
  const lost = pod({ ready: true }, { conditions: [{ type: 'Ready', status: 'False' }] });
  expect(judgeSeat(waiting, [{ ...lost, spec: { nodeName: 'node2' } }])).toMatchObject({
    state: 'broken',
    reason: 'its node node2 does not answer',
    hint: expect.stringContaining('podlab fleet up'),
    giveUp: 'soon',
  });
  const building = pod({ ready: false }, { conditions: [{ type: 'Ready', status: 'False' }] });
  expect(judgeSeat(waiting, [building])).toMatchObject({ state: 'starting' });
});

test('a pod on its way out does not count', () => {
  const leaving = { ...pod({ ready: true }), metadata: { name: 'x', deletionTimestamp: '2026-11-21T00:00:00Z' } };
  expect(judgeSeat(waiting, [leaving])).toMatchObject({ state: 'starting', reason: 'no pod yet' });
});

test('a refusal by Pod Security is told with its remedy, at once', () => {
  const message = 'pods "x" is forbidden: violates PodSecurity "baseline:latest": unrestricted capabilities';
  const refused = {
    ...waiting,
    status: {
      ...waiting.status,
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
    },
  };
  expect(judgeSeat(refused, [])).toEqual({
    state: 'broken',
    reason: `its pod is refused: ${message}`,
    hint: 'Label the namespace pod-security.kubernetes.io/enforce=privileged, or let podlab make one: leave out namespace.',
    giveUp: 'now',
  });
});

test('a quota that is used up is told apart from it', () => {
  const message = 'pods "x" is forbidden: exceeded quota: small, requested: requests.memory=256Mi';
  const conditions = [{ type: 'ReplicaFailure', status: 'True', message }];
  expect(judgeSeat({ ...waiting, status: { ...waiting.status, conditions } }, [])).toMatchObject({
    hint: 'Ask for a larger quota, or write smaller requests in the workshop file.',
  });
});

test('a pod that no node takes may still find one', () => {
  const message = '0/3 nodes are available: 3 Insufficient memory.';
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
  expect(judgeSeat(waiting, [{ status: { phase: 'Pending', conditions } }])).toMatchObject({
    state: 'broken',
    reason: `no node takes its pod: ${message}`,
    giveUp: 'soon',
  });
});

test.each([
  ['ErrImagePull', 'soon'],
  ['ImagePullBackOff', 'now'],
  ['ErrImageNeverPull', 'now'],
  ['InvalidImageName', 'now'],
])('%s is about the image', (reason, giveUp) => {
  const state = { waiting: { reason, message: 'not found' } };
  expect(judgeSeat(waiting, [pod({ state }, { phase: 'Pending' })])).toMatchObject({
    state: 'broken',
    reason: 'its image cannot be had: not found',
    giveUp,
  });
});

test('a room that could not be built says why in its own words', () => {
  const terminated = { exitCode: 4, reason: 'Error', message: 'podlab: nft missing on this machine\n' };
  const looping = { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } };
  expect(judgeSeat(waiting, [pod(looping)])).toMatchObject({
    state: 'broken',
    reason: 'its room could not be built: podlab: nft missing on this machine',
    giveUp: 'now',
  });
  expect(judgeSeat(waiting, [pod({ state: { terminated } })])).toMatchObject({ giveUp: 'soon' });
});

test('a seat that was killed for its memory says so', () => {
  const state = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
  expect(judgeSeat(waiting, [pod({ state })])).toMatchObject({
    reason: 'its room could not be built: exit code 137 (OOMKilled)',
    hint: 'Write a larger limits: { memory: … } in the workshop file.',
  });
});

test('a container that runs and is not ready is building its room, also after an earlier end', () => {
  const lastState = { terminated: { exitCode: 1, message: 'old' } };
  expect(judgeSeat(waiting, [pod({ ready: false, state: {}, lastState })])).toMatchObject({
    state: 'starting',
    reason: 'its room is being built',
  });
});
