// How long something still goes on, in words, and a clock that moves it.

import { signal } from '@preact/signals';

/** Of this page's own clock, milliseconds; moves every ten seconds. */
export const now = signal(performance.now());

setInterval(() => {
  now.value = performance.now();
}, 10_000);

export function timeLeft(ms: number): string {
  if (ms <= 0) return 'closed';
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 60) return `${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min left` : `${Math.floor(hours / 24)} days left`;
}
