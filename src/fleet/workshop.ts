// A workshop as it was resolved from workshop.yaml: what every seat gets, how many there are, where they live.

import type { KubernetesPlace } from './kubernetes-place.ts';
import type { LibvirtPlace } from './libvirt-place.ts';

export const placeKinds = ['local', 'libvirt', 'kubernetes'] as const;
export type PlaceKind = (typeof placeKinds)[number];

/** open: hints as the labs give them. locked: only when the instructor opens them. */
export const hintPolicies = ['open', 'locked'] as const;
export type HintPolicy = (typeof hintPolicies)[number];

/** More on one machine is a matter for several workshops. */
export const maxSeats = 500;

export interface Workshop {
  /** Label of at most 20 characters; seats are called NAME-01, NAME-02, … */
  readonly name: string;
  readonly title: string;
  /** The template of all seats: the name of a stack, or a path relative to the workshop file. */
  readonly stack: string;
  /** Names of labs, in the order in which they are taught. */
  readonly labs: readonly string[];
  readonly place: PlaceKind;
  /** For place libvirt alone. */
  readonly libvirt?: LibvirtPlace;
  /** For place kubernetes alone. */
  readonly kubernetes?: KubernetesPlace;
  readonly hints: HintPolicy;
  /** Unix times, milliseconds; 0 is no limit. Outside of them nobody's checks are counted. */
  readonly opensAt: number;
  readonly closesAt: number;
  readonly seats: readonly Seat[];
}

export interface Seat {
  /** From 1. */
  readonly number: number;
  /** Of the seat's room: NAME-01. */
  readonly stack: string;
  /** Who sits there; '' when nobody has been named. Hostile text until it has been escaped. */
  readonly person: string;
}
