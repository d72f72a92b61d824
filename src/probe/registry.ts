// Every probe by its name: what a lab may ask.

import { dockerContainer } from './docker-container.ts';
import { dockerContainers } from './docker-containers.ts';
import { dockerNetworkProbe } from './docker-network.ts';
import { httpRpsPair } from './http-rps-pair.ts';
import { netAddr } from './net-addr.ts';
import { netBridge } from './net-bridge.ts';
import { netCidr } from './net-cidr.ts';
import { netFdb } from './net-fdb.ts';
import { netListening } from './net-listening.ts';
import { netNat } from './net-nat.ts';
import { netNetns } from './net-netns.ts';
import { netReach } from './net-reach.ts';
import { netRoute } from './net-route.ts';
import { netSysctl } from './net-sysctl.ts';
import { netVeths } from './net-veths.ts';
import { netVxlan } from './net-vxlan.ts';
import type { Probe } from './probe.ts';
import { proc } from './proc.ts';

const all: readonly Probe[] = [
  netNetns,
  netVeths,
  netBridge,
  netAddr,
  netRoute,
  netNat,
  netReach,
  netListening,
  netVxlan,
  netFdb,
  netSysctl,
  netCidr,
  proc,
  dockerNetworkProbe,
  dockerContainer,
  dockerContainers,
  httpRpsPair,
];

/** In the order of docs/probes.md. */
export const probes: ReadonlyMap<string, Probe> = new Map(all.map((probe) => [probe.name, probe]));
