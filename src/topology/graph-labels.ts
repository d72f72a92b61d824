// Words that all three drawings of a room share.

import type { Impairment, Network, Nic, Node, Topology } from './topology.ts';
import { renderDelay, renderMemory, renderRate } from './units.ts';

/** `20ms ±2ms, loss 0.5%, 100mbit`; '' when the cable is as it comes. */
export function impairmentLabel({ delayMs, jitterMs, lossPercent, rateKbit }: Impairment): string {
  const delay = `${renderDelay(delayMs)}${jitterMs > 0 ? ` ±${renderDelay(jitterMs)}` : ''}`;
  const parts = [
    delayMs > 0 ? delay : '',
    lossPercent > 0 ? `loss ${lossPercent}%` : '',
    rateKbit > 0 ? renderRate(rateKbit) : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** `2 CPUs, 2GiB`; '' when the file sets neither. */
export function sizeLabel({ cpus, memoryMiB }: Node): string {
  const parts = [cpus > 0 ? `${cpus} CPU${cpus === 1 ? '' : 's'}` : '', memoryMiB > 0 ? renderMemory(memoryMiB) : ''];
  return parts.filter((part) => part !== '').join(', ');
}

export function mtuLabel({ mtuBytes }: Network | Nic): string {
  return mtuBytes === 1500 ? '' : `MTU ${mtuBytes}`;
}

/** `quickstart: sandbox, engine none` */
export function titleLabel({ stack, driver, engine }: Topology): string {
  return `${stack}: ${driver}, engine ${engine}`;
}

export function hasNat({ networks }: Topology): boolean {
  return networks.some(({ mode }) => mode === 'nat');
}

/** NAT networks first, each kind in the order of the file. */
export function drawnOrder({ networks }: Topology): readonly Network[] {
  return [...networks.filter(({ mode }) => mode === 'nat'), ...networks.filter(({ mode }) => mode !== 'nat')];
}

/** At most `length` characters, the last one an ellipsis when something was cut. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
