// Chance that can be played again.

/** A small generator with a seed to print (Lehmer); numbers from 0 up to 1. */
export function randomsFrom(start: number): () => number {
  let state = start + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
