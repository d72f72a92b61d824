// Every probe by its name: what a lab may ask.

import { netAddr } from './net-addr.ts';
import { netBridge } from './net-bridge.ts';
import { netRoute } from './net-route.ts';
import { netVeths } from './net-veths.ts';
import type { Probe } from './probe.ts';

const all: readonly Probe[] = [netVeths, netBridge, netAddr, netRoute];

/** In the order of docs/probes.md. */
export const probes: ReadonlyMap<string, Probe> = new Map(all.map((probe) => [probe.name, probe]));
