// The pod of a seat: podlab's sandbox in a container, with no more power than that needs.

import type { EngineName } from '../topology/topology.ts';
import {
  pagePort,
  pageUrl,
  policyKey,
  type SeatPlan,
  seatContainer,
  seatDir,
  seatProgram,
  stackKey,
  tokensName,
} from './seat-plan.ts';
import { seatSeed } from './seat-seed.ts';
import type { Seat } from './workshop.ts';

/** What a volume keeps: the home of whoever sits there; of real root's rooms, where podlab keeps its state. */
const kept: Readonly<Record<'participant' | 'root', string>> = {
  participant: '/home/podlab',
  root: '/var/lib/podlab',
};
const workshopDir = '/workshop';

export function seatPod(plan: SeatPlan, seat: Seat): object {
  const { workshop, template, hasOwnUsers, hasClaims } = plan;
  const { kubernetes } = workshop;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(hasOwnUsers ? { hostUsers: false } : {}),
    hostname: seat.stack,
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: seatContainer,
        image: kubernetes.image,
        imagePullPolicy: 'IfNotPresent',
        command: [seatProgram, 'serve'],
        workingDir: workshopDir,
        env: environment(plan, seat),
        ports: [{ name: 'page', containerPort: pagePort, protocol: 'TCP' }],
        // The page is there as soon as the room is up.
        readinessProbe: {
          httpGet: { path: '/seat', port: 'page' },
          periodSeconds: 2,
          failureThreshold: 5,
          timeoutSeconds: 5,
        },
        resources: { requests: kubernetes.requests, limits: kubernetes.limits },
        securityContext: power(template.engine, hasOwnUsers),
        // Why a room could not be built is the last thing that is said.
        terminationMessagePolicy: 'FallbackToLogsOnError',
        volumeMounts: [
          { name: 'home', mountPath: kept[template.engine === 'none' ? 'participant' : 'root'] },
          { name: 'stack', mountPath: `${workshopDir}/stacks`, readOnly: true },
          { name: 'seat', mountPath: seatDir, readOnly: true },
        ],
      },
    ],
    volumes: [
      hasClaims
        ? { name: 'home', persistentVolumeClaim: { claimName: seat.stack } }
        : { name: 'home', emptyDir: { sizeLimit: kubernetes.storage.size } },
      {
        name: 'stack',
        configMap: { name: workshop.name, items: [{ key: stackKey, path: `Pulumi.${seat.stack}.yaml` }] },
      },
      { name: 'seat', projected: { sources: seatSources(workshop.name, seat) } },
    ],
  };
}

/** A seat without a card has a page that nobody can enter. */
function seatSources(workshop: string, { stack }: Seat): readonly object[] {
  const name = tokensName(workshop);
  return [
    { configMap: { name: workshop, items: [{ key: policyKey, path: policyKey }] } },
    { secret: { name, optional: true, items: [{ key: stack, path: 'token' }] } },
  ];
}

function environment(
  { workshop, template }: SeatPlan,
  seat: Seat,
): readonly { readonly name: string; readonly value: string }[] {
  const values = {
    PODLAB_STACK: seat.stack,
    PODLAB_LAB: workshop.labs[0] ?? '',
    PODLAB_SEED: seatSeed(workshop.name, seat.number),
    PODLAB_SEAT_ROOT: template.engine === 'none' ? '' : 'yes',
    PODLAB_PAGE_URL: pageUrl(workshop.kubernetes, seat),
  };
  return Object.entries(values).flatMap(([name, value]) => (value === '' ? [] : [{ name, value }]));
}

/**
 * Rooms without an engine need user namespaces, and in them a /proc and /sys of their own. A runtime covers parts of both,
 * and then the kernel allows none anywhere below; so the first process shows itself whole ones, which takes CAP_SYS_ADMIN,
 * and gives up all power before anybody sits down. With user ids of the pod's own that power is over nothing but the pod,
 * and the API admits an uncovered /proc.
 *
 * Engines need real root.
 */
function power(engine: EngineName, hasOwnUsers: boolean): object {
  if (engine !== 'none') return { privileged: true };
  return {
    capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_ADMIN'] },
    seccompProfile: { type: 'Unconfined' },
    appArmorProfile: { type: 'Unconfined' },
    ...(hasOwnUsers ? { procMount: 'Unmasked' } : {}),
  };
}
