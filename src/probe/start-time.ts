// start.time: how long a pod took to start, and what of it was the pull of its image.

import * as v from 'valibot';
import type { V1Pod } from '../cluster/api/objects.ts';
import { podName } from './args.ts';
import { criContainers, sandboxOf } from './cri-view.ts';
import { findPod, podFacts } from './pods.ts';
import { defineProbe, type ProbeContext } from './probe.ts';
import { parsePull } from './pull-event.ts';

export const startTime = defineProbe({
  name: 'start.time',
  summary: 'How many seconds from the creation of a pod until it was ready, and was its image pulled?',
  runs: [
    'GET /api/v1/namespaces/NAMESPACE/pods?fieldSelector=metadata.name=NAME',
    'GET /api/v1/namespaces/NAMESPACE/events?fieldSelector=involvedObject.uid=UID',
    'cat /proc/PID/stat (of the pause container and of the containers)',
  ],
  take: 'ready_s',
  args: v.strictObject({ pod: podName }),
  returns: {
    exists: 'there is such a pod',
    ready: 'it is ready, so that all fields below are known; -1 stands for what has not happened',
    scheduled_s: 'seconds from its creation until it had a node; whole seconds, as all times of the API',
    started_s: 'seconds from its creation until its last container started',
    ready_s: 'seconds from its creation until it was ready',
    pulled: 'at least one of its images was pulled for it',
    pull_s: 'seconds that the pulls took together, as the kubelet measured them; 0 when the images were there',
    pull_bytes: 'bytes that were pulled, as the kubelet tells them',
    images: 'for each image: image, pulled, seconds, bytes; empty when the events have expired (after an hour)',
    sandbox_to_container_s:
      'seconds between the first process of its pause container and that of its last container, to the hundredth: a pull lies in there; -1 when it does not run',
  },
  async observe(context, { pod: reference }) {
    const pod = await findPod(context, reference);
    const facts = podFacts(pod ?? {});
    const images = pod === undefined ? [] : await pullsOf(context, pod);
    const since = (moment: Date | undefined) => {
      const created = pod?.metadata?.creationTimestamp;
      return moment === undefined || created === undefined
        ? -1
        : Math.round((moment.getTime() - created.getTime()) / 1000);
    };
    const reached = (type: string) =>
      pod?.status?.conditions?.find((one) => one.type === type && one.status === 'True')?.lastTransitionTime;
    return {
      exists: pod !== undefined,
      ready: facts.ready,
      scheduled_s: since(reached('PodScheduled')),
      started_s: since(lastStart(pod)),
      ready_s: since(reached('Ready')),
      pulled: images.some(({ pulled }) => pulled),
      pull_s: Number(images.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)),
      pull_bytes: images.reduce((sum, { bytes }) => sum + bytes, 0),
      images: images.map((image) => ({ ...image })),
      sandbox_to_container_s: facts.node === '' ? -1 : await processGap(context, facts),
    };
  },
});

function lastStart(pod: V1Pod | undefined): Date | undefined {
  const starts = (pod?.status?.containerStatuses ?? []).map(({ state }) => state?.running?.startedAt);
  if (starts.length === 0 || starts.includes(undefined)) return undefined;
  return new Date(Math.max(...starts.map((start) => start?.getTime() ?? 0)));
}

async function pullsOf(context: ProbeContext, { metadata }: V1Pod) {
  const { items } = await (await context.cluster()).core.listNamespacedEvent({
    namespace: metadata?.namespace ?? '',
    fieldSelector: `involvedObject.uid=${metadata?.uid}`,
  });
  return items.flatMap(({ reason = '', message = '' }) => parsePull(reason, message) ?? []);
}

/** USER_HZ: what /proc counts in, 100 in a second on every CPU that podlab runs on. */
const ticksInSecond = 100;

async function processGap(
  context: ProbeContext,
  pod: { name: string; namespace: string; node: string },
): Promise<number> {
  const all = await criContainers(context.node(pod.node));
  const pause = sandboxOf(all, pod);
  const members = all.filter(
    (one) => one.kind === 'container' && one.pod === pod.name && one.namespace === pod.namespace,
  );
  if (pause === undefined || members.length === 0) return -1;
  return (Math.max(...members.map(({ startTicks }) => startTicks)) - pause.startTicks) / ticksInSecond;
}
