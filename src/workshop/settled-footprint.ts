// Footprints of a room that comes to rest by itself: what a cluster is told to do leaves the nodes a moment later.

import { compareFootprints, type Footprint, type FootprintChange, takeFootprint } from './footprint.ts';
import type { Room } from './work.ts';

// Cables of pods, elements of kube-proxy's maps and the plugins that a runtime calls go within a pod's grace period. Where
// processors are emulated both are longer: there a plugin that runs for a moment is seen by two takes half a second apart.
const settleMs = 20_000;
const settleStepMs = 500;

/**
 * What stands in a room at rest: of a cluster two takes in a row must be the same, because a plugin that happens to run
 * (`bridge`, `host-local`) would be missed later. After 20 s, times the room's patience, the last take counts.
 */
export async function settledFootprint(room: Room): Promise<Footprint> {
  const deadline = room.clock.now() + settlesWithinMs(room);
  let before = await takeFootprint(room.context);
  while (room.clock.now() < deadline) {
    await room.clock.sleep(settleStepMs * room.context.patience);
    const after = await takeFootprint(room.context);
    const { added, removed } = compareFootprints(before, after);
    if (added.length + removed.length === 0) return after;
    before = after;
  }
  return before;
}

/** What is different from `before` once the room had time to come to rest; nothing is said as soon as nothing is. */
export async function settledChange(room: Room, before: Footprint): Promise<FootprintChange> {
  const deadline = room.clock.now() + settlesWithinMs(room);
  for (;;) {
    const change = compareFootprints(before, await takeFootprint(room.context));
    if (change.added.length + change.removed.length === 0 || room.clock.now() >= deadline) return change;
    await room.clock.sleep(settleStepMs * room.context.patience);
  }
}

function settlesWithinMs({ context }: Room): number {
  return context.topology.engine === 'kubernetes' ? settleMs * context.patience : 0;
}
