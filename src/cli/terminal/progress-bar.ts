// A bar of what is done.

/**
 * `█████░░░ 5/8`. It is full only when all is done and empty only when nothing is.
 *
 * @param width columns of the whole, the count included; the bar itself has at least 4
 */
export function renderProgressBar(done: number, total: number, width: number): string {
  const count = `${done}/${total}`;
  const cells = Math.max(4, width - count.length - 1);
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, done / total));
  const filled = share === 0 ? 0 : share === 1 ? cells : Math.min(cells - 1, Math.max(1, Math.round(share * cells)));
  return `${'█'.repeat(filled)}${'░'.repeat(cells - filled)} ${count}`;
}
